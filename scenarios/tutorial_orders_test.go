package scenarios_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
	"github.com/asyncsim/asyncsim/sim"
)

// outcomes returns what a scenario does in so many random orders, with how often it does so: what it prints, how it
// ends, and when.
func outcomes(t *testing.T, s scenarios.Scenario, orders int) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for i := range orders {
		random := rand.New(rand.NewPCG(2, uint64(i)))
		var output bytes.Buffer
		r, err := aio.NewRunner(aio.Config{
			Output: &output, Log: io.Discard, Watchdog: -1,
			Choose: func(c *sim.Choice) int { return random.IntN(c.N) },
		})
		if err != nil {
			t.Fatal(err)
		}
		ended := r.Run(s.Main)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		seen[fmt.Sprintf("%sended with %v at %v", output.String(), ended, r.Loop().Now())]++
	}
	return seen
}

// TestTutorialInOtherOrders says how many outputs each program has, over all orders. When it ends, and how, depends on
// the order nowhere.
func TestTutorialInOtherOrders(t *testing.T) {
	outputs := map[string]int{
		"ex_5_1": 2, "ex_5_1_early": 4, "ex_5_2": 2, "ex_5_3": 1, "ex_5_4": 1, "ex_5_5": 1, "ex_5_6": 1,
	}
	each(t, func(t *testing.T, s scenarios.Scenario) {
		seen, endings := outcomes(t, s, 3000), map[string]bool{}
		for outcome := range seen {
			_, ending, _ := strings.Cut(outcome, "ended with ")
			endings[ending] = true
		}
		if len(endings) != 1 {
			t.Errorf("it ends in %d ways: %v", len(endings), endings)
		}
		if len(seen) != outputs[s.Name] {
			t.Errorf("there are %d outputs, want %d:", len(seen), outputs[s.Name])
			for outcome, n := range seen {
				t.Errorf("%d times:\n%s", n, outcome)
			}
		}
	})
}
