// Package looptime is Go's package time on a loop's time: what the adapters for clock interfaces have in common, which
// say the rules.
package looptime

import (
	"errors"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

var (
	errNoLoop   = errors.New("the co or loop to make it on is nil")
	errInterval = errors.New("the interval must be positive")
)

// Clock is a clock whose time is a loop's.
type Clock struct{ loop *aio.Loop }

// New returns the clock of on's loop. It panics with a *sim.UsageError where there is none.
func New(on aio.HasLoop) Clock {
	if on != nil {
		if l := on.Loop(); l != nil {
			return Clock{l}
		}
	}
	panic(&sim.UsageError{Op: "new clock", Time: -1, Err: errNoLoop})
}

// Now returns the date that the loop's time stands for.
func (c Clock) Now() time.Time { return c.loop.Date() }

// Since returns the time that has passed since t.
func (c Clock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

// Until returns the time until t.
func (c Clock) Until(t time.Time) time.Duration { return t.Sub(c.Now()) }

// Sleep suspends the task that runs until d has passed: see [aio.SleepThrough].
func (c Clock) Sleep(d time.Duration) { aio.SleepThrough(c.loop, d) }

// After returns the channel of a new timer.
func (c Clock) After(d time.Duration) <-chan time.Time { return c.NewTimer(d).Chan() }

// NewTimer returns a timer that sends the date when d has passed.
func (c Clock) NewTimer(d time.Duration) *Timer {
	t := &Timer{loop: c.loop, name: "timer", c: make(chan time.Time, 1)}
	t.set(d)
	return t
}

// AfterFunc returns a timer that runs f as a task when d has passed. It panics with a *sim.UsageError when f is nil.
func (c Clock) AfterFunc(d time.Duration, f func()) *Timer {
	if f == nil {
		panic(c.loop.Usage("AfterFunc", d.String(), sim.ErrNilFunction))
	}
	t := &Timer{loop: c.loop, name: "AfterFunc", f: func(*aio.Co) error { f(); return nil }}
	t.set(d)
	return t
}

// NewTicker returns a ticker that sends the date every d. It panics with a *sim.UsageError unless d is positive.
func (c Clock) NewTicker(d time.Duration) *Ticker {
	t := &Ticker{Timer{loop: c.loop, name: "ticker", c: make(chan time.Time, 1)}}
	t.start("NewTicker", d)
	return t
}
