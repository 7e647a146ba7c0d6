package aio

import (
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

// waiters is a waiting line of tasks, each in a wait of its own (asyncio's deque of futures).
type waiters struct {
	w    *world // of the tasks: a primitive serves one loop
	ring sim.Ring[*task]
}

func (q *waiters) join(t *task, what fmt.Stringer) error {
	if q.w == nil {
		q.w = t.f.w
	} else if q.w != t.f.w {
		return t.f.w.loop.Usage("wait", what.String(), ErrOtherLoop)
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

// wakeFirst wakes the task at the head of the line, unless that was woken or cancelled already.
func (q *waiters) wakeFirst() {
	if q.ring.Len() > 0 {
		q.ring.At(0).co.Wake()
	}
}

// wakeAll wakes the tasks in the line and empties it.
func (q *waiters) wakeAll() {
	for q.ring.Len() > 0 {
		q.ring.Pop().co.Wake()
	}
}

// anyAlive reports whether a task is in the line whose wait was not cancelled.
func (q *waiters) anyAlive() bool {
	for i := range q.ring.Len() {
		if q.ring.At(i).interrupt == nil {
			return true
		}
	}
	return false
}

// misuse returns a *sim.UsageError; who and when are in it if anybody has waited before.
func (q *waiters) misuse(op, object string, reason error) error {
	if q.w == nil {
		return &sim.UsageError{Op: op, Object: object, Err: reason}
	}
	return q.w.loop.Usage(op, object, reason)
}
