package aio

import "github.com/asyncsim/asyncsim/sim"

// waiter is told when a future is done. Whatever it does is scheduled for the next turn.
type waiter interface {
	completed(f *future)
	// awaiters returns the tasks and futures on whose behalf it waits, for the call graph.
	awaiters() []*future
}

// doneCallback is a callback that waits for its future.
type doneCallback struct {
	name     string
	vars     *sim.Context
	fn       func()
	by       *future // of an internal one: on whose behalf it waits, if it does
	internal bool    // not the user's own
}

func (cb *doneCallback) completed(f *future) { f.w.loop.CallSoonIn(cb.vars, cb.name, cb.fn) }

func (cb *doneCallback) awaiters() []*future {
	if cb.by == nil {
		return nil
	}
	return []*future{cb.by}
}

// internally returns a done callback of the library's own, which no trace shows.
func internally(by *future, fn func()) *doneCallback {
	return &doneCallback{fn: fn, by: by, internal: true}
}
