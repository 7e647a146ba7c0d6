// Package k8sclock gives code that takes a clock of k8s.io/utils/clock the time of a loop.
//
//	c := k8sclock.New(co)
//	timer := c.NewTimer(time.Minute)
//	at, _, err := aio.Recv(co, timer.C())
//
// # Rules
//
// The code runs in tasks and callbacks of the loop. It must not start goroutines that use the clock: that is not
// supported, and not noticed unless by the race detector. Such code runs in a bubble, with [From].
//
// A task receives with [aio.Recv] and [aio.Select]; a plain receive blocks the loop, and the watchdog ends the run. A
// receive in a select with a default is fine.
//
// Timers are the loop's: they fire at the very date, in a turn of their own, also those of zero or less; those that are
// due together fire in the order in which they were set, or under exploration in any. Channels have room for one value,
// and len tells whether it is there. What does not fit is dropped, as in the package time.
//
// Stop and Reset are those of Go 1.23: they take back a value that was not received, and count the timer as stopped
// then. So none of them has to be followed by a receive. Neither closes a channel, nor does that of clock.RealClock.
//
// The function of AfterFunc runs as a task of the loop, named AfterFunc; it may call Sleep. A panic in it ends the run.
//
// Sleep suspends the task that runs, without a co: keep in mind that others run meanwhile. Its signature has no error,
// so a cancellation does not end it: the task sleeps to the end, and the cancellation is delivered at its next
// suspension. Only the end of the run ends it, and the task with it, as it would a goroutine: its deferred functions run,
// but cannot suspend any more. Sleep panics with a *sim.UsageError in a callback and outside of the run, also when there
// is no time to sleep.
//
// NewTicker panics with a *sim.UsageError unless the interval is positive (Tick returns nil then), AfterFunc for a nil
// function, and whatever sets a timer when the loop is closed. A timer whose date lies past the range of the loop's
// clock never fires; Sleep panics then. A ticker that nobody stops hides no deadlock, once nobody receives from it either.
package k8sclock

import (
	"time"

	"k8s.io/utils/clock"

	"github.com/asyncsim/asyncsim/clock/internal/looptime"
	aio "github.com/asyncsim/asyncsim/primitives"
)

// New returns a clock whose time is that of on's loop: its date (Loop.Date). It is also a clock.WithTicker, a
// clock.WithDelayedExecution, a clock.Clock and a clock.PassiveClock. It panics with a *sim.UsageError when on is nil.
func New(on aio.HasLoop) clock.WithTickerAndDelayedExecution { return virtual{looptime.New(on)} }

// virtual is a looptime.Clock whose methods return the interfaces of k8s.io/utils/clock.
type virtual struct{ looptime.Clock }

// NewTimer returns a timer that sends the date when d has passed.
func (v virtual) NewTimer(d time.Duration) clock.Timer { return timer{v.Clock.NewTimer(d)} }

// AfterFunc returns a timer that runs f as a task when d has passed.
func (v virtual) AfterFunc(d time.Duration, f func()) clock.Timer {
	return timer{v.Clock.AfterFunc(d, f)}
}

// NewTicker returns a ticker that sends the date every d.
func (v virtual) NewTicker(d time.Duration) clock.Ticker { return ticker{v.Clock.NewTicker(d)} }

// Tick returns the channel of a ticker, and nil unless d is positive.
func (v virtual) Tick(d time.Duration) <-chan time.Time {
	if d <= 0 {
		return nil
	}
	return v.Clock.NewTicker(d).Chan()
}

type timer struct{ *looptime.Timer }

// C returns the timer's channel, or nil for a timer of AfterFunc.
func (t timer) C() <-chan time.Time { return t.Chan() }

type ticker struct{ *looptime.Ticker }

// C returns the ticker's channel.
func (t ticker) C() <-chan time.Time { return t.Chan() }
