package sim

import (
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// Body is what a coroutine runs: the task type of a vocabulary.
type Body interface {
	// Run is called once, on the coroutine's own stack, with the coroutine as the running one. When it returns the
	// coroutine is finished. A panic that leaves it ends the loop's run with a *PanicError.
	Run(co *Co)
	// Cancel asks the body to end at the wait that it is in, as the vocabulary cancels: see [Config].Cancel.
	Cancel()
}

// Co is a coroutine of one loop, and the proof that a function may suspend: only a function that is given a co can. It
// belongs to the function that the loop handed it to; any other use panics with a *UsageError that names both sides.
//
// A Co is embedded in its task and prepared by [Co.Init]. It must not be copied.
//
// Everything that suspends is built from three: [Co.Arm], then [Co.Wait] parks the running coroutine until [Co.Wake].
// They behave as asyncio's task that awaits a future of its own: Arm creates the future, Wait awaits it, Wake is its
// set_result or cancel, and the coroutine goes on one turn after Wake.
type Co struct {
	loop   *Loop
	body   Body
	name   string
	worker *worker      // the goroutine that carries it, from its first step to its last
	on     fmt.Stringer // what it waits for, or waited for last
	since  int64        // when its last wait began, or else its life
	ctx    *Context
	own    Context
	// The list of unfinished coroutines of the loop, in the order of their creation.
	prev, next *Co
	id         uint32
	mark       uint32 // of the last choice that looked at it
	timer      int32  // the number of its alarm in the timer heap, or noTimer
	state      coState
	pending    bool // armed, and not yet woken
	fresh      bool // it was resumed, under exploration, and its step has not come to a switch point since
	rung       bool // its alarm has had its turn, or its poll success
}

type coState uint8

const (
	coNew      coState = iota
	coStarted          // has run its first step
	coLeaving          // is being unwound: its loop has ended
	coFinished         // its body is over
)

// Leave ends the running coroutine where it is, as [Loop.Close] does: its deferred functions run, but must not suspend. It
// does not return.
func (co *Co) Leave() {
	co.Check("leave")
	if co.fresh {
		co.observe(Op{})
	}
	co.state = coLeaving
	panic(unwind{})
}

// alarm is a coroutine in its role as a timer: what ends its Sleep.
type alarm Co

// unwind is the private panic that takes an unfinished coroutine off its stack.
type unwind struct{}

// Init makes co a coroutine of l that will run body, in a copy of the current context. It neither runs nor schedules
// it: see [Co.Start]. It panics with a *UsageError when the loop is closed.
func (co *Co) Init(l *Loop, name string, body Body) {
	l.mustBeOpen("create task", name)
	l.coroutines++
	co.loop, co.name, co.body, co.id, co.timer = l, name, body, l.coroutines, noTimer
	if name == "" {
		co.name = fmt.Sprintf("task-%d", co.id)
	}
	co.own.vars = l.here().vars
	co.since = l.now
	co.ctx = &co.own
	co.prev = l.youngest
	if co.prev == nil {
		l.oldest = co
	} else {
		co.prev.next = co
	}
	l.youngest = co
	if l.trace != nil {
		l.Emit(Event{Kind: TaskCreated, Object: co.name, ObjectID: co.id})
	}
}

// SetVars makes co run in ctx itself instead of a copy of its creator's context. It comes between Init and Start.
func (co *Co) SetVars(ctx *Context) { co.ctx = ctx }

// Start schedules the first step of co.
func (co *Co) Start() { co.loop.ready.Push(co) }

// StartEagerly runs the first step of co at once, on top of whatever is running, until it suspends or is finished. The
// loop must be running.
func (co *Co) StartEagerly() {
	l := co.loop
	outer := l.current
	if outer != nil {
		outer.on = nil // it goes on when this step is over
	}
	defer func() { // also when co calls runtime.Goexit: outer's deferred functions run as outer
		l.current = outer
		l.decided = 0 // at a switch point of co's: outer goes on first
		if l.watched {
			l.running.Store(outer)
		}
	}()
	l.resume(co)
}

// Name returns the name of the coroutine's task.
func (co *Co) Name() string { return co.name }

// SetName renames the coroutine's task: traces and errors have the new name from now on.
func (co *Co) SetName(name string) { co.name = name }

// ID returns the number of the coroutine: its loop counts them from 1 in the order of their creation.
func (co *Co) ID() uint32 { return co.id }

// Body returns what the coroutine runs.
func (co *Co) Body() Body { return co.body }

// On returns what the coroutine waits for; nil where it runs, has not started or is finished.
func (co *Co) On() fmt.Stringer {
	if co == co.loop.current {
		return nil
	}
	return co.on
}

// Vars returns the context that the coroutine runs in: the values of its context variables.
func (co *Co) Vars() *Context { return co.ctx }

// Loop returns the loop that runs co.
func (co *Co) Loop() *Loop {
	co.Check("Loop")
	return co.loop
}

// Now returns the virtual time since the loop's start.
func (co *Co) Now() time.Duration {
	co.Check("Now")
	return co.loop.Now()
}

// Printf writes to the output of the simulated program.
func (co *Co) Printf(format string, args ...any) {
	co.Check("Printf")
	co.loop.Printf(format, args...)
}

// Stdout returns the output of the simulated program, for code that wants an io.Writer.
func (co *Co) Stdout() io.Writer {
	co.Check("Stdout")
	return co.loop.Stdout()
}

// Rand returns the loop's source of random values: under exploration the run's chooser determines them, else Config.Seed.
func (co *Co) Rand() *rand.Rand {
	co.Check("Rand")
	return co.loop.randomness()
}

// Check panics with a *UsageError unless co is the running coroutine. Everything that takes a co calls it first; op is
// what the caller was asked to do.
func (co *Co) Check(op string) {
	if co == nil || co.state != coStarted || co.loop.current != co {
		co.misused(op)
	}
}

func (co *Co) misused(op string) {
	if co == nil || co.loop == nil {
		panic(&UsageError{Op: op, Object: "with a nil co", Err: ErrForeignCo})
	}
	l := co.loop
	switch {
	case l.current == co && co.state == coLeaving:
		co.goOnLeaving() // a deferred function of a coroutine that is being unwound
	case co.state == coFinished:
		panic(l.usage(op, fmt.Sprintf("with the co of task %q", co.name), ErrFinishedCo))
	default:
		panic(l.usage(op, fmt.Sprintf("with the co of task %q", co.name), ErrForeignCo))
	}
}

// Arm makes the running coroutine one that can be woken. Wait comes next, before anything else that suspends.
func (co *Co) Arm() {
	co.Check("wait")
	co.pending = true
}

// Wait parks the running coroutine until [Co.Wake], which may have come since [Co.Arm]; on says what is waited for.
func (co *Co) Wait(on fmt.Stringer) { co.park(on) }

// Wake makes a coroutine that is armed, or in Sleep, ready to run; it goes on in the next turn. It reports whether it
// did: false means that co waits for nothing that can be woken, or was woken already.
func (co *Co) Wake() bool {
	if !co.pending {
		return false
	}
	co.pending = false
	l := co.loop
	if co.worker != nil && co.worker.door != nil && co.away() {
		return true
	}
	if !l.closed {
		l.ready.Push(co)
	}
	return true
}

// Yield parks the running coroutine behind everything that is ready, as asyncio's sleep(0) does.
func (co *Co) Yield(on fmt.Stringer) {
	co.Check("yield")
	co.loop.ready.Push(co)
	co.park(on)
}

// Sleep parks the running coroutine until delay of virtual time has passed or [Co.Wake] comes first. When the timer
// fires, the coroutine becomes ready; it runs one turn after the timer. It returns a *UsageError, at once, when the
// end would not fit the virtual clock.
func (co *Co) Sleep(delay time.Duration) error {
	co.Check("sleep")
	l := co.loop
	when, ok := l.after(delay)
	if !ok {
		return l.usage("sleep", delay.String(), ErrTimeRange)
	}
	l.timers.push(int64(when), (*alarm)(co))
	co.pending, co.rung = true, false
	co.park((*alarm)(co))
	if co.timer != noTimer {
		l.timers.remove(co.timer)
	} else if !co.rung { // the alarm is ready and comes later; it must not end the next sleep
		l.unready((*alarm)(co))
	}
	return nil
}

// park gives the stack back to the loop until the coroutine's next step.
func (co *Co) park(on fmt.Stringer) {
	co.leave(on)
	if co.loop.cancelling {
		co.chooseCancel(on)
	}
	co.worker.yield(struct{}{})
	co.arrive()
}

// leave is what is done before the stack is given back.
func (co *Co) leave(on fmt.Stringer) {
	l := co.loop
	co.on, co.since = on, l.now
	if co.fresh {
		co.observe(Op{})
	}
	if l.trace != nil {
		l.Emit(Event{Kind: TaskSuspended, Object: on.String()})
	}
}

// arrive is what is done when it is had again.
func (co *Co) arrive() {
	if co.state == coLeaving {
		panic(unwind{})
	}
	if co.loop.trace != nil {
		co.loop.Emit(Event{Kind: TaskResumed})
	}
}

func (co *Co) void() bool { return co.state == coFinished }

// run executes one step of the coroutine.
func (co *Co) run(l *Loop) {
	l.resume(co)
	l.current = nil
}

func (a *alarm) void() bool { return !a.pending }

// run ends the coroutine's sleep.
func (a *alarm) run(l *Loop) {
	l.others--
	a.rung = true
	(*Co)(a).Wake()
}

func (a *alarm) String() string {
	if a.timer == noTimer {
		return "the end of its sleep, in this turn"
	}
	return fmt.Sprintf("sleep until %v", time.Duration(a.loop.timers.deadline(a.timer)))
}

// nothing is an item that does nothing.
type nothing struct{}

func (nothing) void() bool  { return true }
func (nothing) run(l *Loop) { l.others-- }

// unready puts nothing in the place of what is ready: the turn that runs has as many items as it began with. It is not
// inlined because that would enlarge the stack of every sleeper.
//
//go:noinline
func (l *Loop) unready(it item) {
	for i := range l.ready.n {
		if l.ready.At(i) == it {
			l.ready.set(i, nothing{}) // which is no task, as it was none
			return
		}
	}
}

// resume switches to co and comes back when it parks or is finished.
func (l *Loop) resume(co *Co) {
	w := co.worker
	if w == nil && co.state == coFinished { // it called runtime.Goexit when it was ready already
		return
	}
	l.current = co
	if w == nil {
		co.state = coStarted
		co.since = l.now
		if l.trace != nil {
			l.Emit(Event{Kind: TaskStarted})
		}
		w = l.goroutines().get()
		co.worker, w.co = w, co
	}
	co.fresh = l.observed
	w.begun++
	if l.watched && l.running.Load() != co { // a load costs a fraction of a store
		l.running.Store(co)
	}
	w.next()
	if co.state == coFinished {
		l.goroutines().put(w)
	}
}

// forget takes a finished coroutine off the list.
func (l *Loop) forget(co *Co) {
	if co.prev == nil {
		l.oldest = co.next
	} else {
		co.prev.next = co.next
	}
	if co.next == nil {
		l.youngest = co.prev
	} else {
		co.next.prev = co.prev
	}
	co.prev, co.next = nil, nil
}
