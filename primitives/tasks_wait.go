package aio

import (
	"errors"
	"fmt"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// When says what [Wait] waits for.
type When uint8

// What Wait waits for, in asyncio's words.
const (
	AllCompleted   When = iota // every awaitable is done
	FirstCompleted             // any awaitable is done
	FirstException             // any awaitable has failed, or every one is done
)

var errUnknownWhen = errors.New("it can be AllCompleted, FirstCompleted or FirstException")

// Wait suspends until the awaitables are done, as far as when says, or until the timeout has passed (asyncio.wait). It
// always suspends, even where all are done. It returns the awaitables that are done and those that are not, each once
// and in the order given; it never cancels them and never fails for a timeout. It returns a *CancelledError when the
// task is cancelled, and a *sim.UsageError, without suspending, for an empty list, an awaitable that is nil or of another
// loop, an unknown when, or a timeout past the range of the clock.
func Wait(co *Co, awaitables []Awaitable, timeout time.Duration, when When) (done, pending []Awaitable, err error) {
	t := taskOf(co, "wait")
	distinct, err := distinctOf(t.f.w, awaitables)
	if err != nil {
		return nil, nil, err
	}
	if when > FirstException {
		return nil, nil, t.f.w.loop.Usage("wait", fmt.Sprintf("until %d", when), errUnknownWhen)
	}
	deadline, err := t.f.w.deadline("wait", timeout)
	if err != nil {
		return nil, nil, err
	}
	w := &waiting{t: t, awaitables: distinct, left: len(distinct), when: when}
	if err := w.wait(deadline); err != nil {
		return nil, nil, err
	}
	for _, a := range distinct {
		if a.Done() {
			done = append(done, a)
		} else {
			pending = append(pending, a)
		}
	}
	return done, pending, nil
}

func distinctOf(w *world, awaitables []Awaitable) ([]Awaitable, error) {
	if len(awaitables) == 0 {
		return nil, w.loop.Usage("wait", "", ErrNothingToWaitFor)
	}
	w.sights++
	distinct := make([]Awaitable, 0, len(awaitables))
	for _, a := range awaitables {
		f, err := w.own(a, "wait")
		if err != nil {
			return nil, err
		}
		if f.firstSight() {
			distinct = append(distinct, a)
		}
	}
	return distinct, nil
}

// waiting is one call of Wait.
type waiting struct {
	t          *task
	awaitables []Awaitable
	left       int
	when       When
	over       bool // the task was woken, or has left
}

func (w *waiting) String() string { return fmt.Sprintf("%d awaitables", w.left) }

// Holder returns the task of the first awaitable that is not done. Where any one of several would do, it returns nil.
func (w *waiting) Holder() *Co {
	for _, a := range w.awaitables {
		if !a.Done() && (w.left == 1 || w.when != FirstCompleted) {
			return a.base().Holder()
		}
	}
	return nil
}

func (w *waiting) wait(deadline time.Duration) error {
	l := w.t.f.w.loop
	timer := func() {}
	if deadline != Forever {
		timer = l.CallAt("wait timeout", deadline, w.release).Cancel
	}
	callbacks := make([]*doneCallback, len(w.awaitables))
	for i, a := range w.awaitables {
		f := a.base()
		callbacks[i] = internally(w.t.f, func() {
			if w.childDone(f) {
				timer()
				w.release()
			}
		})
		f.add(callbacks[i])
	}
	_, err := w.t.wait(w)
	w.over = true
	timer()
	for i, a := range w.awaitables {
		a.base().remove(callbacks[i])
	}
	return err
}

// childDone reports whether the wait is over.
func (w *waiting) childDone(f *future) bool {
	w.left--
	if w.left <= 0 || w.when == FirstCompleted {
		return true
	}
	return w.when == FirstException && f.state == failed && f.retrieve("") != nil
}

// release wakes the task, once.
func (w *waiting) release() {
	if !w.over {
		w.over = true
		w.t.co.Wake()
	}
}

// WaitFor is a.Await with a timeout (asyncio.wait_for). When the timeout passes, it cancels a, suspends until a has
// dealt with that, and returns a *TimeoutError, or else what a ended with instead of giving in. A timeout of zero or
// less does not wait for a to get on: it returns the result of a if a is done and cancels it otherwise. WaitFor returns
// a *CancelledError when the task is cancelled; a is cancelled then as well.
func WaitFor[T any](co *Co, a AwaitableOf[T], timeout time.Duration) (value T, err error) {
	t := taskOf(co, "wait for")
	f, err := t.f.w.made(a, "wait for")
	if err != nil {
		return value, err
	}
	if timeout > 0 {
		err = timeoutAfter(co, "wait for", timeout, func(*TimeoutScope) error {
			value, err = a.Await(co)
			return err
		})
		return value, err
	}
	if a.Done() {
		return a.Result()
	}
	if err := t.cancelAndWait(f); err != nil {
		return value, err
	}
	value, err = a.Result()
	if isCancelled(err) {
		err = t.timeoutError("wait for")
	}
	return value, err
}

// WaitForFunc is [WaitFor] for a function that is no task (asyncio.wait_for over a coroutine). fn runs in the calling
// task; with a timeout of zero or less it does not run at all.
func WaitForFunc[T any](co *Co, timeout time.Duration, fn func(co *Co) (T, error)) (value T, err error) {
	if fn == nil {
		return value, taskOf(co, "wait for").f.w.loop.Usage("wait for", "", sim.ErrNilFunction)
	}
	if timeout <= 0 {
		return WaitFor(co, Spawn(co, "", fn), timeout)
	}
	err = timeoutAfter(co, "wait for", timeout, func(*TimeoutScope) error {
		value, err = fn(co)
		return err
	})
	return value, err
}

// cancelAndWait cancels f and waits until it is done. It does not await f itself: that would pass a cancellation of the
// waiting task on to f, which has one already.
func (t *task) cancelAndWait(f *future) error {
	if f.w != t.f.w {
		return t.f.w.loop.Usage("wait for", f.String(), ErrOtherLoop)
	}
	w := &waiting{t: t, awaitables: []Awaitable{f.variant.public()}, left: 1}
	callback := internally(t.f, w.release)
	f.add(callback)
	f.variant.cancel(nil)
	_, err := t.wait(w)
	w.over = true
	f.remove(callback)
	return err
}

func (t *task) timeoutError(op string) *TimeoutError {
	return &TimeoutError{Op: op, Task: t.co.Name(), Time: t.f.w.loop.Now()}
}
