package k8sclock

import (
	"time"

	benbjohnson "github.com/benbjohnson/clock"
	"k8s.io/utils/clock"
)

// From returns a clock whose time and timers are those of another library's clock, for code with goroutines of its own:
// that of a clock.Bubble, say. What it does is as the package clock of this module says, Stop and Reset too.
func From(c benbjohnson.Clock) clock.WithTickerAndDelayedExecution { return from{c} }

// from is a clock whose methods return the interfaces of k8s.io/utils/clock.
type from struct{ benbjohnson.Clock }

// NewTimer returns a timer that sends the date when d has passed.
func (f from) NewTimer(d time.Duration) clock.Timer { return fromTimer{f.Timer(d)} }

// AfterFunc returns a timer that runs fn when d has passed.
func (f from) AfterFunc(d time.Duration, fn func()) clock.Timer {
	return fromTimer{f.Clock.AfterFunc(d, fn)}
}

// NewTicker returns a ticker that sends the date every d.
func (f from) NewTicker(d time.Duration) clock.Ticker { return fromTicker{f.Ticker(d)} }

type fromTimer struct{ *benbjohnson.Timer }

// C returns the timer's channel, or nil for a timer of AfterFunc.
func (t fromTimer) C() <-chan time.Time { return t.Timer.C }

type fromTicker struct{ *benbjohnson.Ticker }

// C returns the ticker's channel.
func (t fromTicker) C() <-chan time.Time { return t.Ticker.C }
