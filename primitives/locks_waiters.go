package aio

import (
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

// home is the loop that a primitive serves: that of the first task that waits for it, as in asyncio. Until one waits it
// is the loop of the last task that came, so that an error can tell who runs there and when.
type home struct {
	w     *world
	bound bool
}

// visit notes that a task comes, which perhaps need not wait.
func (h *home) visit(t *task) {
	if !h.bound {
		h.w = t.f.w
	}
}

// bind makes the task's loop the one that is served, or returns a *sim.UsageError if another one is.
func (h *home) bind(t *task, what fmt.Stringer) error {
	if h.bound && h.w != t.f.w {
		return t.f.w.loop.Usage("wait", what.String(), ErrOtherLoop)
	}
	h.w, h.bound = t.f.w, true
	return nil
}

// misuse returns a *sim.UsageError; who and when are in it if a task has come before.
func (h *home) misuse(op, object string, reason error) error {
	if h.w == nil {
		return &sim.UsageError{Op: op, Object: object, Time: unknown, Err: reason}
	}
	return h.w.loop.Usage(op, object, reason)
}

// waiters is a waiting line of tasks, each in a wait of its own (asyncio's deque of futures).
type waiters struct{ ring sim.Ring[*task] }

func (q *waiters) join(t *task) { q.ring.Push(t) }

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
