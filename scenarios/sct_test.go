package scenarios_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// known is a program with what is known of it: how probable a failure is where every thread that can go on is chosen
// with the same probability, and how many steps the threads take.
type known struct {
	name string
	args scenarios.Args
	p    float64
	limits
	about bool // p was itself measured, to some two digits
	steps int  // the most that the threads take
	more  bool // they can take more than that: so many were seen in some run
	large bool // too large for every run of the tests
}

// limits is how many schedules PCT of depth 2 and 3, POS, URW and SURW need on average.
type limits [5]float64

var knowns = [...]known{
	{name: "account", p: 1. / 3, limits: limits{3, 3, 3, 2.1, 3}, steps: 15}, // 14 and, where the check fails, the unlock after it
	{name: "lazy01", p: 1. / 3, limits: limits{3, 3, 3, 2.4, 3}, steps: 11},
	{name: "deadlock01", p: 1. / 2, limits: limits{12, 6.5, 3, 1.8, 3}, steps: 12},
	{name: "reorder", args: reordered(2, 1), p: 4. / 81, limits: limits{24.1, 14.7, 9.9, 17.4, 7.2}, steps: 8},
	{name: "reorder", args: reordered(3, 1), p: 0.0380859, limits: limits{39.8, 23.6, 12.6, 14.5, 9.5}, steps: 10},
	{name: "reorder", args: reordered(4, 1), p: 0.0302080, limits: limits{55.5, 31.6, 15.6, 17.8, 11.4}, steps: 12},
	{name: "reorder", args: reordered(9, 1), p: 0.0133011, limits: limits{216, 117, 32.2, 38.3, 21.2}, steps: 22},
	{name: "reorder", args: reordered(10, 10), p: 0.0967, limits: limits{101, 52.4, 5.8, 5.5, 4.4}, about: true, steps: 51, more: true},
	{name: "reorder", args: reordered(40, 10), p: 0.0197, limits: limits{583, 304, 19.6, 25.1, 11}, about: true, steps: 111, more: true, large: true},
	{name: "reorder", args: reordered(99, 1), p: 0.000560498, limits: limits{11000, 16000, 477, 833, 207}, steps: 202, large: true},
	{name: "twostage", args: staged(1, 1), p: 1. / 64, limits: limits{9.3, 6.7, 12, 44.3, 25.2}, steps: 14},
	{name: "twostage", args: staged(10, 10), p: 0.030, limits: limits{94.9, 47.8, 9.4, 34.1, 29.3}, about: true, steps: 140},
	{name: "twostage", args: staged(40, 10), p: 0.0121, limits: limits{599, 273, 23, 73.1, 73.6}, about: true, steps: 350, large: true},
	{name: "twostage", args: staged(99, 1), p: 0.000626114, limits: limits{5700, 17000, 355, 1143, 1367}, steps: 700, large: true},
	{name: "wronglock", args: scenarios.Args{"q": 3}, p: 0.371584, limits: limits{12, 7.9, 2.7, 3.5, 2.4}, steps: 18},
	{name: "wronglock", args: scenarios.Args{"q": 7}, p: 0.405425, limits: limits{19.5, 12.3, 2.4, 3.4, 2.2}, steps: 34},
	{name: "stack", p: 0.623867, limits: limits{4.4, 3.1, 1.6, 1.2, 2}, steps: 98, more: true},
	{name: "token_ring", p: 1. / 6, limits: limits{6, 6, 6, 6, 6}, steps: 24},
	{name: "bluetooth", p: 0.0966797, limits: limits{40, 26.6, 9.6, 10.1, 10.2}, steps: 21},
	{name: "carter01", p: 1. / 2, limits: limits{4, 2.4, 2, 1.2, 3}, steps: 24},
	{name: "circular_buffer", p: 0.9375, limits: limits{6.7, 3.3, 1.1, 1, 1.8}, steps: 60, more: true},
}

func reordered(setters, checkers int) scenarios.Args {
	return scenarios.Args{"setters": setters, "checkers": checkers}
}

func staged(writers, readers int) scenarios.Args {
	return scenarios.Args{"writers": writers, "readers": readers}
}

func (k known) String() string {
	text := k.name
	for _, name := range []string{"setters", "checkers", "writers", "readers", "q"} {
		if value, ok := k.args[name]; ok {
			text += fmt.Sprintf(" %s=%d", name, value)
		}
	}
	return text
}

func (k known) scenario(t *testing.T) scenarios.Scenario {
	t.Helper()
	s, ok := scenarios.All().Lookup("sct/" + k.name)
	if !ok {
		t.Fatalf("no scenario sct/%s", k.name)
	}
	s, err := s.With(k.args)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// interval returns how far from p the part of n trials that fail may be: 99 % of all samples are as near.
func (k known) interval(n int) float64 {
	const z = 2.5758
	half := z * math.Sqrt(k.p*(1-k.p)/float64(n))
	if k.about {
		half += 0.02 * k.p
	}
	return half
}

// TestFailuresAreAsProbableAsTheyShouldBe compares a random walk with the exact probabilities.
func TestFailuresAreAsProbableAsTheyShouldBe(t *testing.T) {
	const schedules = 2000
	for _, k := range knowns {
		if k.large {
			continue
		}
		r := search(t, explore.Config{Strategy: explore.RandomWalk, Schedules: schedules, All: true, Seed: 1}, k)
		if p := float64(r.Failures) / float64(r.Schedules); math.Abs(p-k.p) > k.interval(schedules) {
			t.Errorf("%v fails with probability %.6f, want %.6f +- %.6f", k, p, k.p, k.interval(schedules))
		}
	}
}

func search(t *testing.T, config explore.Config, k known) *explore.Result {
	t.Helper()
	r, err := explore.Run(context.Background(), config, k.scenario(t).Main)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// longest returns the greatest number of steps that the threads of the scenario take in some random orders: those of
// main and of callbacks do not count, nor does the first one of a thread that finds a mutex held.
func longest(t *testing.T, s scenarios.Scenario, orders int) int {
	t.Helper()
	most := 0
	for i := range orders {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		var r *aio.Runner
		before, others, started := int64(-1), int64(0), map[uint32]bool{}
		config := aio.Config{Output: io.Discard, Log: io.Discard, Watchdog: -1}
		config.Choose = func(c *sim.Choice) int {
			if before < 0 {
				before = r.Loop().Steps()
			}
			return random.IntN(c.N)
		}
		config.Trace = func(e sim.Event) {
			switch {
			case before < 0:
			case e.Kind == sim.CallbackRun, e.Kind == sim.TaskResumed && e.Task == "main":
				others++
			case e.Kind == sim.TaskSuspended && started[e.TaskID] && strings.HasPrefix(e.Object, "mutex"):
				others++
			}
			started[e.TaskID] = e.Kind == sim.TaskStarted
		}
		r, err := aio.NewRunner(config)
		if err != nil {
			t.Fatal(err)
		}
		ended := r.Run(s.Main)
		steps := int(r.Loop().Steps() - before - others)
		deadlock := new(sim.DeadlockError)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if ended == nil || !errors.As(ended, &deadlock) {
			most = max(most, steps)
		}
	}
	return most
}

func TestThreadsTakeTheStepsThatTheyShould(t *testing.T) {
	for _, k := range knowns {
		orders := 1000
		if k.name == "twostage" {
			orders = 20 // most of them are long enough
		}
		got := longest(t, k.scenario(t), orders)
		if got < k.steps || got > k.steps && !k.more {
			t.Errorf("%s takes up to %d steps, want %d", k, got, k.steps)
		}
	}
}
