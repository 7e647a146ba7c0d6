package aio

import (
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

// Event is a flag that tasks can wait for (asyncio.Event). The zero Event is not set. An Event serves one loop.
type Event struct {
	name    string
	label   string // set when the event is first waited for
	set     bool
	waiters waiters
}

// NewEvent returns an event with a name for traces and errors; the zero Event is given one when it is first waited for.
func NewEvent(name string) *Event { return &Event{name: name} }

// IsSet reports whether the event is set.
func (e *Event) IsSet() bool { return e.set }

// Set sets the event and wakes all tasks that wait for it, in the order in which they came. They go on in the next turn,
// even if the event is cleared before.
func (e *Event) Set() {
	if e.set {
		return
	}
	e.set = true
	for i := range e.waiters.ring.Len() {
		e.waiters.ring.At(i).co.Wake()
	}
}

// Clear makes the event one that is not set.
func (e *Event) Clear() { e.set = false }

// Wait suspends until the event is set; where it is set already, it does not suspend. It returns a *CancelledError when
// the task is cancelled, and a *sim.UsageError when tasks of another loop wait for the event.
func (e *Event) Wait(co *Co) error {
	t := taskOf(co, "event wait")
	if e.set {
		return nil
	}
	if e.label == "" {
		e.label = t.f.w.label("event", e.name)
	}
	if err := e.waiters.join(t, e.label); err != nil {
		return err
	}
	_, err := t.wait(e)
	e.waiters.leave(t)
	return err
}

// String returns the kind and the name.
func (e *Event) String() string {
	if e.label == "" {
		return fmt.Sprintf("event %q", e.name)
	}
	return e.label
}

// waiters is a waiting line of tasks, each in a wait of its own (asyncio's deque of futures).
type waiters struct {
	w    *world // of the tasks: a primitive serves one loop
	ring sim.Ring[*task]
}

func (q *waiters) join(t *task, what string) error {
	if q.w == nil {
		q.w = t.f.w
	} else if q.w != t.f.w {
		return t.f.w.loop.Usage("wait", what, ErrOtherLoop)
	}
	q.ring.Push(t)
	return nil
}

// leave takes t out of the line if it is there.
func (q *waiters) leave(t *task) {
	for i := range q.ring.Len() {
		if q.ring.At(i) == t {
			q.ring.Take(i)
			return
		}
	}
}

// wakeNext takes tasks off the head of the line until one could be woken.
func (q *waiters) wakeNext() {
	for q.ring.Len() > 0 {
		if q.ring.Pop().co.Wake() {
			return
		}
	}
}
