package aio

import (
	"errors"
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

var errExecutorShut = errors.New("the executor has been shut down")

// ToThread runs fn on a goroutine of its own, where it may block, and suspends until it has returned (asyncio.to_thread).
// Virtual time stands still meanwhile. It returns fn's result, and a *CancelledError when the task is cancelled: fn then
// runs on and its result is dropped. See [RunInExecutor].
func ToThread[T any](co *Co, name string, fn func() (T, error)) (T, error) {
	return RunInExecutor(co, name, fn).Await(co)
}

// RunInExecutor runs fn on a goroutine of its own, where it may block, and returns the future of its result (asyncio's
// loop.run_in_executor). It does not suspend. Virtual time stands still while fn runs, unless it waits for
// [ThreadFuture.Result]. The results come in the order of the calls, one at a time, each when nothing else is ready,
// whatever the functions take, so that they come at the same moment in every run. fn must
// not use the loop or what belongs to it, but for [sim.Loop.CallSoonThreadsafe] and [RunCoroutineThreadsafe]; it reads
// context variables by [ContextVar.In]. Cancelling the future does not stop fn. A panic in fn ends the run with a
// *sim.PanicError. [Runner.Close] waits for fn. RunInExecutor panics with a *sim.UsageError while the runner closes, when
// asyncio's executor is shut down.
func RunInExecutor[T any](on HasLoop, name string, fn func() (T, error)) *Future[T] {
	w := worldOf(on, "RunInExecutor")
	if w.executorShut {
		panic(w.loop.Usage("execute", fmt.Sprintf("%q", name), errExecutorShut))
	}
	w.mustHave(fn != nil, "execute", name)
	f := newFuture[T](w, w.label("execution", name), nil)
	var value T
	var err error
	done := func() {
		if w.executing--; w.executing == 0 && w.executed != nil {
			_ = w.executed.SetResult(None{})
		}
		switch {
		case f.state != pending: // cancelled
		case err != nil && isCancelled(err):
			f.cancelNow(nil)
			f.err = err
		case err != nil:
			f.fail(err)
		default:
			_ = f.SetResult(value)
		}
	}
	w.loop.Execute(f.String(), func() { value, err = fn() }, done)
	w.executing++
	return f
}

// RunCoroutineThreadsafe makes a task that runs fn, from another goroutine: from a function that [RunInExecutor] runs
// (asyncio.run_coroutine_threadsafe). The loop makes the task when nothing else is ready. RunCoroutineThreadsafe panics
// with a *sim.UsageError for a nil function.
func RunCoroutineThreadsafe[T any](l *Loop, name string, fn func(co *Co) (T, error)) *ThreadFuture[T] {
	if fn == nil {
		panic(&sim.UsageError{Op: "run coroutine", Object: fmt.Sprintf("%q", name), Err: sim.ErrNilFunction})
	}
	f := &ThreadFuture[T]{loop: l, name: name, done: l.NewGate()}
	err := l.CallSoonThreadsafe("run "+name, func() {
		f.task = Spawn(l, name, fn)
		f.task.add(internally(nil, func() {
			value, err := f.task.Result()
			f.finish(value, err)
		}))
	})
	if err != nil {
		var zero T
		f.finish(zero, err)
	}
	return f
}

// ThreadFuture is the result of a task for another goroutine than the loop's (concurrent.futures.Future).
type ThreadFuture[T any] struct {
	loop  *Loop
	name  string
	task  *Task[T] // the loop's
	done  *sim.Gate
	value T
	err   error
}

func (f *ThreadFuture[T]) finish(value T, err error) {
	f.value, f.err = value, err
	f.done.Open()
}

// Result blocks the goroutine until there is a result, while virtual time passes, and returns it: a *CancelledError if the task was cancelled, a
// *sim.UsageError if the loop is closed before the task is done. It must not be called in a task or callback.
func (f *ThreadFuture[T]) Result() (value T, err error) {
	if !f.done.Wait() {
		return value, &sim.UsageError{Op: "result", Object: f.name, Err: sim.ErrClosed}
	}
	return f.value, f.err
}

// Cancel asks the loop to cancel the task. It returns a *sim.UsageError when the loop is closed.
func (f *ThreadFuture[T]) Cancel() error {
	return f.loop.CallSoonThreadsafe("cancel", func() { f.task.Cancel() })
}
