package sim

import (
	"fmt"
	"io"
	"os"
	"time"
)

// Config says how a loop runs. The zero Config is asyncio's own order, without limits, from the first of January 2000.
type Config struct {
	// Seed determines the values of [Co.Rand].
	Seed uint64
	// Start is the calendar date of virtual time zero. The zero Time stands for 2000-01-01 00:00 UTC, and with Speed
	// for the date at which the loop is made.
	Start time.Time
	// Speed runs the loop on the wall clock: 1 in real time, 10 ten times as fast. 0 is virtual time. The loop then
	// waits until a timer is due or another goroutine calls CallSoonThreadsafe, for ever if need be, where it would
	// else find a deadlock. Its time stands still during a step, between timers, and while it does not run; where steps
	// take longer than their time, timers fire late, each at the time for which it was set, and in their order. So the
	// program does what it does in virtual time, but for what other goroutines do to it. Choose must be nil.
	Speed float64
	// MaxSteps ends the run with a *LimitError after so many callbacks and task steps; 0 is no limit.
	MaxSteps int64
	// MaxTime ends the run with a *LimitError before virtual time goes past it; 0 is no limit.
	MaxTime time.Duration
	// Output is where the simulated program prints; nil is os.Stdout.
	Output io.Writer
	// Log is where the default exception handler reports; nil is os.Stderr.
	Log io.Writer
	// Choose is asked which of several things that can come next does. Nil is asyncio's order, at no cost.
	Choose Chooser
	// Strict leaves what runs next to asyncio's order, but for timers that are due at the same instant: the chooser
	// decides their order, and the values that the program asks for. It is what real asyncio could show.
	Strict bool
	// Slack is how late the loop may be, as a machine with other work is: where the clock has gone to a deadline because
	// nothing was ready, the chooser decides in each turn whether it goes on to later ones, up to Slack past that first
	// one. The timers due until then fire together, in any order that the scope allows, so a timeout races what completes
	// shortly before or after it. No timer fires early. 0 is never late; it is not with a nil Choose either.
	Slack time.Duration
	// Cancel lets the chooser cancel every task but the first, at most once each, at any of its suspensions. A callback
	// does it that is named "cancellation". A nil Choose cancels nothing.
	Cancel bool
	// Observe is called once in every step of a task, with the task's number: at the first [Co.Switch] of the step, with
	// the operation that comes next, or else at the end of the step, with the zero Op. Nil observes nothing, at no cost.
	Observe func(task uint32, op Op)
	// Trace is called with every event, as it happens. Nil records nothing, at no cost. What it does itself is no
	// event.
	Trace func(Event)
	// Watchdog is how long, in real time, a task may block outside the simulation before the run ends with a
	// *BlockedError; 0 stands for five seconds and a negative value for no watchdog.
	Watchdog time.Duration
	// Pool provides the goroutines of the coroutines; nil gives the loop one of its own, closed with it.
	Pool *Pool
}

const (
	virtualStart    = 946_684_800 // 2000-01-01 00:00 UTC, in Unix time
	defaultWatchdog = 5 * time.Second
)

// checked returns the configuration with its defaults, or a *ConfigError.
func (c Config) checked() (Config, error) {
	if c.MaxSteps < 0 {
		return c, &ConfigError{"MaxSteps", fmt.Sprint(c.MaxSteps), "a limit must not be negative"}
	}
	if c.MaxTime < 0 {
		return c, &ConfigError{"MaxTime", c.MaxTime.String(), "a limit must not be negative"}
	}
	if c.Slack < 0 {
		return c, &ConfigError{"Slack", c.Slack.String(), "no timer fires early"}
	}
	if c.Pool != nil && c.Pool.closed {
		return c, &ConfigError{"Pool", "closed pool", "a pool must be open"}
	}
	if err := checkedSpeed(c); err != nil {
		return c, err
	}
	if c.Start.IsZero() {
		c.Start = startOf(c)
	} else if y := c.Start.Year(); y < 1 || y > 9999-300 {
		return c, &ConfigError{"Start", c.Start.String(),
			"the year must lie between 1 and 9699, so that every later date has four digits"}
	}
	c.Start = c.Start.Round(0) // virtual time has no monotonic reading
	if c.Output == nil {
		c.Output = os.Stdout
	}
	if c.Log == nil {
		c.Log = os.Stderr
	}
	if c.Watchdog == 0 {
		c.Watchdog = defaultWatchdog
	}
	return c, nil
}
