package aio

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// Race is how a [StaggeredRace] ended.
type Race[T any] struct {
	Value  T       // what the winner returned
	Winner int     // its place among the functions, from 0; -1 where all failed
	Errors []error // how each function that was started ended, in their order: nil for the winner
}

var errSecondWinner = errors.New("it was cancelled because another function had won, and returned a value all the same")

// StaggeredRace runs functions one after another until one succeeds (asyncio.staggered.staggered_race). Each runs in a
// task of its own, and starts when the one before has failed or when delay of virtual time has passed since that one
// started; Forever waits for the failure alone. The first that returns no error wins, and the others are cancelled.
// StaggeredRace suspends until all its tasks have ended. That all functions failed is no error: see [Race].
//
// It returns the *CancelledError when the calling task is cancelled, after it has cancelled its own tasks, with the
// same message, and waited for them. It returns an *ExceptionGroup when a second function wins, because it did not give
// in to its cancellation, and when the delay ends past the range of the clock; and a *sim.UsageError, without
// suspending, for a nil function. With an error there is no winner.
func StaggeredRace[T any](co *Co, delay time.Duration, fns ...func(co *Co) (T, error)) (Race[T], error) {
	t := taskOf(co, "StaggeredRace")
	for i, fn := range fns {
		if fn == nil {
			return Race[T]{Winner: -1}, t.f.w.loop.Usage("race", fmt.Sprintf("function %d", i), sim.ErrNilFunction)
		}
	}
	r := &race[T]{label: t.f.w.label("race", ""), parent: t, delay: delay, fns: fns, result: Race[T]{Winner: -1}}
	r.start(0, nil)
	if err := r.wait(); err != nil {
		return Race[T]{Winner: -1}, err
	}
	return r.result, nil
}

// race is one call of StaggeredRace.
type race[T any] struct {
	label
	parent  *task
	delay   time.Duration
	fns     []func(co *Co) (T, error)
	running []*task // in the order of their creation (a set in CPython)
	waiting bool    // for the last task
	errors  []error // of the tasks, where those of the functions are dealt with
	result  Race[T]
}

// Holder returns the oldest task that the race waits for.
func (r *race[T]) Holder() *Co { return &r.running[0].co }

// start makes the task of function i, which waits until the one before has failed. After the last function there is one
// task more, as in asyncio, where it finds out that no function is left.
func (r *race[T]) start(i int, failed *Event) {
	name := fmt.Sprintf("%v/%d", r, i)
	t := newTask[None](r.parent.f.w, TaskConfig{Name: name}, func(co *Co) error { return r.run(co, i, failed) }, nil)
	r.running = append(r.running, &t.core)
	t.future.add(internally(r.parent.f, func() { r.taskDone(&t.core) }))
}

func (r *race[T]) run(co *Co, i int, failed *Event) error {
	if failed != nil {
		_, err := WaitForFunc(co, r.delay, func(co *Co) (None, error) { return None{}, failed.Wait(co) })
		if err != nil && !errors.Is(err, ErrTimeout) {
			return err
		}
	}
	if i == len(r.fns) {
		return nil
	}
	failed = NewEvent(fmt.Sprintf("failure of %v/%d", r, i))
	r.start(i+1, failed)
	r.result.Errors = append(r.result.Errors, nil)
	value, err := r.fns[i](co)
	if err != nil {
		r.result.Errors[i] = err
		failed.Set()
		return nil
	}
	if r.result.Winner >= 0 {
		return co.Loop().Usage("race", fmt.Sprintf("function %d", i), errSecondWinner)
	}
	r.result.Value, r.result.Winner = value, i
	for _, t := range r.running {
		if &t.co != co {
			t.cancel(nil)
		}
	}
	return nil
}

func (r *race[T]) taskDone(t *task) {
	r.running = slices.DeleteFunc(r.running, func(other *task) bool { return other == t })
	if r.waiting && len(r.running) == 0 {
		r.waiting = false
		r.parent.co.Wake()
	}
	if t.f.state == failed {
		r.errors = append(r.errors, t.f.retrieve(""))
	}
}

// wait suspends until no task is left and returns why there is no result, if there is none.
func (r *race[T]) wait() (cancellation error) {
	for len(r.running) > 0 {
		r.waiting = true
		_, err := r.parent.wait(r)
		r.waiting = false
		if c, ok := err.(*CancelledError); ok {
			cancellation = err
			for _, t := range r.running {
				t.cancel(c.Message)
			}
		}
	}
	if len(r.errors) > 0 {
		return &ExceptionGroup{Message: "staggered race failed", Errors: r.errors}
	}
	return cancellation
}
