package aio

import (
	"errors"
	"math"
	"time"
)

// Forever, as a timeout, is none (asyncio's None).
const Forever time.Duration = math.MaxInt64

// Sleep suspends the task for d of virtual time (asyncio.sleep). With zero or less it suspends for one turn of the
// loop. It returns a *CancelledError when the task is cancelled, and a *sim.UsageError, one turn later, when the end
// lies past the range of the clock.
func Sleep(co *Co, d time.Duration) error {
	t := taskOf(co, "sleep")
	if d <= 0 {
		co.Yield(nextTurn{})
		return t.stepped(nil)
	}
	if t.mustCancel {
		return t.throwPending(nextTurn{})
	}
	if err := co.Sleep(d); err != nil {
		return t.throw(err) // one turn later: whoever tries for ever is stopped by a limit
	}
	return t.stepped(nil)
}

// nextTurn is what a task waits for that is ready.
type nextTurn struct{}

func (nextTurn) String() string { return "next turn" }

// SleepThrough suspends the task that runs for d of virtual time; with zero or less it does not suspend. It is the Sleep of
// code that is given no co and has no error to return, such as the Sleep of a clock. So a cancellation does not end it, and
// is delivered at the task's next suspension. One that comes because the run ends (see [Runner.Close]) ends the task here,
// as goroutines end with their process: its deferred functions still run, but cannot suspend. SleepThrough panics with a
// *sim.UsageError where no task runs, and where the end lies past the range of the clock.
func SleepThrough(on HasLoop, d time.Duration) {
	w := worldOf(on, "sleep")
	co := w.loop.Current()
	if co == nil {
		panic(w.loop.Usage("sleep", d.String(), ErrNoTask))
	}
	t, end := taskOf(co, "sleep"), w.loop.Now()+max(d, 0)
	var cancelled *CancelledError
	for left := d; left > 0; left = end - w.loop.Now() {
		switch err := Sleep(co, left); {
		case err == nil:
		case !errors.As(err, &cancelled):
			panic(err)
		case w.ending:
			t.leave()
		}
	}
	if cancelled != nil && t.cancels > 0 { // else it was taken back meanwhile
		t.mustCancel, t.f.cancelMessage = true, cancelled
	}
}
