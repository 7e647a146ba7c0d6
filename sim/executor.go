package sim

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// The executor is, beside the watchdog, the one place of the kernel that knows goroutines. It lets functions that block
// run outside of the simulation while virtual time stands still, and lets other goroutines schedule callbacks. The loop
// looks here only when nothing is ready, so that what comes from outside comes at a moment that the program determines.

// outside is what a loop has to do with other goroutines.
type outside struct {
	executing []*execution // in the order of their submission; the loop's own

	mu     sync.Mutex
	calls  []outsideCall // what CallSoonThreadsafe was asked, in the order of arrival
	closed bool          // no more calls
	some   atomic.Bool   // there are calls
	arrive chan struct{} // tells a waiting loop so; it holds one token at most
	over   chan struct{} // closed with the loop
}

type outsideCall struct {
	name string
	fn   func()
}

func (o *outside) init() { o.arrive, o.over = make(chan struct{}, 1), make(chan struct{}) }

// execution is a function that runs on a goroutine of its own.
type execution struct {
	name    string
	done    func()
	failure *PanicError
	over    chan struct{}
}

// Execute runs fn on a goroutine of its own, where it may block, and schedules done once fn has returned (the kernel's
// part of asyncio's loop.run_in_executor). Virtual time does not pass while fn runs. The results come in the order of
// the calls of Execute, one at a time, each when nothing else is ready, so that every run is the same whatever the
// functions take. fn must not use the loop but for CallSoonThreadsafe. A panic in fn ends the run with a *PanicError
// when its turn has come. Close waits for the
// functions that run, however long that takes.
func (l *Loop) Execute(name string, fn, done func()) {
	l.mustBeOpen("Execute", name)
	if fn == nil || done == nil {
		panic(l.usage("execute", name, ErrNilFunction))
	}
	e := &execution{name: name, done: done, over: make(chan struct{})}
	l.outside.executing = append(l.outside.executing, e)
	go e.run(fn)
}

func (e *execution) run(fn func()) {
	returned := false
	defer func() {
		if !returned {
			value := recover()
			if value == nil {
				value = "the function called runtime.Goexit"
			}
			e.failure = &PanicError{Callback: e.name, Value: value, Stack: debug.Stack()}
		}
		close(e.over)
	}()
	fn()
	returned = true
}

// CallSoonThreadsafe is [Loop.CallSoon] for other goroutines (asyncio's loop.call_soon_threadsafe). The loop takes the
// calls, in the order in which they arrived, when nothing else is ready, before time passes. It waits for calls from a
// function that [Loop.Execute] runs, and for nobody else: a loop that has nothing to do otherwise ends in a deadlock.
// CallSoonThreadsafe returns a *UsageError when fn is nil or the loop is closed. The callback's context is empty.
func (l *Loop) CallSoonThreadsafe(name string, fn func()) error {
	if fn == nil {
		return &UsageError{Op: "CallSoonThreadsafe", Object: name, Err: ErrNilFunction}
	}
	o := &l.outside
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return &UsageError{Op: "CallSoonThreadsafe", Object: name, Err: ErrClosed}
	}
	o.calls = append(o.calls, outsideCall{name, fn})
	o.some.Store(true)
	select {
	case o.arrive <- struct{}{}:
	default:
	}
	return nil
}

// Over returns a channel that is closed when the loop is, for goroutines that wait for what the loop does.
func (l *Loop) Over() <-chan struct{} { return l.outside.over }

// takeCalls schedules what CallSoonThreadsafe was asked, and reports whether there was anything.
func (l *Loop) takeCalls() bool {
	o := &l.outside
	if !o.some.Load() {
		return false
	}
	o.mu.Lock()
	calls := o.calls
	o.calls = nil
	o.some.Store(false)
	o.mu.Unlock()
	for _, c := range calls {
		l.CallSoon(c.name, c.fn)
	}
	return true
}

// awaitOutside waits, with nothing ready, until the oldest function that executes is done or calls have arrived. It is
// not inlined because the watchdog looks for it in a stack dump: this wait is no mistake.
//
//go:noinline
func (l *Loop) awaitOutside() {
	o := &l.outside
	for !l.takeCalls() {
		e := o.executing[0]
		select {
		case <-o.arrive:
			continue
		case <-e.over:
		}
		if l.takeCalls() { // they came first
			return
		}
		o.executing = o.executing[1:]
		if e.failure != nil {
			e.failure.Time = l.Now()
			l.fail(e.failure)
			return
		}
		l.CallSoon(e.name, e.done)
		return
	}
}

// close refuses further calls and waits for the functions that execute.
func (o *outside) close() {
	o.mu.Lock()
	o.closed, o.calls = true, nil
	o.mu.Unlock()
	close(o.over)
	for _, e := range o.executing {
		<-e.over
	}
	o.executing = nil
}
