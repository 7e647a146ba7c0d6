package explore

import (
	"strconv"
	"strings"

	"github.com/asyncsim/asyncsim/sim"
)

// strategy makes the choices of a search, schedule by schedule. What it learns from the schedules it learns in learn,
// between two batches, so that the search does not depend on the number of workers.
type strategy interface {
	// plan is told how many schedules the next batch may have, and returns how many it is to have, at least one.
	plan(n int) int
	// start returns what makes the choices of schedule i, the first being 0. It may be called by several goroutines at a
	// time, and by one that started another schedule before: it gets what was returned then, to be used again, or nil.
	start(i int, random *chance, used scheduler) scheduler
	// learn is told how the schedules of a batch went, in their order. It reports whether there is anything left to try.
	learn(batch []outcome) bool
}

// scheduler makes the choices of one schedule.
type scheduler interface {
	choose(c *sim.Choice) int
	// observer returns what is told of every step, for [sim.Config], or nil.
	observer() func(task uint32, op sim.Op)
	// report returns what the strategy is to learn of the schedule, or nil.
	report() any
}

// Names of strategies. A number behind PCT, as in pct-3, makes its depth the same in all schedules.
const (
	Portfolio  = "portfolio"  // all of the following, most often what suits the program
	FIFO       = "fifo"       // asyncio's own order, once
	RandomWalk = "random"     // every candidate with the same probability
	PCT        = "pct"        // the task of the highest priority, with a few changes: Burckhardt et al. 2010
	POS        = "pos"        // the event of the highest priority: Yuan et al. 2018
	URW        = "urw"        // every order with the same probability
	SURW       = "surw"       // every order at one object with the same probability: Zhao et al. 2025
	Exhaustive = "exhaustive" // every order, those with the fewest switches first
)

// Strategies returns the names of the strategies, the default first.
func Strategies() []string {
	return []string{Portfolio, FIFO, RandomWalk, PCT, POS, URW, SURW, Exhaustive}
}

// newStrategy returns the strategy of that name, or nil.
func newStrategy(name string) strategy {
	p := &profile{}
	switch name {
	case Portfolio:
		return &profiled{newPortfolio(p), p}
	case FIFO:
		return fifo{}
	case RandomWalk:
		return randomWalk{}
	case PCT:
		return &profiled{&pct{profile: p}, p}
	case POS:
		return &profiled{pos{profile: p}, p}
	case URW:
		return &profiled{urw{profile: p}, p}
	case SURW:
		return &profiled{surw{profile: p}, p}
	case Exhaustive:
		return newExhaustive()
	}
	if digits, ok := strings.CutPrefix(name, PCT+"-"); ok {
		if depth, err := strconv.Atoi(digits); err == nil && depth > 0 && depth <= maxDepth {
			return &profiled{&pct{profile: p, depth: depth}, p}
		}
	}
	return nil
}

// unplanned is the part of a strategy that takes batches as they come.
type unplanned struct{}

func (unplanned) plan(n int) int { return n }

// blind is the part of a scheduler that sees nothing but choices, and has nothing to tell.
type blind struct{}

func (blind) observer() func(uint32, sim.Op) { return nil }
func (blind) report() any                    { return nil }

// ofTasks reports whether the choice is between candidates, and not of a number.
func ofTasks(c *sim.Choice) bool { return c.Kind == sim.Next || c.Kind == sim.Tie }

// chain returns the number of the candidate's chain, the things that keep their order whatever is chosen: the steps and
// sleeps of a task, or the callbacks that a task scheduled without a time. One with a time is a chain by itself.
func chain(x sim.Candidate) int {
	if timer := x.Timer(); timer != 0 {
		return 3*int(timer) + 2
	}
	chain := 3 * int(x.Owner())
	if x.Identity().Kind == sim.Call {
		chain++
	}
	return chain
}

// at returns a pointer to s[i], and makes s longer if it must.
func at[T any](s *[]T, i int) *T {
	for i >= len(*s) {
		var zero T
		*s = append(*s, zero)
	}
	return &(*s)[i]
}
