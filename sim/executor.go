package sim

import (
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
)

// The executor is, beside the watchdog, the one place of the kernel that knows goroutines. It lets functions that block
// run outside of the simulation while virtual time stands still, and lets other goroutines schedule callbacks. The loop
// looks here only when nothing is ready, so that results come at a moment that the program determines.

// outside is what a loop has to do with other goroutines.
type outside struct {
	executing []*execution // in the order of their submission; the loop's own
	busy      int          // turns without a look outside, while functions execute; the loop's own

	mu      sync.Mutex
	calls   []outsideCall // what CallSoonThreadsafe was asked, in the order of arrival
	closed  bool          // no more calls
	running int           // functions that have not returned
	waiting int           // goroutines that wait at a gate
	some    atomic.Bool   // there are calls
	arrive  chan struct{} // tells a waiting loop that something has changed; it holds one token at most
	over    chan struct{} // closed with the loop
}

type outsideCall struct {
	name string
	fn   func()
}

// open makes the channels, which most loops never need. The caller holds mu.
func (o *outside) open() {
	if o.arrive == nil {
		o.arrive, o.over = make(chan struct{}, 1), make(chan struct{})
	}
}

// changed wakes the loop if it waits.
func (o *outside) changed() {
	select {
	case o.arrive <- struct{}{}:
	default:
	}
}

// execution is a function that runs on a goroutine of its own.
type execution struct {
	name    string
	done    func()
	failure *PanicError
	ended   bool
	over    chan struct{} // closed when it has ended
}

// Execute runs fn on a goroutine of its own, where it may block, and schedules done once fn has returned (the kernel's
// part of asyncio's loop.run_in_executor). Virtual time does not pass while fn runs, unless it waits at a [Gate]. The
// results come in the order of the calls of Execute, one at a time, each when nothing else is ready, so that they come
// at the same moment in every run, whatever the functions take. fn must not use the loop but for CallSoonThreadsafe. A
// panic in fn ends the run with a *PanicError when its turn has come. A function that never returns stops the loop, and
// Close, for good: no virtual time can pass that would end the wait. With Config.Speed time passes while fn runs, and
// its result comes in the turn after fn has returned.
func (l *Loop) Execute(name string, fn, done func()) {
	l.mustBeOpen("Execute", name)
	if fn == nil || done == nil {
		panic(l.usage("execute", name, ErrNilFunction))
	}
	o := &l.outside
	e := &execution{name: name, done: done, over: make(chan struct{})}
	o.executing = append(o.executing, e)
	o.mu.Lock()
	o.open()
	o.running++
	o.mu.Unlock()
	go o.run(e, fn)
}

func (o *outside) run(e *execution, fn func()) {
	returned := false
	defer func() {
		if !returned {
			value := recover()
			if value == nil {
				value = "the function called runtime.Goexit"
			}
			e.failure = &PanicError{Callback: e.name, Value: value, Stack: debug.Stack()}
		}
		o.mu.Lock()
		o.running--
		e.ended = true
		close(e.over)
		o.mu.Unlock()
		o.changed()
	}()
	fn()
	returned = true
}

// Gate holds goroutines until the loop opens it: a function that [Loop.Execute] runs can wait there for what the loop
// does. While all functions that run wait at gates, virtual time passes. Another goroutine that waits at one counts as
// such a function, so that time may pass too early for those.
type Gate struct {
	o       *outside
	open    bool
	waiting int
	opened  chan struct{}
}

// NewGate returns a gate of the loop. Any goroutine may make one.
func (l *Loop) NewGate() *Gate { return &Gate{o: &l.outside, opened: make(chan struct{})} }

// Wait blocks the goroutine until the gate is open. It returns false if the loop is closed instead.
func (g *Gate) Wait() bool {
	g.o.mu.Lock()
	if g.open || g.o.closed {
		defer g.o.mu.Unlock()
		return g.open
	}
	g.o.open()
	g.waiting++
	g.o.waiting++
	g.o.mu.Unlock()
	g.o.changed()
	select {
	case <-g.opened:
	case <-g.o.over:
	}
	g.o.mu.Lock()
	defer g.o.mu.Unlock()
	return g.open
}

// Open lets the goroutines go. What they do next counts as running from this moment on.
func (g *Gate) Open() {
	g.o.mu.Lock()
	defer g.o.mu.Unlock()
	if !g.open {
		g.open = true
		g.o.waiting -= g.waiting
		close(g.opened)
	}
}

// CallSoonThreadsafe is [Loop.CallSoon] for other goroutines (asyncio's loop.call_soon_threadsafe). The loop takes the
// calls, in the order in which they arrived, when nothing else is ready, before time passes. When they arrive depends
// on the goroutine, so that the place of a call among others is not the same in every run. The loop waits for calls
// from a function that [Loop.Execute] runs, and for nobody else: a loop that has nothing to do otherwise ends in a
// deadlock. With Config.Speed the loop takes the calls in every turn and, as asyncio does, waits for them for ever.
// CallSoonThreadsafe returns a *UsageError when fn is nil or the loop is closed. The callback's context is empty.
func (l *Loop) CallSoonThreadsafe(name string, fn func()) error {
	if fn == nil {
		return &UsageError{Op: "CallSoonThreadsafe", Object: name, Time: -1, Err: ErrNilFunction}
	}
	o := &l.outside
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return &UsageError{Op: "CallSoonThreadsafe", Object: name, Time: -1, Err: ErrClosed} // another goroutine knows no time
	}
	o.open()
	o.calls = append(o.calls, outsideCall{name, fn})
	o.some.Store(true)
	o.changed()
	return nil
}

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

// awaitOutside waits, while functions execute, until calls have arrived or the result of a function is due: of the
// oldest, or where all that run wait at gates, of the oldest that has returned. It returns false when all that are left
// wait at gates: only the loop can help them. It is not inlined because the watchdog looks for it in a stack dump: this
// wait is no mistake.
//
//go:noinline
func (l *Loop) awaitOutside() bool {
	o := &l.outside
	o.busy = 0
	for !l.takeCalls() {
		i, stuck := o.due()
		if i < 0 && stuck {
			return l.takeCalls() // what they called before they came to wait
		}
		if i < 0 {
			select {
			case <-o.arrive:
			case <-o.executing[0].over:
			}
			continue
		}
		if l.takeCalls() { // they came before it returned
			return true
		}
		e := o.executing[i]
		o.executing = append(o.executing[:i:i], o.executing[i+1:]...)
		l.deliver(e)
		return true
	}
	return true
}

// deliver schedules the result of a function that has returned.
func (l *Loop) deliver(e *execution) {
	if e.failure != nil {
		e.failure.Time = l.Now()
		l.fail(e.failure)
		return
	}
	l.CallSoon(e.name, e.done)
}

// takeEnded takes the functions that have returned off the list.
func (o *outside) takeEnded() (ended []*execution) {
	if len(o.executing) == 0 {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.executing = slices.DeleteFunc(o.executing, func(e *execution) bool {
		if e.ended {
			ended = append(ended, e)
		}
		return e.ended
	})
	return ended
}

// due returns the function whose result is due, or -1, and whether all that run wait at gates.
func (o *outside) due() (i int, stuck bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	stuck = o.waiting >= o.running
	for i, e := range o.executing {
		if e.ended {
			return i, stuck
		}
		if !stuck {
			break
		}
	}
	return -1, stuck
}

// maxBusy is for how many turns on end, at one instant, the loop may have something ready before it looks outside even
// so: a task may be waiting for a result by sleeping for no time.
const maxBusy = 1000

// lookOutside is called in every turn while functions execute.
func (l *Loop) lookOutside() {
	if l.outside.busy++; l.outside.busy > maxBusy {
		l.awaitOutside()
	}
}

// close refuses further calls and waits for the functions that execute.
func (o *outside) close() {
	o.mu.Lock()
	o.closed, o.calls = true, nil
	o.mu.Unlock()
	if o.over != nil {
		close(o.over)
	}
	for _, e := range o.executing {
		<-e.over
	}
	o.executing = nil
}
