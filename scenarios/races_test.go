package scenarios_test

import (
	"context"
	"errors"
	"path"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
	"github.com/asyncsim/asyncsim/sim/simtest"
)

// TestBugsAreFound explores every program that has a bug: some order fails, whatever the seed, and it is the program
// that fails.
func TestBugsAreFound(t *testing.T) {
	eachBuggy(t, func(t *testing.T, s scenarios.Scenario) {
		for seed := range uint64(5) {
			config := explore.Config{Strategy: explore.RandomWalk, Schedules: 20_000, Seed: seed + 1}
			r, err := explore.Run(context.Background(), config, s.Main)
			if err != nil {
				t.Fatal(err)
			}
			if r.Stopped != explore.Failed {
				t.Fatalf("seed %d: %s after %d orders", seed+1, r.Stopped, r.Schedules)
			}
			usage, panicked := new(sim.UsageError), new(sim.PanicError)
			if errors.As(r.First.Err, &usage) || errors.As(r.First.Err, &panicked) {
				t.Fatalf("seed %d: %v", seed+1, r.First.Err)
			}
		}
	})
}

// TestBugsAreHiddenInAsynciosOrder runs them in asyncio's own order, with a chooser and without.
func TestBugsAreHiddenInAsynciosOrder(t *testing.T) {
	eachBuggy(t, func(t *testing.T, s scenarios.Scenario) {
		plain := aio.Run(s.Main)
		r, err := explore.Run(context.Background(), explore.Config{Strategy: explore.FIFO}, s.Main)
		if err != nil {
			t.Fatal(err)
		}
		if s.Name == "sct/phase01" { // it deadlocks in every order
			deadlock := new(sim.DeadlockError)
			if !errors.As(plain, &deadlock) || r.Failures != 1 || !errors.As(r.First.Err, &deadlock) {
				t.Errorf("it ended with %v, and explored with %+v", plain, r)
			}
		} else if plain != nil || r.Failures != 0 || r.Schedules != 1 {
			t.Errorf("it ended with %v, and explored with %+v", plain, r)
		}
	})
}

// TestGoldenTracesOfBugs has one program of each kind.
func TestGoldenTracesOfBugs(t *testing.T) {
	for _, name := range []string{"races/lost_update", "sct/deadlock01"} {
		t.Run(path.Base(name), func(t *testing.T) {
			s, _ := scenarios.All().Lookup(name)
			simtest.Golden(t, path.Join("..", "testdata", name+".txt"), s.Main)
		})
	}
}
