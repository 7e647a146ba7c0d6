package aio

import (
	"errors"
	"iter"

	"github.com/asyncsim/asyncsim/sim"
)

// Generate returns a source of values to range over: what body yields, one by one (an async generator). Body runs anew
// for each loop, in the task of the loop and in its context, and takes no turn of its own; it may suspend by co, which
// must be that task's. The error that it returns is the loop's last pair; there is none where it returns nil.
//
// When the loop is left, yield returns false and body must return, at once or after a cleanup, which may suspend. A
// *CancelledError that it returns then is delivered at the task's next suspension; of any other error the exception
// handler is told. Ranging over the source panics with a *sim.UsageError where co is another task's.
func Generate[T any](co *Co, body func(yield func(T) bool) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		t := taskOf(co, "generate")
		t.f.w.mustHave(body != nil, "generate", "")
		left := false
		err := body(func(value T) bool {
			left = !yield(value, nil)
			return !left
		})
		switch {
		case err == nil:
		case left:
			t.closed(err)
		default:
			var none T
			yield(none, err)
		}
	}
}

// closed deals with the error of a generator whose loop was left, so that nobody can be given it.
func (t *task) closed(err error) {
	if !isCancelled(err) {
		t.f.w.loop.CallExceptionHandler(sim.ExceptionContext{
			Message: "an error occurred during closing of an asynchronous generator", Exception: err,
			Object: t.f.String(), Source: t.f.variant.public(), Context: t.co.Vars(),
		})
		return
	}
	t.mustCancel = true
	t.f.cancelMessage = nil
	if c, ok := errors.AsType[*CancelledError](err); ok {
		t.f.cancelMessage = c
	}
}
