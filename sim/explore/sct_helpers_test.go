package explore

import (
	"flag"
	"fmt"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
)

// everything is a flag of the test binary, like those of package testing.
var everything = flag.Bool("explore.sct", false,
	"shrink 20 failures of every program of sct and races, replay 1,000 of each, and print the tables")

// buggy is a program that fails in some order.
type buggy struct {
	name  string
	args  scenarios.Args
	large bool // too large for every run of the tests
	// rare is a strategy that finds failures more often than a random walk, for a program where that finds fewer than one
	// in 500.
	rare     string
	failures int // how many can be found in a few minutes; 0: all that are wanted
}

func reordered(setters, checkers int) scenarios.Args {
	return scenarios.Args{"setters": setters, "checkers": checkers}
}

func staged(writers, readers int) scenarios.Args {
	return scenarios.Args{"writers": writers, "readers": readers}
}

// buggies returns the programs of sct, with the parameters that the literature has, and those of races.
func buggies() []buggy {
	return []buggy{
		{name: "sct/account"}, {name: "sct/bluetooth"}, {name: "sct/carter01"}, {name: "sct/circular_buffer"},
		{name: "sct/deadlock01"}, {name: "sct/lazy01"}, {name: "sct/phase01"}, {name: "sct/queue"}, {name: "sct/stack"},
		{name: "sct/reorder", args: reordered(2, 1)},
		{name: "sct/reorder", args: reordered(3, 1)},
		{name: "sct/reorder", args: reordered(4, 1)},
		{name: "sct/reorder", args: reordered(9, 1)},
		{name: "sct/reorder", args: reordered(10, 10)},
		{name: "sct/reorder", args: reordered(40, 10), large: true},
		{name: "sct/reorder", args: reordered(99, 1), large: true, rare: SURW},
		{name: "sct/sync01"}, {name: "sct/sync02"}, {name: "sct/token_ring"},
		{name: "sct/twostage", args: staged(1, 1)},
		{name: "sct/twostage", args: staged(10, 10)},
		{name: "sct/twostage", args: staged(40, 10), large: true},
		{name: "sct/twostage", args: staged(99, 1), large: true, rare: SURW, failures: 50},
		{name: "sct/wronglock", args: scenarios.Args{"q": 3}},
		{name: "sct/wronglock", args: scenarios.Args{"q": 7}},
		{name: "races/cancel_leak"}, {name: "races/check_then_act"}, {name: "races/lock_released"},
		{name: "races/lost_update"}, {name: "races/queue_shutdown"}, {name: "races/timeout_retry"}, {name: "clock/cache"},
	}
}

// TestEveryBuggyProgramIsListed, so that none is left out when one is added.
func TestEveryBuggyProgramIsListed(t *testing.T) {
	listed := map[string]bool{}
	for _, b := range buggies() {
		listed[b.name] = true
	}
	all := scenarios.All()
	for _, name := range all.Names() {
		if s, _ := all.Lookup(name); s.Buggy && !listed[name] {
			t.Errorf("%s is not listed", name)
		}
	}
}

func (b buggy) String() string {
	text := b.name
	for _, name := range []string{"setters", "checkers", "writers", "readers", "q"} {
		if value, ok := b.args[name]; ok {
			text += fmt.Sprintf(" %s=%d", name, value)
		}
	}
	return text
}

func (b buggy) main(t *testing.T) func(co *aio.Co) error {
	t.Helper()
	s, ok := scenarios.All().Lookup(b.name)
	if !ok {
		t.Fatalf("no scenario %s", b.name)
	}
	s, err := s.With(b.args)
	if err != nil {
		t.Fatal(err)
	}
	return s.Main
}

// eachBuggy calls test for the programs that the flags ask for.
func eachBuggy(t *testing.T, test func(t *testing.T, b buggy)) {
	for _, b := range buggies() {
		if !b.large || *everything {
			t.Run(b.String(), func(t *testing.T) { test(t, b) })
		}
	}
}

// searcher makes the schedules of a strategy, one after the other, as Run does.
type searcher struct {
	*worker
	strategy strategy
}

// each calls visit for schedule i until that returns false, or there is none left.
func (s searcher) each(visit func(i int, o outcome) bool) {
	for base := 0; ; {
		batch := make([]outcome, s.strategy.plan(min(max(1, base), 1024)))
		for i := range batch {
			batch[i] = s.run(s.strategy, base+i)
			if !visit(base+i, batch[i]) {
				return
			}
		}
		base += len(batch)
		if !s.strategy.learn(batch) {
			return
		}
	}
}
