package explore

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// Config says how a program is explored. The zero Config lets the portfolio of strategies find the failure, within
// 10,000 schedules.
type Config struct {
	// Strategy is the name of one of [Strategies], or pct-3 for [PCT] of depth 3, and so on; empty is the
	// portfolio.
	Strategy string
	// Schedules is how many runs there are at most; 0 stands for 10,000, or for no limit where there is one of Time, and
	// for fewer where nothing new comes: see [Saturated].
	Schedules int
	// Time is how long, in real time, the search may take; 0 is no limit. What is found then depends on the machine.
	Time time.Duration
	// Seed determines the search. The same seed finds the same, whatever the number of workers.
	Seed uint64
	// Workers is how many runs there are at a time; 0 stands for one on each core.
	Workers int
	// MaxSteps fails a run after so many steps; 0 stands for 1,000,000.
	MaxSteps int64
	// Strict explores only what real asyncio could show: see [sim.Config].
	Strict bool
	// Slack is how late the loop may be: timers within such a window fire in any order. 0 is never late: see
	// [sim.Config].
	Slack time.Duration
	// Cancel explores that a task is cancelled where it suspends: each but main, once. A run that ends with nothing but
	// the CancelledError that came of it has not failed: the task gave in, as it should.
	Cancel bool
	// All goes on after a failure, and counts them.
	All bool
	// Skipped, if it is not nil, is asked about every run that has called runtime.Goexit: true counts it as passed. It
	// is called by several goroutines at a time.
	Skipped func(l *sim.Loop) bool
	// Progress is told how far the search is, about ten times a second, by the goroutine that called Run; and once when
	// it has ended. See [Terminal].
	Progress func(Progress)
}

const (
	defaultSchedules = 10_000
	defaultMaxSteps  = 1_000_000
)

// checked returns the configuration with its defaults.
func (c Config) checked() (Config, error) {
	if c.Strategy == "" {
		c.Strategy = Strategies()[0]
	}
	switch {
	case newStrategy(c.Strategy) == nil:
		return c, fmt.Errorf("unknown strategy %q: there are %s; pct-3 is pct of depth 3",
			c.Strategy, strings.Join(Strategies(), ", "))
	case c.Schedules < 0:
		return c, fmt.Errorf("schedules = %d: there cannot be fewer than none; 0 stands for %d",
			c.Schedules, defaultSchedules)
	case c.Time < 0:
		return c, fmt.Errorf("time = %v: it must not be negative; 0 is no limit", c.Time)
	case c.Workers < 0:
		return c, fmt.Errorf("workers = %d: there must be at least 1; 0 stands for one on each core", c.Workers)
	case c.MaxSteps < 0:
		return c, fmt.Errorf("steps = %d: the limit must not be negative; 0 stands for %d", c.MaxSteps, defaultMaxSteps)
	case c.Slack < 0:
		return c, fmt.Errorf("slack = %v: it must not be negative: no timer fires early", c.Slack)
	}
	switch {
	case c.Schedules == 0 && c.Time > 0:
		c.Schedules = math.MaxInt
	case c.Schedules == 0:
		c.Schedules = defaultSchedules
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.MaxSteps == 0 {
		c.MaxSteps = defaultMaxSteps
	}
	return c, nil
}

// Stop is why a search ended.
type Stop string

// The reasons.
const (
	Failed    Stop = "failure"   // of a run; of one that blocks also where the search is for all
	Exhausted Stop = "exhausted" // every order was tried
	Saturated Stop = "saturated" // nothing new came for long: for half of all schedules, and a thousand at least
	Budget    Stop = "budget"    // of schedules
	Deadline  Stop = "deadline"  // of time, or of the context
	Cancelled Stop = "cancelled" // the context was
)

// Result is how a search ended.
type Result struct {
	Stopped   Stop
	Schedules int // how many runs there were
	Failures  int // how many of them failed
	// Distinct is how many different traces there were: orders of independent steps are one, see DESIGN.md. No more than
	// 16,777,216 are counted.
	Distinct int
	Steps    int64
	Elapsed  time.Duration
	First    *Failure // nil if no run failed
	Cause    error    // why the context ended the search, where it says so: see [context.Cause]
	Strategy string   // its name
	Stale    int      // how many runs there were since the last with a new trace
}

// Failure is a run that failed.
type Failure struct {
	Schedule  int // which one it was, from 1
	Err       error
	Decisions []uint32 // what the chooser said, choice by choice
	Switches  int      // how many of them are not asyncio's
	InOrder   bool     // a run in asyncio's own order had passed before
}
