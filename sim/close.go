package sim

import "errors"

// Close drops what is scheduled and unwinds the unfinished coroutines, oldest first: their deferred functions run, but
// nothing can be scheduled or printed any more. No goroutine of the loop is left behind. Close may be called again, to
// no effect. It returns a *UsageError while the loop runs, a *PanicError when a deferred function panicked, and a
// *UsageError where a coroutine recovers what unwinds it without end, whose goroutine stays.
func (l *Loop) Close() error {
	switch {
	case l.abandoned(): // the loop closes itself when the blocked goroutine comes back
		return nil
	case l.inRun:
		return l.usage("close", "loop", ErrRunning)
	case l.closed:
		return nil
	}
	return l.shut()
}

// shut is the work of Close.
func (l *Loop) shut() error {
	before := l.failure
	l.closed = true
	l.trace = nil
	if l.buffers.clear(); l.heed() {
		l.pool.spare = l.buffers
	}
	l.buffers = buffers{}
	defer func() {
		if l.config.Pool == nil {
			l.pool.Close()
		}
	}()
	l.evict()
	l.outside.close() // after the deferred functions of tasks, which may tell the functions outside to end
	if l.failure != before {
		return l.failure
	}
	return nil
}

// evict ends the unfinished coroutines. When a deferred function of one calls runtime.Goexit, the others are still ended.
func (l *Loop) evict() {
	defer func() {
		l.current = nil
		if l.oldest != nil {
			l.evict()
		}
	}()
	for co := l.oldest; co != nil; co = l.oldest {
		if co.worker == nil {
			co.state = coFinished
			l.forget(co)
			continue
		}
		co.state = coLeaving
		l.resume(co)
		if co.state != coFinished { // it stays: see goOnLeaving
			co.state, co.worker = coFinished, nil
			l.forget(co)
		}
	}
}

// patience is how often a coroutine may recover the panic that unwinds it.
const patience = 1000

var errUnending = errors.New("it recovers the panic that unwinds it, again and again")

// goOnLeaving is called where a coroutine that is being unwound would suspend. It unwinds it further. A coroutine that
// recovers in a loop without end would go on for ever; its goroutine is left where it is.
func (co *Co) goOnLeaving() {
	w := co.worker
	if w.unwound++; w.unwound > patience {
		co.loop.fail(co.loop.usage("unwind", "", errUnending))
		for {
			w.yield(struct{}{})
		}
	}
	panic(unwind{})
}
