package aio

import (
	"fmt"
	"strings"

	"github.com/asyncsim/asyncsim/sim"
)

// None is the result of a task or future that has none.
type None = struct{}

// Task is a coroutine that runs on its own, and the future of its result (asyncio.Task). Make one with [Go] or [Spawn].
type Task[T any] struct {
	Future[T]
	core task
	fn   func(*Co) (T, error)
}

// AnyTask is a *Task whatever the type of its result.
type AnyTask interface {
	Awaitable
	// Cancelling returns how many cancellations are pending: see [Task.Cancelling].
	Cancelling() int
	// Uncancel takes one back: see [Task.Uncancel].
	Uncancel() int
}

// TaskConfig says how [NewTask] makes a task.
type TaskConfig struct {
	// Name is the task's name in traces and errors; empty stands for "task-N".
	Name string
	// Eager runs the task's first step at once, before NewTask returns, if the loop is running (eager_start=True).
	Eager bool
	// Context is the very context that the task runs in; nil stands for a copy of the current one.
	Context *sim.Context
}

// Go makes a task that runs fn (asyncio.create_task). It does not suspend and is no scheduling point: the task's first
// step comes in the next turn.
func Go(on HasLoop, name string, fn func(co *Co) error) *Task[None] {
	return newTask[None](worldOf(on, "create task"), TaskConfig{Name: name}, fn, nil)
}

// Spawn is [Go] for a function that has a result.
func Spawn[T any](on HasLoop, name string, fn func(co *Co) (T, error)) *Task[T] {
	return newTask(worldOf(on, "create task"), TaskConfig{Name: name}, nil, fn)
}

// NewTask is [Spawn] with everything that can be said about a task. It does not suspend its caller.
func NewTask[T any](on HasLoop, config TaskConfig, fn func(co *Co) (T, error)) *Task[T] {
	return newTask(worldOf(on, "create task"), config, nil, fn)
}

// newTask makes a task that runs do, or else fn: Go's function needs no wrapper that would have to be allocated.
func newTask[T any](w *world, config TaskConfig, do func(*Co) error, fn func(*Co) (T, error)) *Task[T] {
	w.mustHave(do != nil || fn != nil, "create task", config.Name)
	t := taskIn[T](w)
	t.fn = fn
	t.init(w, (*taskBody[T])(t))
	t.core.f, t.core.do = &t.future, do
	t.core.co.Init(w.loop, config.Name, &t.core)
	if config.Context != nil {
		t.core.co.SetVars(config.Context)
	}
	if config.Eager && w.loop.IsRunning() {
		t.core.co.StartEagerly()
	} else {
		t.core.co.Start()
	}
	return t
}

// Cancel asks the task to be cancelled (Task.cancel) and reports whether that makes sense: false means that the task is
// done. At the task's next step, what it waits for returns a *CancelledError with the message, at most one; a task that
// has not started never runs. The task may catch the error and go on. A task that waits for another passes the
// cancellation on to that one first.
func (t *Task[T]) Cancel(message ...any) bool { return t.cancelAs(message) }

// Cancelling returns how many calls of Cancel have not been taken back by Uncancel (Task.cancelling).
func (t *Task[T]) Cancelling() int { return int(t.core.cancels) }

// Uncancel takes one call of Cancel back and returns how many are left (Task.uncancel). When none is left, a
// cancellation that was not delivered yet is dropped.
func (t *Task[T]) Uncancel() int { return t.core.uncancel() }

// CurrentTask returns the task that runs, or nil in a callback (asyncio.current_task).
func CurrentTask(on HasLoop) AnyTask {
	co := worldOf(on, "CurrentTask").loop.Current()
	if co == nil {
		return nil
	}
	if t, ok := co.Body().(*task); ok {
		return t.f.variant.public().(AnyTask)
	}
	return nil // a coroutine of another vocabulary
}

// AllTasks returns the tasks that are not done, in the order of their creation (asyncio.all_tasks, a set in CPython).
func AllTasks(on HasLoop) []AnyTask {
	var all []AnyTask
	for co := range worldOf(on, "AllTasks").loop.Coroutines {
		if t, ok := co.Body().(*task); ok && t.f.state == pending {
			all = append(all, t.f.variant.public().(AnyTask))
		}
	}
	return all
}

// body is what a task knows of the type of its result.
type body interface {
	variant
	run(co *Co)
	untyped() *task
}

// taskBody is Task without the methods of its users.
type taskBody[T any] Task[T]

// run is the coroutine of the task, from its first step to its end.
func (b *taskBody[T]) run(co *Co) {
	t := &b.core
	defer t.forgetContexts() // also when it is unwound: a function outside may wait for one
	var value T
	var err error
	switch {
	case t.mustCancel: // cancelled before it started: asyncio throws the error in at the first step
		t.mustCancel = false
		err = b.makeCancelled()
	case t.do != nil:
		err = t.do(co)
	default:
		value, err = b.fn(co)
	}
	t.do, b.fn = nil, nil
	switch {
	case t.f.state != pending: // it has recovered from what made it leave
	case err == nil && t.mustCancel: // it cancelled itself, or was cancelled as it ended, and did not suspend since
		t.mustCancel = false
		t.report("cancelled", nil)
		b.cancelNow(t.pendingMessage())
	case err == nil:
		t.report("returned", nil)
		b.value = value
		b.complete(succeeded)
	case isCancelled(err):
		t.report("cancelled", nil)
		b.cancelNow(nil)
		b.err = err
	default:
		t.report("failed", err)
		b.fail(err)
	}
}

func (b *taskBody[T]) untyped() *task          { return &b.core }
func (b *taskBody[T]) public() Awaitable       { return (*Task[T])(b) }
func (b *taskBody[T]) cancel(message any) bool { return b.core.cancel(message) }
func (b *taskBody[T]) called() string          { return b.core.co.Name() }
func (b *taskBody[T]) rename(name string)      { b.core.co.SetName(name) }
func (b *taskBody[T]) String() string          { return fmt.Sprintf("task %q", b.core.co.Name()) }
func (b *taskBody[T]) Holder() *Co             { return &b.core.co }

// task is the part of a Task that does not depend on the type of its result. Its methods are Task.__step and its like,
// seen from within the coroutine: what asyncio does when a step begins is done where a suspending function returns.
type task struct {
	f          *future // of the same task
	co         Co
	do         func(*Co) error // what the task runs, if that has no result
	awaits     *future         // the future that the task awaits, if it is not one of its own
	interrupt  *CancelledError // what ends the current wait, if it was cut short
	cancels    int32           // how many cancellations are requested
	mustCancel bool            // a cancellation is to be delivered at the next step
}

// taskOf returns the task whose co is the running one. It panics with a *sim.UsageError for any other co.
func taskOf(co *Co, op string) *task {
	co.Check(op)
	if t, ok := co.Body().(*task); ok {
		return t
	}
	panic(co.Loop().Usage(op, co.Name(), ErrNotInTask))
}

// Run is the coroutine of the task.
func (t *task) Run(co *Co) { t.f.variant.(body).run(co) }

// Cancel is the cancellation that a chooser asks for.
func (t *task) Cancel() { t.cancel(nil) }

// leave ends the task as a cancelled one, where it is.
func (t *task) leave() {
	t.report("cancelled", nil)
	t.f.cancelNow(nil)
	t.co.Leave()
}

func (t *task) report(how string, err error) {
	l := t.f.w.loop
	if !l.Tracing() {
		return
	}
	if err != nil {
		text, _, _ := strings.Cut(err.Error(), "\n\ngoroutine ") // a stack differs from run to run
		how += ": " + text
	}
	l.Emit(sim.Event{Kind: sim.TaskFinished, Text: how})
}

// completed wakes the task: the future that it awaits is done.
func (t *task) completed(*future) { t.co.Wake() }

func (t *task) awaiters() []*future { return []*future{t.f} }

func (t *task) pendingMessage() any {
	if t.f.cancelMessage == nil {
		return nil
	}
	return t.f.cancelMessage.Message
}

func (t *task) cancel(message any) bool { return t.cancelWithin(0, message) }

// cancelWithin is cancel for a scope, and ends the contexts of that one and of those inside: see TimeoutScope.number.
func (t *task) cancelWithin(scope uint64, message any) bool {
	t.f.unretrieved = false
	if t.f.state != pending {
		return false
	}
	t.f.w.traceCancel(t.co.Name(), t.co.ID(), message)
	if !t.f.inCancel { // else it has come round a circle of awaits
		t.cancels++
	}
	t.endContexts(scope)
	if t.cutShort(message) {
		return true
	}
	t.mustCancel = true
	t.f.cancelMessage = messageOf(message)
	return true
}

// cutShort ends the wait that the task is in, if it is in one that can be ended. It asks the future that the task awaits
// to be cancelled; one that is asked already closes a circle of awaits, which is cut here (CPython recurses until its
// stack is full).
func (t *task) cutShort(message any) bool {
	if f := t.awaits; f != nil && !f.inCancel {
		again := t.f.inCancel
		t.f.inCancel = true
		ok := f.variant.cancel(message)
		t.f.inCancel = again
		return ok
	}
	if !t.co.Wake() {
		return false
	}
	if t.awaits != nil {
		t.awaits.remove(t)
		t.awaits = nil
	}
	t.interrupt = &CancelledError{Message: message}
	return true
}

func (t *task) uncancel() int {
	if t.cancels > 0 {
		t.cancels--
		if t.cancels == 0 {
			t.mustCancel = false
		}
	}
	return int(t.cancels)
}

// awaitFuture awaits a pending future that others see too.
func (t *task) awaitFuture(f *future) error {
	t.co.Arm()
	f.add(t)
	t.awaits = f
	if t.mustCancel && f.variant.cancel(t.pendingMessage()) {
		t.mustCancel = false
	}
	t.co.Wait(f)
	t.awaits = nil
	if t.interrupt != nil {
		return t.stepped(nil)
	}
	return t.stepped(f.retrieve(""))
}

// wait awaits a future of the task's own, which another coroutine completes by t.co.Wake. It reports whether that came,
// even where the task is cancelled as well: whoever woke the task may have counted on it.
func (t *task) wait(on interface{ String() string }) (woken bool, err error) {
	if t.mustCancel { // the future would be cancelled as soon as it is awaited
		return false, t.throwPending(on)
	}
	t.co.Arm()
	t.co.Wait(on)
	woken = t.interrupt == nil
	return woken, t.stepped(nil)
}

// throwPending delivers a cancellation that was requested before the task came to wait for on.
func (t *task) throwPending(on interface{ String() string }) error {
	t.mustCancel = false
	t.interrupt = &CancelledError{Message: t.pendingMessage()} // now, so that a waiting line sees that the wait is over
	t.co.Yield(on)
	return t.stepped(nil)
}

// throw returns err one turn later, as asyncio's task does for something that cannot be awaited.
func (t *task) throw(err error) error {
	t.co.Yield(t.f)
	return t.stepped(err)
}

// stepped is what asyncio's task does at the beginning of a step: it returns the error with which the step begins.
func (t *task) stepped(err error) error {
	if t.interrupt != nil {
		err = t.interrupt
		t.interrupt = nil
	}
	if t.mustCancel {
		t.mustCancel = false
		if !isCancelled(err) {
			return t.f.makeCancelled()
		}
	}
	return err
}
