package explore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// leastSwitches returns how many switches the first failing run has that a search through all orders comes to, those with
// the fewest switches first.
func leastSwitches(t *testing.T, main func(co *aio.Co) error, signed string) int {
	t.Helper()
	w := newWorker(Config{MaxSteps: defaultMaxSteps}, main)
	defer w.close()
	least := -1
	searcher{w, newStrategy(Exhaustive)}.each(func(i int, o outcome) bool {
		if o.err != nil && signature(o.err) == signed {
			least = newFailure(i+1, &o).Switches
		}
		return least < 0 && i < 200_000
	})
	if least < 0 {
		t.Fatalf("no order ends with %s", signed)
	}
	return least
}

// TestShrunkToWhatIsProved: whatever run was found, the one that is reported has as few switches as the search through
// all orders needs, and was found in few runs.
func TestShrunkToWhatIsProved(t *testing.T) {
	seeds := 20
	if testing.Short() {
		seeds = 4
	}
	if *everything {
		fmt.Printf("%-36s %8s %8s %6s %6s %6s %8s\n", "program", "failures", "switches", "from", "token", "runs", "slowest")
	}
	eachBuggy(t, func(t *testing.T, b buggy) {
		main := b.main(t)
		least := map[string]int{} // by signature
		var slowest time.Duration
		failures, from, token, runs := 0, 0, 0, 0
		for _, strategy := range []string{Portfolio, RandomWalk} {
			for seed := range uint64(seeds) {
				if strategy == RandomWalk && b.rare != "" {
					continue
				}
				config := Config{Strategy: strategy, Seed: seed + 1}
				result, err := Run(context.Background(), config, main)
				if err != nil || result.First == nil {
					t.Fatalf("%s, seed %d: %+v, %v", strategy, config.Seed, result, err)
				}
				began := time.Now()
				report, err := Explain(context.Background(), config, result.First, main)
				if err != nil {
					t.Fatal(err)
				}
				slowest = max(slowest, time.Since(began))
				signed := signature(result.First.Err)
				if _, known := least[signed]; !known {
					least[signed] = leastSwitches(t, main, signed)
				}
				if s := report.Shrunk; report.Switches != least[signed] || !s.Minimal || s.Bound != "" || s.Runs > 2000 {
					t.Errorf("%s, seed %d: %d switches, not %d: %+v", strategy, config.Seed, report.Switches, least[signed], s)
				}
				failures++
				from, token, runs = max(from, report.Found), max(token, len(report.Token)), max(runs, report.Shrunk.Runs)
			}
		}
		if token > 200 {
			t.Errorf("a token has %d characters", token)
		}
		if *everything {
			switches := fmt.Sprint(slices.Sorted(maps.Values(least)))
			fmt.Printf("%-36s %8d %8s %6d %6d %6d %8v\n", b, failures, switches, from, token, runs, slowest.Round(time.Millisecond))
		}
	})
}

// TestCutShortTokensAreShort: a token is short enough to be pasted also where nobody waits for the simplest run. What can
// be cut off in the time that is left is a matter of speed, which the race detector takes away.
func TestCutShortTokensAreShort(t *testing.T) {
	seeds := 10
	if testing.Short() {
		seeds = 2
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	eachBuggy(t, func(t *testing.T, b buggy) {
		main := b.main(t)
		longest, unshrunk := 0, 0
		for seed := range uint64(seeds) {
			config := Config{Seed: seed + 1}
			result, err := Run(context.Background(), config, main)
			if err != nil || result.First == nil {
				t.Fatalf("seed %d: %+v, %v", config.Seed, result, err)
			}
			report, err := Explain(cancelled, config, result.First, main)
			if err != nil {
				t.Fatal(err)
			}
			longest, unshrunk = max(longest, len(report.Token)), max(unshrunk, report.Switches)
			replaysTo(t, main, report.Token, report.Err, report.Events)
		}
		if longest > 200 && !testing.Short() {
			t.Errorf("a token has %d characters", longest)
		}
		if *everything {
			fmt.Printf("%-36s cut short: %d switches, a token of %d characters\n", b, unshrunk, longest)
		}
	})
}
