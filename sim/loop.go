package sim

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"time"
)

// Loop is an event loop on virtual time. It belongs to one goroutine at a time.
type Loop struct {
	config Config
	pool   *Pool
	rand   *rand.Rand

	now   int64 // nanoseconds since the start
	idled int64 // when time last passed because nothing was ready
	buffers
	turnNo  int64
	steps   int64
	stop    bool  // Stop was called
	inRun   bool  // Run is on the stack
	closed  bool  // Close was called
	failure error // the *PanicError that ended the loop for good

	current  *Co      // the coroutine that runs, if one does
	callback string   // the name of the callback that runs, if one does
	asking   bool     // the chooser runs
	context  *Context // of the callback that runs, or else base
	base     Context  // outside of tasks and callbacks
	scratch  Context  // the context of the callback that runs, as long as nobody asks for it

	oldest, youngest *Co // the unfinished coroutines, in the order of their creation
	coroutines       uint32
	others           int    // what is in the ready queue besides tasks
	objects          uint32 // how many were numbered
	timed            uint32 // how many timed callbacks were set
	choosing         bool   // the chooser is asked what runs next
	observed         bool   // somebody is told of the steps, or asked
	timing           bool   // it is asked about timers
	cancelling       bool   // it is asked about cancellations
	decided          int    // it was asked already, and said this less 1; 0: it was not
	choice           Choice
	polled           []polled // the coroutines in WaitFor, in the order in which they came
	mark             uint32   // of the last choice

	trace    func(Event)
	handler  ExceptionHandler
	output   printer
	attached any
	watch
	outside   outside
	pace      *pace // nil: in virtual time
	followers []Follower
}

// NewLoop returns a loop at virtual time zero. It returns a *ConfigError when the configuration cannot be right. The
// caller closes the loop.
func NewLoop(config Config) (*Loop, error) {
	config, err := config.checked()
	if err != nil {
		return nil, err
	}
	var l *Loop
	if config.Pool != nil {
		l = config.Pool.loop()
		l.pool = config.Pool
	} else {
		l = &Loop{pool: NewPool()}
	}
	l.config, l.trace, l.pace = config, config.Trace, newPace(config)
	l.buffers, l.pool.spare = l.pool.spare, buffers{}
	l.observed = config.Choose != nil || config.Observe != nil
	if config.Choose != nil {
		l.choosing, l.timing, l.cancelling = !config.Strict, config.Strict || config.Slack > 0, config.Cancel
	}
	l.output.l = l
	l.context = &l.base
	l.watched = config.Watchdog > 0
	return l, nil
}

// Run runs the loop until [Loop.Stop] (asyncio's loop.run_forever) and returns nil then. Else it returns a
// *DeadlockError when nothing can happen any more, a *LimitError at a limit of the configuration, a *PanicError when a
// task or a callback panicked, a *BlockedError from the watchdog, or a *UsageError when the loop is closed or running.
// After a deadlock or a limit the loop may be run again; after a panic it can only be closed; after a *BlockedError it
// counts as closed. A runtime.Goexit in a task or a callback (t.FailNow) ends the goroutine that called Run.
func (l *Loop) Run() error {
	switch {
	case l.abandoned():
		return l.lost
	case l.closed:
		return l.usage("run", "loop", ErrClosed)
	case l.inRun:
		return l.usage("run", "loop", ErrRunning)
	case l.failure != nil:
		return l.failure
	}
	if l.pace != nil {
		l.pace.begin(l)
	}
	if l.watched {
		return l.runWatched()
	}
	return l.turns()
}

// failed records that Run is about to return err, and returns it; or the panic of the tracer, which is not called again.
// A stack is not part of a trace: it differs from run to run.
func (l *Loop) failed(err error) (result error) {
	if err == nil || l.trace == nil {
		return err
	}
	defer func() {
		if value := recover(); value != nil {
			result = l.panicked(value)
		}
	}()
	text, _, _ := strings.Cut(err.Error(), "\n\n")
	l.Emit(Event{Kind: RunFailed, Text: text})
	return err
}

// turns runs turn after turn. It is not inlined because the watchdog looks for it in a stack dump.
//
//go:noinline
func (l *Loop) turns() (err error) {
	l.inRun = true
	returned := false
	defer func() {
		if !returned {
			// A panic or a Goexit came through: the callback on this stack, or the coroutine that it ran, is lost.
			if value := recover(); value != nil {
				err = l.panicked(value)
			}
		}
		l.inRun = false
		l.current, l.callback, l.asking, l.context = nil, "", false, &l.base
	}()
	for {
		err = l.turn()
		if err != nil || l.stop {
			l.stop = false
			returned = true
			return l.failed(err)
		}
	}
}

// called returns the name of the callback that runs, if one does.
func (l *Loop) called() string {
	if l.asking {
		return "chooser"
	}
	return l.callback
}

// panicked makes an error of what was recovered from a callback, in the deferred function that recovered it.
func (l *Loop) panicked(value any) error {
	l.fail(&PanicError{Callback: l.called(), Time: l.Now(), Value: value, Stack: debug.Stack()})
	return l.failed(l.failure)
}

// Do calls fn at once, as a callback of that name, while the loop does not run: for what a vocabulary calls when a run is
// over. It returns a *PanicError when fn panics.
func (l *Loop) Do(name string, fn func()) (err error) {
	returned := false
	defer func() {
		if !returned {
			if value := recover(); value != nil {
				err = l.panicked(value)
			}
		}
		l.callback = ""
	}()
	l.callback = name
	fn()
	returned = true
	return nil
}

// turn is one pass of the loop, asyncio's _run_once: let time pass if nothing is ready, put the timers that are due
// behind what is ready, and run what is ready now. What becomes ready meanwhile waits for the next turn.
func (l *Loop) turn() error {
	l.turnNo++
	if len(l.polled) > 0 {
		l.poll()
	}
	if l.ready.n == 0 && !l.stop {
		if err := l.idle(); err != nil {
			return err
		}
	} else if l.pace != nil {
		if err := l.pace.keep(l); err != nil {
			return err
		}
	} else if len(l.outside.executing) > 0 {
		l.lookOutside()
	}
	if l.failure != nil {
		return l.failure
	}
	if l.timing {
		l.chooseTimers()
	}
	for len(l.timers.nodes) > 0 && l.timers.nodes[0].when <= l.now {
		l.ready.Push(l.timers.pop())
		l.others++
	}
	for n := l.ready.n; n > 0 && l.ready.n > 0; n-- { // a Door may take from what is ready
		if l.steps == l.config.MaxSteps && l.steps > 0 {
			return &LimitError{"MaxSteps", fmt.Sprint(l.steps), l.Now()}
		}
		l.steps++
		var next item
		if !l.choosing {
			next = l.ready.Pop()
		} else if i := l.pick(); l.heed() {
			next = l.ready.Take(i)
		} else {
			return ErrClosed
		}
		if co, ok := next.(*Co); ok { // called by name: a function less to return from after the switch
			l.resume(co)
			l.current = nil
		} else {
			next.run(l)
		}
		if l.failure != nil {
			return l.failure
		}
		if !l.heed() {
			return ErrClosed // to nobody: the run was given up
		}
	}
	return nil
}

// pick returns the place in the ready queue of what runs next.
func (l *Loop) pick() int {
	if i := l.decided - 1; i >= 0 {
		l.decided = 0
		return i
	}
	return l.choose()
}

// idle is called with nothing ready: it takes what comes from outside or else lets time pass.
func (l *Loop) idle() error {
	if len(l.followers) > 0 && l.idleFollowers() {
		return nil
	}
	if l.pace != nil {
		return l.pace.await(l)
	}
	if l.takeCalls() {
		return nil
	}
	due := len(l.timers.nodes) > 0 && l.timers.nodes[0].when <= l.now
	if len(l.outside.executing) > 0 && !due && l.awaitOutside() {
		return nil
	}
	if l.inVain() {
		return l.deadlock()
	}
	next := l.timers.nodes[0].when
	if limit := int64(l.config.MaxTime); limit > 0 && next > limit {
		return &LimitError{"MaxTime", l.config.MaxTime.String(), l.Now()}
	}
	l.passTo(max(l.now, next))
	l.idled = l.now
	return nil
}

// passTo lets time pass.
func (l *Loop) passTo(when int64) {
	l.now = when
	if l.watched {
		l.seen.Store(when)
	}
	for _, f := range l.followers {
		f.Passed()
	}
}

// Stop makes Run return at the end of the turn (asyncio's loop.stop). Called before Run, it lets one turn run.
func (l *Loop) Stop() { l.stop = true }

// Quiet reports whether nothing is ready, no timer is due, nothing is polled and nothing comes from outside: a turn would
// let time pass.
func (l *Loop) Quiet() bool {
	due := len(l.timers.nodes) > 0 && l.timers.nodes[0].when <= l.now
	return l.ready.n == 0 && !due && len(l.outside.executing) == 0 && len(l.polled) == 0 && !l.outside.some.Load()
}

// IsRunning reports whether the loop is in Run.
func (l *Loop) IsRunning() bool { return !l.abandoned() && l.inRun }

// IsClosed reports whether the loop was closed, or given up by the watchdog.
func (l *Loop) IsClosed() bool { return l.abandoned() || l.closed }

// Now returns the virtual time since the loop's start (asyncio's loop.time).
func (l *Loop) Now() time.Duration { return time.Duration(l.now) }

// Steps returns how many callbacks and task steps have begun.
func (l *Loop) Steps() int64 { return l.steps }

// Date returns the calendar date that the virtual time stands for.
func (l *Loop) Date() time.Time { return l.config.Start.Add(l.Now()) }

// Loop returns l: a loop knows itself, as its futures and coroutines know it.
func (l *Loop) Loop() *Loop { return l }

// Current returns the coroutine that runs, or nil in a callback and outside of Run.
func (l *Loop) Current() *Co { return l.current }

// Context returns the context of what runs.
func (l *Loop) Context() *Context {
	if l.current == nil && l.context == &l.scratch { // who asks may keep it, and scratch serves the next callback too
		l.context = l.scratch.Copy()
	}
	return l.here()
}

// here is Context for the moment.
func (l *Loop) here() *Context {
	if l.current != nil {
		return l.current.ctx
	}
	return l.context
}

// Coroutines yields the unfinished coroutines in the order of their creation.
func (l *Loop) Coroutines(yield func(*Co) bool) {
	for co := l.oldest; co != nil; {
		next := co.next
		if !yield(co) {
			return
		}
		co = next
	}
}

// Attach keeps a vocabulary's own state for the loop.
func (l *Loop) Attach(state any) { l.attached = state }

// Attached returns what was attached, or nil.
func (l *Loop) Attached() any { return l.attached }

// Printf writes to the output of the simulated program: callbacks print with it, coroutines with [Co.Printf].
func (l *Loop) Printf(format string, args ...any) { fmt.Fprintf(&l.output, format, args...) }

// Stdout returns the output of the simulated program. It drops what is written once the loop is closed.
func (l *Loop) Stdout() io.Writer { return &l.output }

// after returns the virtual time that lies delay ahead, if the clock can show it. A negative delay is asyncio's: it
// orders timers that are due at once.
func (l *Loop) after(delay time.Duration) (time.Duration, bool) {
	if delay > 0 && l.now > math.MaxInt64-int64(delay) {
		return 0, false
	}
	return time.Duration(l.now) + delay, true
}

func (l *Loop) mustBeOpen(op, name string) {
	if l.closed {
		panic(l.usage(op, fmt.Sprintf("%q", name), ErrClosed))
	}
}

func (l *Loop) mustBeCallable(op, name string, fn func()) {
	l.mustBeOpen(op, name)
	if fn == nil {
		panic(l.usage("schedule", fmt.Sprintf("%q", name), ErrNilFunction))
	}
}

// fail notes what ends the loop for good. The first failure counts.
func (l *Loop) fail(err error) {
	if l.failure == nil {
		l.failure = err
	}
}
