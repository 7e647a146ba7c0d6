package explore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// Report is a run as its reader wants it: the simplest one that shows a failure, or one that a token describes.
type Report struct {
	Err      error       // of the run
	Schedule int         // the schedule that failed in the search, from 1; 0 for a token
	Found    int         // how many switches away from asyncio's order that one was
	Switches int         // how many this run is
	Shrunk   Shrunk      // how it was found
	Token    string      // makes the run again: see [Replay]
	Events   []sim.Event // of the run
	Misfits  []Misfit    // what a token said, and could not be done

	plain    error // what asyncio's order ends with
	player   *player
	recorded bool     // nothing but this run is known: see [Record]
	overtook []string // by the decisions made: what the task that was passed over would have done
}

// newReport reports the run that p has made and that ended with err.
func newReport(p *player, err error) *Report {
	return &Report{
		Err: err, Switches: p.switches(), Token: encode(p.decisions()), Events: p.events, Misfits: p.misfits, player: p,
	}
}

// Explain makes a failure of [Run] readable. It runs main again twice, which must give the same run, and returns a
// *NotDeterministicError otherwise; it looks for a simpler run that fails in the same way; and it records that one.
// It takes about ten seconds at most; cancelling ctx ends the search for a simpler run within a second, and the report
// is about the simplest so far. For a run that blocks nothing simpler than asyncio's order is looked for.
func Explain(ctx context.Context, config Config, failure *Failure, main func(co *aio.Co) error) (*Report, error) {
	config, err := config.checked()
	if err != nil {
		return nil, err
	}
	if failure == nil || failure.Err == nil {
		return nil, errNotFailed
	}
	w := newWatchedWorker(config, main)
	defer w.close()
	if isBlocked(failure.Err) {
		return w.explainBlocked(failure)
	}
	found, err := w.repeat(failure)
	if err != nil {
		return nil, err
	}
	s, err := w.shrink(ctx, found, failure)
	if err != nil {
		return nil, err
	}
	p := &player{listing: true}
	p.want(s.best.decisions())
	o := w.play(p)
	if o.err == nil || len(p.misfits) > 0 || signature(o.err) != s.signature {
		return nil, &NotDeterministicError{Failure: failure.Err, Again: o.err}
	}
	r := newReport(p, o.err)
	r.Schedule, r.Found, r.Shrunk, r.plain = failure.Schedule, found.switches(), s.Shrunk, s.plain
	r.overtook = w.overtaken(p)
	return r, nil
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

// Text returns the report: the error, a table of what the tasks did, who waits for whom in a circle where that is the
// failure, what the program printed where the table does not show it, and where the run leaves asyncio's order. A row
// of the table begins with ">" where a task runs ahead of its turn. What replays the run comes last, if it is not
// empty.
func (r *Report) Text(replay string) string {
	text := strings.TrimRight(r.ending(), "\n") + "\n\n" + r.Course()
	if replay != "" {
		text += fmt.Sprintf("\nreplay: %s\n", replay)
	}
	return text
}

// Course returns what [Report.Text] does, without the error and without what replays the run.
func (r *Report) Course() string {
	var b strings.Builder
	switch {
	case r.recorded:
		b.WriteString("this run: ")
	case r.Schedule > 0:
		fmt.Fprintf(&b, "schedule %d: ", r.Schedule)
	default:
		b.WriteString("replayed: ")
	}
	b.WriteString(r.distance() + "\n\n")
	t := newTable(r.player, r.Err)
	made := r.player.switchesMade()
	t.writeTo(&b, made)
	if len(t.rows) > 0 {
		b.WriteByte('\n')
	}
	r.player.writeCircle(&b, r.player.circleOf(r.Err))
	if !t.showsOutput(r.Events, made) {
		r.writeOutput(&b)
	}
	r.writeDecisions(&b, t)
	if len(r.Misfits) > 0 {
		b.WriteString("\n" + r.MisfitText())
	}
	return b.String()
}

// ending returns how the run ended: the error, with the place of a panic or of a block instead of a stack, and with the
// task that left the run.
func (r *Report) ending() string {
	if r.Err == nil {
		return "the run passes"
	}
	text := textOf(r.Err)
	place := ""
	var panicked *sim.PanicError
	var blocked *sim.BlockedError
	switch n := len(r.Events); {
	case errors.As(r.Err, &panicked):
		_, below, _ := strings.Cut(string(panicked.Stack), "\npanic(")
		place = placeOf(below)
	case errors.As(r.Err, &blocked):
		place = placeOf(blocked.Stack)
	case errors.Is(r.Err, ErrGoexit) && n > 0:
		place = fmt.Sprintf("%s, at %v", whoOf(r.Events[n-1]), r.Events[n-1].Time)
	}
	if place != "" {
		text += "\n\t" + place
	}
	return text
}

// placeOf returns the first line of a stack, below its first, that is not the standard library's.
func placeOf(stack string) string {
	lines := strings.Split(stack, "\n")
	if len(lines) > 1 && strings.HasPrefix(lines[1], "\t") {
		lines = lines[1:] // the place of what was cut
	}
	for i := 1; i+1 < len(lines); i += 2 {
		if !slices.ContainsFunc(waiting, func(pkg string) bool { return strings.HasPrefix(lines[i], pkg) }) {
			place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " +0x")
			return filepath.Base(place)
		}
	}
	return ""
}

// waiting is where a goroutine of the program panics or blocks that has called the standard library.
var waiting = []string{"runtime.", "sync.", "time.", "internal/", "os.", "io.", "bufio.", "net.", "syscall."}

// distance says how far the run is from asyncio's order, and whether a nearer one fails.
func (r *Report) distance() string {
	var b strings.Builder
	switch {
	case r.Switches > 0:
		fmt.Fprintf(&b, "%s away from asyncio's order", switches(r.Switches))
	case len(r.player.made) > 0:
		b.WriteString("in asyncio's own order, " + r.player.besides())
	default:
		b.WriteString("in asyncio's own order")
	}
	if r.Shrunk.Runs > 0 {
		fmt.Fprintf(&b, " (from %d, in %d runs)", r.Found, r.Shrunk.Runs)
	}
	switch {
	case r.Switches > 0 && r.Shrunk.Minimal && len(r.player.values()) > 0:
		b.WriteString(": no failing run with the same values has fewer")
	case r.Switches > 0 && r.Shrunk.Minimal:
		b.WriteString(": no failing run has fewer")
	case r.Shrunk.Bound == "blocked":
		b.WriteString("; none with fewer was looked for")
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
	order := "asyncio's own order" + r.player.without()
	switch {
	case len(r.player.made) == 0 && r.Err == nil:
		b.WriteString("this is asyncio's own order\n")
	case len(r.player.made) == 0:
		b.WriteString("asyncio's own order fails\n")
	case r.Err == nil || r.recorded || isBlocked(r.Err): // which asyncio's order was not run for
		b.WriteString("this run leaves asyncio's own order:\n")
	case r.plain == nil:
		fmt.Fprintf(b, "%s passes; this run leaves it:\n", order)
	default:
		fmt.Fprintf(b, "%s ends with another error (%s); this run leaves it:\n", order, clipped(textOf(r.plain)))
	}
	for i, d := range r.player.made {
		if !d.at.isSwitch() {
			fmt.Fprintf(b, "  at %v: %s\n", d.time, r.player.told(d))
			continue
		}
		passed := ""
		if i < len(r.overtook) && r.overtook[i] != "" {
			passed = fmt.Sprintf(" (next: %s)", clipped(r.overtook[i]))
		}
		fmt.Fprintf(b, "  at %v: %v%s runs ahead of %v%s\n", d.time,
			r.player.labels.longWho(d.run), doing(t, d.run, d.event), r.player.labels.longWho(d.at.who), passed)
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
