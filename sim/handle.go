package sim

import (
	"fmt"
	"time"
)

// item is what the ready queue holds: a [job], a coroutine's step (*Co) or the end of a coroutine's sleep (*alarm).
type item interface {
	run(l *Loop)
	// void reports whether run would do nothing.
	void() bool
}

// job is a callback on its way through the timer heap and the ready queue. Jobs are recycled once they have run, which
// is why a Handle carries a generation; a cancelled job is left to the garbage collector, so that its Handle stays true.
type job struct {
	fn        func()
	callback  Callback // instead of fn
	name      string
	vars      *binding // a copy of the context, taken where the callback was registered
	context   *Context // else the very context to run in
	source    *Co      // who registered it; nil: no coroutine did
	next      *job     // in the free list
	timer     int32    // its number in the timer heap, or noTimer
	number    uint32   // of a timed one, among all of the loop
	gen       uint64
	timed     bool // it came, or comes, out of the timer heap
	cancelled bool
}

// Handle names one scheduled callback, as asyncio.Handle and asyncio.TimerHandle do. The zero Handle names none.
type Handle struct {
	loop *Loop
	job  *job
	when int64
	gen  uint64
}

// Cancel keeps the callback from running. It does nothing where the callback has run or was cancelled before.
func (h Handle) Cancel() {
	if h.job == nil || h.job.gen != h.gen || h.job.cancelled {
		return
	}
	h.job.cancelled = true
	if h.loop.trace != nil && h.job.timed && h.job.name != "" && h.job.callback == nil {
		h.loop.Emit(Event{Kind: TimerCancelled, Object: h.job.name})
	}
	h.job.fn, h.job.callback, h.job.vars, h.job.context = nil, nil, nil, nil
	if h.job.timer != noTimer {
		h.loop.timers.remove(h.job.timer)
	}
}

// Cancelled reports whether Cancel came before the callback ran.
func (h Handle) Cancelled() bool {
	return h.job != nil && h.job.gen == h.gen && h.job.cancelled
}

// When returns the virtual time for which the callback was scheduled: its deadline, or for CallSoon the time of the call.
func (h Handle) When() time.Duration { return time.Duration(h.when) }

// newJob takes a job from the free list. The caller sets what it calls.
func (l *Loop) newJob(name string) *job {
	j := l.freeJobs
	if j == nil {
		j = &job{timer: noTimer}
	} else {
		l.freeJobs = j.next
		j.next = nil
	}
	j.name, j.vars, j.source = name, l.here().vars, l.current
	return j
}

// CallSoon schedules fn behind everything that is ready; it runs in the loop's next turn (asyncio's loop.call_soon).
// A callback runs to its end without suspending. One that fails reports it with [Loop.CallExceptionHandler].
// The name appears in traces and errors; a callback without one is a vocabulary's own and is not traced.
// CallSoon panics with a *UsageError when the loop is closed or fn is nil.
func (l *Loop) CallSoon(name string, fn func()) Handle {
	l.mustBeCallable("CallSoon", name, fn)
	j := l.newJob(name)
	j.fn = fn
	l.ready.Push(j)
	l.others++
	return Handle{loop: l, job: j, when: l.now, gen: j.gen}
}

// Callback is a vocabulary's own callback: an object in place of a function, so that scheduling it allocates nothing.
type Callback interface {
	Call()
}

// Schedule is [Loop.CallSoon] for a Callback. No trace shows it.
func (l *Loop) Schedule(c Callback) {
	l.mustBeOpen("Schedule", "")
	j := l.newJob("")
	j.callback = c
	l.ready.Push(j)
	l.others++
}

// CallSoonIn is CallSoon for a callback that runs in ctx itself, not in a copy of the current context.
func (l *Loop) CallSoonIn(ctx *Context, name string, fn func()) Handle {
	h := l.CallSoon(name, fn)
	h.job.context = ctx
	return h
}

// CallLater schedules fn to run once delay of virtual time has passed (asyncio's loop.call_later). A delay of zero or
// less fires in the next turn, the earliest deadline first. It panics with a *UsageError when the loop is closed or
// when the deadline does not fit the virtual clock.
func (l *Loop) CallLater(name string, delay time.Duration, fn func()) Handle {
	when, ok := l.after(delay)
	if !ok {
		panic(l.usage("CallLater", fmt.Sprintf("%q", name), ErrTimeRange))
	}
	return l.CallAt(name, when, fn)
}

// CallAt schedules fn for the virtual time when, counted from the loop's start (asyncio's loop.call_at). Callbacks with
// equal deadlines fire in the order in which they were scheduled. It panics with a *UsageError when the loop is closed.
func (l *Loop) CallAt(name string, when time.Duration, fn func()) Handle {
	l.mustBeCallable("CallAt", name, fn)
	j := l.newJob(name)
	j.fn = fn
	l.pushTimed(j, when)
	if l.trace != nil && name != "" {
		l.Emit(Event{Kind: TimerSet, Object: name, When: when})
	}
	return Handle{loop: l, job: j, when: int64(when), gen: j.gen}
}

// pushTimed sets a callback for a virtual time.
func (l *Loop) pushTimed(j *job, when time.Duration) {
	l.timed++
	j.timed, j.number = true, l.timed
	l.timers.push(int64(when), j)
}

func (j *job) void() bool { return j.cancelled }

// run executes the callback in the context that it was registered with.
func (j *job) run(l *Loop) {
	l.others--
	if j.cancelled {
		return
	}
	fn, callback := j.fn, j.callback
	l.callback = j.name
	if l.context = j.context; l.context == nil {
		l.scratch.vars = j.vars
		l.context = &l.scratch
	}
	if l.trace != nil && j.name != "" {
		l.Emit(Event{Kind: CallbackRun, Object: j.name})
	}
	// Recycled first: a callback that schedules itself again then reuses its own job.
	j.fn, j.callback, j.vars, j.context, j.source, j.timed = nil, nil, nil, nil, nil, false
	j.gen++
	j.next = l.freeJobs
	l.freeJobs = j
	if callback != nil {
		callback.Call()
	} else {
		fn()
	}
	l.callback = ""
	l.context = &l.base
}
