package explore

import (
	"errors"
	"fmt"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// NotDeterministicError is a failure for which nobody can be blamed yet: the same choices gave another run.
type NotDeterministicError struct {
	Failure error         // what the run of the search ended with
	InOrder bool          // asyncio's own order passed in one run, and ended with Again in another
	Again   error         // what the replay ended with; nil: it passed
	Event   int           // the number of the first event that differs between two replays, from 1; 0: none does
	Time    time.Duration // of that event, in virtual time
	First   string        // that event in one replay; empty: it had ended
	Second  string        // and in the other
}

func (e *NotDeterministicError) Error() string {
	var what string
	if e.InOrder {
		what = "asyncio's own order passed in one run and ended in another with: " + textOf(e.Again)
	} else if e.Event > 0 {
		what = fmt.Sprintf("event %d, at %v, was %s in one run and %s in the next",
			e.Event, e.Time, orNothing(e.First), orNothing(e.Second))
	} else {
		again := "passes"
		if e.Again != nil {
			again = "ends with: " + textOf(e.Again)
		}
		what = fmt.Sprintf("the failing run ended with: %s\nits replay %s", textOf(e.Failure), again)
	}
	return "the program is not deterministic: the same choices gave another run\n" + what + "\n" +
		"likely causes: a range over a map, time.Now, math/rand instead of co.Rand, a goroutine, " +
		"or a variable outside of main that one run leaves to the next"
}

// Unwrap returns the failure.
func (e *NotDeterministicError) Unwrap() error { return e.Failure }

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// repeat runs the failure again, twice, and returns the second run. It returns a *NotDeterministicError when the runs
// are not the same.
func (w *worker) repeat(f *Failure) (*player, error) {
	var players [2]*player
	var ended [2]error
	for i := range players {
		players[i] = f.player()
		ended[i] = w.play(players[i]).err
	}
	e := &NotDeterministicError{Failure: f.Err, Again: ended[0]}
	a, b := players[0].events, players[1].events
	for i := range max(len(a), len(b)) {
		if i < len(a) && i < len(b) && alike(a[i], b[i]) {
			continue
		}
		e.Event = i + 1
		if i < len(a) {
			e.Time, e.First = a[i].Time, describe(a[i])
		}
		if i < len(b) {
			e.Time, e.Second = b[i].Time, describe(b[i])
		}
		return nil, e
	}
	for i, err := range ended {
		if players[i].strayed || err == nil || signature(err) != signature(f.Err) {
			e.Again = err
			return nil, e
		}
	}
	return players[1], nil
}

// player returns what makes the run again.
func (f *Failure) player() *player {
	p := &player{script: f.Decisions, listing: true}
	if f.Decisions == nil {
		p.script = []uint32{} // a run without a choice
	}
	return p
}

// alike reports whether two events are the same.
func alike(a, b sim.Event) bool {
	if a == b {
		return true
	}
	a.Text, b.Text = withoutAddresses(a.Text), withoutAddresses(b.Text)
	return a == b
}

// describe tells an event in a few words.
func describe(e sim.Event) string {
	text := e.Kind.String()
	for _, more := range []string{e.Object, e.Text} {
		if more != "" {
			text += " " + more
		}
	}
	if e.Kind == sim.TimerSet {
		text += fmt.Sprintf(" for %v", e.When)
	}
	return fmt.Sprintf("%s: %q", whoOf(e), text)
}

// whoOf names what ran.
func whoOf(e sim.Event) string {
	switch {
	case e.Task != "":
		return fmt.Sprintf("task %q", e.Task)
	case e.Callback != "":
		return fmt.Sprintf("callback %q", e.Callback)
	}
	return "the loop"
}

// errNotFailed is a failure that is none.
var errNotFailed = errors.New("there is no failure to explain")
