package aio

import (
	"errors"
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

// Awaitable is what can be waited for whatever the type of its result: every *Future and every *Task.
type Awaitable interface {
	fmt.Stringer
	HasLoop
	// Name returns the name that the awaitable was made with, or given by SetName since.
	Name() string
	// SetName changes the name: see [Future.SetName].
	SetName(name string)
	// Done reports whether it has a result or an exception, or is cancelled.
	Done() bool
	// Cancelled reports whether it was cancelled.
	Cancelled() bool
	// Failed reports whether it ended with another exception, which does not count as retrieved by this.
	Failed() bool
	// Exception returns the exception that it ended with: see [Future.Exception].
	Exception() error
	// Cancel asks it to be cancelled: see [Future.Cancel] and [Task.Cancel].
	Cancel(message ...any) bool
	// RemoveDoneCallback removes callbacks: see [Future.RemoveDoneCallback].
	RemoveDoneCallback(name string) int
	base() *future
}

// AwaitableOf is an awaitable whose result is a T.
type AwaitableOf[T any] interface {
	Awaitable
	// Result returns its result or exception: see [Future.Result].
	Result() (T, error)
	// Await suspends until it is done: see [Future.Await].
	Await(co *Co) (T, error)
}

// AsAny returns a as an awaitable of any value: what [Gather], [Shield] and [AsCompleted] take where the results are of
// different types. It stands for a itself, and not for a future of its own.
func AsAny[T any](a AwaitableOf[T]) AwaitableOf[any] { return anyOf[T]{a} }

type anyOf[T any] struct{ AwaitableOf[T] }

// Result returns the typed result as any.
func (a anyOf[T]) Result() (any, error) { return a.AwaitableOf.Result() }

// Await returns the typed result as any.
func (a anyOf[T]) Await(co *Co) (any, error) { return a.AwaitableOf.Await(co) }

var (
	errNilAwaitable = errors.New("it is nil")
	errNotMade      = errors.New("it was never set up: futures come from NewFuture, tasks from Go, Spawn and NewTask")
)

func (f *Future[T]) base() *future {
	if f == nil {
		return nil
	}
	return &f.future
}

func (t *Task[T]) base() *future {
	if t == nil {
		return nil
	}
	return &t.future
}

func (a anyOf[T]) base() *future {
	if a.AwaitableOf == nil {
		return nil
	}
	return a.AwaitableOf.base()
}

// someAwaitable is what errors call one that has no name.
const someAwaitable = "an awaitable"

// baseOf returns what a is made of, or why it is nothing.
func baseOf(a Awaitable) (*future, error) {
	if a == nil {
		return nil, errNilAwaitable
	}
	f := a.base()
	switch {
	case f == nil:
		return nil, errNilAwaitable
	case f.w == nil:
		return nil, errNotMade
	}
	return f, nil
}

// mustBase is baseOf where there is no loop that could say who asks.
func mustBase(a Awaitable, op string) *future {
	f, err := baseOf(a)
	if err != nil {
		panic(&sim.UsageError{Op: op, Object: someAwaitable, Err: err})
	}
	return f
}

// made returns what a is made of, and a *sim.UsageError when it is nothing.
func (w *world) made(a Awaitable, op string) (*future, error) {
	f, err := baseOf(a)
	if err != nil {
		return nil, w.loop.Usage(op, someAwaitable, err)
	}
	return f, nil
}

// own is made, and returns a *sim.UsageError also when a is of another loop: nothing there would wake what waits here.
func (w *world) own(a Awaitable, op string) (*future, error) {
	f, err := w.made(a, op)
	if err == nil && f.w != w {
		err = w.loop.Usage(op, f.String(), ErrOtherLoop)
	}
	return f, err
}

// mustOwn is own where no error can be returned: it panics.
func (w *world) mustOwn(a Awaitable, op string) *future {
	f, err := w.own(a, op)
	if err != nil {
		panic(err)
	}
	return f
}

// mustOwnAll is mustOwn for a list.
func mustOwnAll[T any](w *world, awaitables []AwaitableOf[T], op string) []*future {
	fs := make([]*future, len(awaitables))
	for i, a := range awaitables {
		fs[i] = w.mustOwn(a, op)
	}
	return fs
}

// mustBeMade panics with a *sim.UsageError for a zero Future or Task, which belongs to no loop.
func (f *future) mustBeMade(op string) {
	if f.w == nil {
		panic(f.notMade(op))
	}
}

func (f *future) notMade(op string) error {
	return &sim.UsageError{Op: op, Object: f.String(), Err: errNotMade}
}
