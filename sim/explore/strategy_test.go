package explore_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// TestRandomWalkIsExact compares with probabilities that are known exactly.
func TestRandomWalkIsExact(t *testing.T) {
	const schedules = 10_000
	tests := []struct {
		name    string
		program program
		p       float64
	}{
		{"account", account, 1. / 3},
		{"deadlock01", deadlock01, 1. / 2},
		{"reorder_3", reorder(2, 1), 4. / 81},
		{"reorder_4", reorder(3, 1), 0.0380859},
		{"reorder_5", reorder(4, 1), 0.0302080},
		{"reorder_10", reorder(9, 1), 0.0133011},
		{"twostage", twostage(1, 1), 1. / 64},
		{"stack", stack, 0.623867},
		{"bluetooth", bluetooth, 0.0966797},
	}
	for _, test := range tests {
		n := schedules
		if test.name == "stack" { // the longest
			n /= 4
		}
		r := search(t, explore.Config{Strategy: explore.RandomWalk, Schedules: n, All: true}, test.program)
		p := float64(r.Failures) / float64(r.Schedules)
		if within := 2.576 * math.Sqrt(test.p*(1-test.p)/float64(n)); math.Abs(p-test.p) > within {
			t.Errorf("%s fails with probability %.5f, want %.5f +- %.5f", test.name, p, test.p, within)
		}
	}
}

// TestStrategiesAreAsGoodAsTheLiteratures: what needs fewer schedules is right too.
func TestStrategiesAreAsGoodAsTheLiteratures(t *testing.T) {
	const schedules = 3000
	for _, row := range literature {
		switch row.name {
		case "reorder_20", "reorder_50", "reorder_100", "twostage_20", "twostage_50", "twostage_100", "stack":
			continue
		}
		for i, want := range row.want {
			p := 1 / want
			least := p/1.15 - 2.576*math.Sqrt(p*(1-p)/schedules)
			r := search(t, explore.Config{Strategy: inTable[i], Schedules: schedules, All: true}, row.program)
			if got := float64(r.Failures) / float64(r.Schedules); got < least {
				t.Errorf("%s of %s fails with probability %.5f, want %.5f", inTable[i], row.name, got, p)
			}
		}
	}
}

func TestPortfolioFindsAll(t *testing.T) {
	for _, row := range literature {
		if row.name == "twostage_100" || row.name == "twostage_50" {
			continue
		}
		for seed := range uint64(2) {
			if r := search(t, explore.Config{Seed: seed}, row.program); r.Stopped != explore.Failed {
				t.Errorf("%s, seed %d: %s after %d schedules", row.name, seed, r.Stopped, r.Schedules)
			}
		}
	}
}

// TestWorkersDoNotMatter: the search is the same whatever runs it.
func TestWorkersDoNotMatter(t *testing.T) {
	programs := map[string]program{"reorder_4": reorder(3, 1), "reorder_10": reorder(9, 1), "twostage": twostage(2, 1)}
	for name, p := range programs {
		for _, strategy := range append(explore.Strategies(), "pct-3") {
			for _, all := range []bool{false, true} {
				var first *explore.Result
				for workers := 1; workers <= 3; workers++ {
					config := explore.Config{Strategy: strategy, Workers: workers, Schedules: 700, All: all, Seed: 3}
					r := search(t, config, p)
					r.Elapsed = 0
					if r.First != nil {
						r.First.Err = nil // it names no more than the decisions do
					}
					if first == nil {
						first = r
					} else if d := cmp.Diff(first, r); d != "" {
						t.Errorf("%s, %s, all=%t: 1 worker, %d workers:\n%s", name, strategy, all, workers, d)
					}
				}
			}
		}
	}
}

// TestWaitingInALoopEnds: a task that asks again and again does not keep the others from what it asks for.
func TestWaitingInALoopEnds(t *testing.T) {
	p := func(co *aio.Co) error {
		var flag aio.Shared[bool]
		var counter aio.Shared[int]
		return together(co, append(
			times(2, func(co *aio.Co) error {
				for !flag.Load(co) {
					if err := aio.Sleep(co, 0); err != nil {
						return err
					}
				}
				aio.Add(co, &counter, 1)
				return nil
			}),
			func(co *aio.Co) error {
				aio.Add(co, &counter, 1)
				counter.Load(co)
				flag.Store(co, true)
				return nil
			})...)
	}
	for _, strategy := range append(explore.Strategies(), "pct-1", "pct-5") {
		r := search(t, explore.Config{Strategy: strategy, Schedules: 500, MaxSteps: 5000}, p)
		if r.First != nil {
			t.Errorf("%s: schedule %d: %v", strategy, r.First.Schedule, r.First.Err)
		}
	}
}

func TestUnknownStrategies(t *testing.T) {
	for _, name := range []string{"no such", "pct-", "pct-0", "pct-65", "pct--1", "pct-3x", "pos-3"} {
		r, err := explore.Run(context.Background(), explore.Config{Strategy: name}, account)
		if err == nil || r != nil {
			t.Errorf("%q: %v, %v; want an error", name, r, err)
		}
	}
}

// TestChoosingDoesNotAllocate compares with the random walk, for a program with many choices.
func TestChoosingDoesNotAllocate(t *testing.T) {
	const choices, schedules = 2000, 200
	long := func(co *aio.Co) error {
		var x aio.Shared[int]
		return together(co, times(4, func(co *aio.Co) error {
			for range choices / 4 {
				aio.Add(co, &x, 1)
			}
			return nil
		})...)
	}
	allocated := func(strategy string) float64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		search(t, explore.Config{Strategy: strategy, Schedules: schedules, Workers: 1}, long)
		runtime.ReadMemStats(&after)
		return float64(after.Mallocs-before.Mallocs) / schedules
	}
	random := allocated(explore.RandomWalk)
	for _, strategy := range []string{explore.PCT, explore.POS, explore.URW, explore.SURW, explore.Exhaustive, explore.Portfolio} {
		if n := allocated(strategy); n > random+choices/50 {
			t.Errorf("%s allocates %.0f times a schedule of %d choices, and the random walk %.0f times", strategy, n, choices, random)
		}
	}
}

// TestFIFOIsAsyncios: one schedule, which is asyncio's order.
func TestFIFOIsAsyncios(t *testing.T) {
	failing := errors.New("always")
	r := search(t, explore.Config{Strategy: explore.FIFO}, func(*aio.Co) error { return failing })
	if r.First == nil || !errors.Is(r.First.Err, failing) || r.Schedules != 1 {
		t.Errorf("%+v, want one schedule that fails", r)
	}
	if r = search(t, explore.Config{Strategy: explore.FIFO}, reorder(2, 1)); r.Stopped != explore.Exhausted || r.Schedules != 1 {
		t.Errorf("%+v, want one schedule", r)
	}
}
