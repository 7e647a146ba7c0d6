package clock

import (
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// question is what a bubble asks the loop outside of it: which of these timers fires first, at a date. The loop's time
// comes to that date, and each timer is a callback that is due then.
type question struct {
	at     time.Time
	timers []string // their names
}

type answer struct {
	choice int
	err    error
}

// ask asks the loop, from a function that it executes.
func ask(l *aio.Loop, q question) answer {
	t := &tie{done: l.NewGate(), handles: make([]sim.Handle, len(q.timers))}
	paced := l.Config().Speed > 0 // a bubble does not wait for the wall clock
	err := l.CallSoonThreadsafe("", func() {
		when := l.Now()
		if !paced {
			when += max(0, q.at.Sub(l.Date()))
		}
		for i, name := range q.timers {
			t.handles[i] = l.ScheduleAt(name, when, &tied{t, i})
		}
	})
	if err != nil {
		return answer{err: err}
	}
	if !t.done.Wait() {
		return answer{err: l.Usage("fire", "the timers of a bubble", sim.ErrClosed)}
	}
	return answer{choice: t.first}
}

// tie is a question as the loop has it.
type tie struct {
	first   int
	handles []sim.Handle
	done    *sim.Gate
}

// tied is one of the timers of a tie.
type tied struct {
	tie *tie
	i   int
}

// Call answers: this is the first.
func (t *tied) Call() {
	for _, h := range t.tie.handles {
		h.Cancel()
	}
	t.tie.first = t.i
	t.tie.done.Open()
}
