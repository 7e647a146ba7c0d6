package explore

import (
	"errors"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// chooseAndNote is choose, and notes whether a task is cancelled.
func (w *worker) chooseAndNote(c *sim.Choice) int {
	k := w.choose(c)
	w.cancelled = w.cancelled || c.Kind == sim.Cancel && k != 0
	return k
}

// failureOf returns the error of a run, or nil where that says no more than that a task was cancelled, as it was.
func (w *worker) failureOf(err error) error {
	if w.cancelled && onlyCancelled(err) {
		return nil
	}
	return err
}

// onlyCancelled reports whether an error is a cancellation, and whether all of them are where it is several.
func onlyCancelled(err error) bool {
	switch e := err.(type) {
	case nil:
		return false
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			if !onlyCancelled(inner) {
				return false
			}
		}
		return len(e.Unwrap()) > 0
	case interface{ Unwrap() error }:
		return onlyCancelled(e.Unwrap())
	}
	return errors.Is(err, aio.ErrCancelled)
}
