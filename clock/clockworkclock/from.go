package clockworkclock

import (
	"time"

	"github.com/benbjohnson/clock"
	"github.com/jonboulle/clockwork"
)

// From returns a clock whose time and timers are those of another library's clock, for code with goroutines of its own:
// that of a clock.Bubble, say. What it does is as the package clock of this module says, Stop and Reset too.
func From(c clock.Clock) clockwork.Clock { return from{c} }

// from is a clock whose methods return clockwork's interfaces.
type from struct{ clock.Clock }

// NewTimer returns a timer that sends the date when d has passed.
func (f from) NewTimer(d time.Duration) clockwork.Timer { return timer{f.Timer(d)} }

// AfterFunc returns a timer that runs fn when d has passed.
func (f from) AfterFunc(d time.Duration, fn func()) clockwork.Timer {
	return timer{f.Clock.AfterFunc(d, fn)}
}

// NewTicker returns a ticker that sends the date every d.
func (f from) NewTicker(d time.Duration) clockwork.Ticker { return ticker{f.Ticker(d)} }

type timer struct{ *clock.Timer }

// Chan returns the timer's channel, or nil for a timer of AfterFunc.
func (t timer) Chan() <-chan time.Time { return t.C }

type ticker struct{ *clock.Ticker }

// Chan returns the ticker's channel.
func (t ticker) Chan() <-chan time.Time { return t.C }
