package explore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// Report is a failure as its reader wants it: the simplest run that shows it.
type Report struct {
	Err      error       // of the simplest run
	Schedule int         // the schedule that failed in the search, from 1
	Found    int         // how many switches away from asyncio's order that one was
	Switches int         // how many the simplest one is
	Shrunk   Shrunk      // how that was found
	Token    string      // replays the simplest run: see [Replay]
	Events   []sim.Event // of the simplest run

	plain    error // what asyncio's order ends with
	player   *player
	overtook []string // by the decisions made: what the task that was passed over would have done
}

// Explain makes a failure of [Run] readable. It runs main again twice, which must give the same run, and returns a
// *NotDeterministicError otherwise; it looks for a simpler run that fails in the same way; and it records that one.
// Everything happens in the goroutine of the caller, in about ten seconds at most; cancelling ctx ends the search for a
// simpler run within a second, and the report is about the simplest so far.
func Explain(ctx context.Context, config Config, failure *Failure, main func(co *aio.Co) error) (*Report, error) {
	config, err := config.checked()
	if err != nil {
		return nil, err
	}
	if failure == nil || failure.Err == nil {
		return nil, errNotFailed
	}
	w := newWorker(config, main)
	defer w.close()
	found, err := w.repeat(failure)
	if err != nil {
		return nil, err
	}
	s := w.shrink(ctx, found, failure.Err)
	p := &player{listing: true}
	p.want(s.best.decisions())
	o := w.play(p)
	if o.err == nil || len(p.misfits) > 0 || signature(o.err) != s.signature {
		return nil, &NotDeterministicError{Failure: failure.Err, Again: o.err}
	}
	return &Report{
		overtook: w.overtaken(p),
		Err:      o.err, Schedule: failure.Schedule, Found: found.switches(), Switches: p.switches(), Shrunk: s.Shrunk,
		Token: encode(p.decisions()), Events: p.events, plain: s.plain, player: p,
	}, nil
}

// maxOvertaken is for how many switches the report says what was passed over.
const maxOvertaken = 20

// overtaken returns, for the first decisions, what the task that is passed over does where the run follows asyncio's
// order from there on.
func (w *worker) overtaken(p *player) (cells []string) {
	all := p.decisions()
	for i, d := range p.made[:min(len(p.made), maxOvertaken)] {
		text := ""
		if d.at.isSwitch() && d.at.who.kind != sim.Call {
			before := &player{listing: true}
			before.want(all[:i])
			w.play(before)
			for _, e := range before.events[min(d.event, len(before.events)):] {
				if text == "" && before.labels.of(e.TaskID) == d.at.who.task {
					text = cell(e)
				}
			}
		}
		cells = append(cells, text)
	}
	return cells
}

// Text returns the report: the error, a table of what the tasks did, and where the run leaves asyncio's order. A row of
// the table begins with ">" where a task runs ahead of its turn. What replays the run comes last, if it is not empty.
func (r *Report) Text(replay string) string {
	var b strings.Builder
	fmt.Fprintln(&b, strings.TrimRight(errorText(r.Err), "\n"))
	fmt.Fprintf(&b, "\nschedule %d: %s\n\n", r.Schedule, r.distance())
	t := newTable(r.player, r.Err)
	made := r.player.switchesMade()
	t.writeTo(&b, made)
	if len(t.rows) > 0 {
		b.WriteByte('\n')
	}
	r.writeDecisions(&b, t)
	if replay != "" {
		fmt.Fprintf(&b, "\nreplay: %s\n", replay)
	}
	return b.String()
}

// errorText returns the text of an error. Of a panic's stack only the place is left.
func errorText(err error) string {
	text := textOf(err)
	var p *sim.PanicError
	if errors.As(err, &p) {
		if place := placeOf(string(p.Stack)); place != "" {
			text += "\n\t" + place
		}
	}
	return text
}

// placeOf returns the first line of a stack, below the panic, that is the program's own.
func placeOf(stack string) string {
	_, below, ok := strings.Cut(stack, "\npanic(")
	if !ok {
		return ""
	}
	lines := strings.Split(below, "\n")
	for i := 2; i+1 < len(lines); i += 2 {
		if !strings.HasPrefix(lines[i], "runtime.") {
			place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " +0x")
			return filepath.Base(place)
		}
	}
	return ""
}

// distance says how far the run is from asyncio's order, and whether a nearer one fails.
func (r *Report) distance() string {
	var b strings.Builder
	switch {
	case r.Switches > 0:
		fmt.Fprintf(&b, "%s away from asyncio's order", switches(r.Switches))
	case len(r.player.made) > 0:
		b.WriteString("in asyncio's own order, with values that are not 0")
	default:
		b.WriteString("in asyncio's own order")
	}
	if r.Shrunk.Runs > 0 {
		fmt.Fprintf(&b, " (from %d, in %d runs)", r.Found, r.Shrunk.Runs)
	}
	switch {
	case r.Switches > 0 && r.Shrunk.Minimal:
		b.WriteString(": no failing run has fewer")
	case r.Shrunk.Bound == "cancelled":
		b.WriteString("; one with fewer was not looked for to the end")
	case r.Shrunk.Bound != "":
		fmt.Fprintf(&b, ", the limit of %s: perhaps a failing run has fewer", r.Shrunk.Bound)
	}
	return b.String()
}

func switches(n int) string {
	if n == 1 {
		return "1 switch"
	}
	return fmt.Sprintf("%d switches", n)
}

// writeDecisions tells each choice that is not asyncio's, and what the tasks did next.
func (r *Report) writeDecisions(b *strings.Builder, t *table) {
	order := "asyncio's own order"
	if len(r.player.values()) > 0 {
		order += ", with every value 0,"
	}
	switch {
	case len(r.player.made) == 0:
		b.WriteString("asyncio's own order fails\n")
	case r.plain == nil:
		fmt.Fprintf(b, "%s passes; this run leaves it:\n", order)
	default:
		fmt.Fprintf(b, "%s ends with another error (%s); this run leaves it:\n", order, clipped(textOf(r.plain)))
	}
	for i, d := range r.player.made {
		if !d.at.isSwitch() {
			fmt.Fprintf(b, "  at %v: %v, instead of 0\n", d.time, d.decision)
			continue
		}
		passed := ""
		if i < len(r.overtook) && r.overtook[i] != "" {
			passed = fmt.Sprintf(" (next: %s)", clipped(r.overtook[i]))
		}
		fmt.Fprintf(b, "  at %v: %v%s runs ahead of %v%s\n", d.time, d.run, doing(t, d.run, d.event), d.at.who, passed)
	}
}

// doing says what the table shows next of a task.
func doing(t *table, w who, event int) string {
	if w.kind == sim.Call {
		return ""
	}
	if r := t.next(w.task, event); r != nil {
		return fmt.Sprintf(" (next: %s)", clipped(r.text))
	}
	return ""
}
