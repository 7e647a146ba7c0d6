package aio

import "fmt"

// Event is a flag that tasks can wait for (asyncio.Event). The zero Event is not set. An Event serves one loop.
type Event struct {
	label   label
	home    home
	set     bool
	waiters waiters
}

// NewEvent returns an event with a name for traces and errors; the zero Event is given one when it is first waited for.
func NewEvent(name string) *Event { return &Event{label: label{name: name}} }

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
	e.label.use(t.f.w, "event")
	return e.wait(t, e)
}

func (e *Event) wait(t *task, on fmt.Stringer) error {
	if err := e.home.bind(t, on); err != nil {
		return err
	}
	e.waiters.join(t)
	_, err := t.wait(on)
	e.waiters.leave(t)
	return err
}

// String returns the kind and the name.
func (e *Event) String() string { return e.label.text("event") }
