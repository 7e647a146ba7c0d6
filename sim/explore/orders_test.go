package explore_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// recorder runs small programs, one string of steps for each task, and counts the orders in which the steps are made. A
// step is a letter, for the object that it writes, or reads if it is a capital; in an order it has its task before it.
type recorder struct {
	mutex  sync.Mutex
	orders map[string]int
}

func (r *recorder) program(tasks ...string) program {
	r.orders = map[string]int{}
	return func(co *aio.Co) error {
		var objects [26]aio.Shared[int]
		var order strings.Builder
		var bodies []program
		for i, steps := range tasks {
			bodies = append(bodies, func(co *aio.Co) error {
				for _, s := range steps {
					if s < 'a' {
						objects[s-'A'].Load(co)
					} else {
						objects[s-'a'].Store(co, 1)
					}
					fmt.Fprintf(&order, "%d%c ", i, s)
				}
				return nil
			})
		}
		err := together(co, bodies...)
		r.mutex.Lock()
		r.orders[strings.TrimSpace(order.String())]++
		r.mutex.Unlock()
		return err
	}
}

// interleavings returns all orders of the steps, by brute force.
func interleavings(tasks []string) []string {
	var all []string
	at := make([]int, len(tasks))
	var extend func(order []string)
	extend = func(order []string) {
		over := true
		for i, steps := range tasks {
			if at[i] < len(steps) {
				over = false
				at[i]++
				extend(append(slices.Clip(order), fmt.Sprintf("%d%c", i, steps[at[i]-1])))
				at[i]--
			}
		}
		if over {
			all = append(all, strings.Join(order, " "))
		}
	}
	extend(nil)
	return all
}

// traces returns how many of the orders differ in the order of steps that depend on each other: the same task's, and those
// at one object of which one writes.
func traces(orders []string) int {
	forms := map[string]bool{}
	for _, order := range orders {
		steps := strings.Fields(order)
		var pairs []string // of steps that depend on each other, each with how many steps its task had made before
		made := func(i int) string {
			return fmt.Sprint(steps[i], strings.Count(strings.Join(steps[:i], " "), steps[i][:1]))
		}
		for i, a := range steps {
			for j, b := range steps[:i] {
				if a[0] == b[0] || strings.EqualFold(a[1:], b[1:]) && (a[1] >= 'a' || b[1] >= 'a') {
					pairs = append(pairs, made(j)+made(i))
				}
			}
		}
		slices.Sort(pairs)
		forms[strings.Join(pairs, " ")] = true
	}
	return len(forms)
}

// TestExhaustiveIsExhaustive: every order once, also when the portfolio falls through to it.
func TestExhaustiveIsExhaustive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tasks := rapid.SliceOfN(rapid.StringMatching("[a-cA-C]{1,3}"), 1, 3).Draw(t, "tasks")
		if len(tasks) == 3 {
			tasks[2] = tasks[2][:1] // 140 orders at most
		}
		want := interleavings(tasks)
		different := traces(want)
		for _, strategy := range []string{explore.Exhaustive, explore.Portfolio} {
			var rec recorder
			config := explore.Config{Strategy: strategy, Schedules: 5000, Workers: 2}
			r, err := explore.Run(t.Context(), config, rec.program(tasks...))
			if err != nil || r.First != nil {
				t.Fatal(err, r.First)
			}
			if r.Stopped != explore.Exhausted || r.Distinct != different || len(rec.orders) != len(want) {
				t.Errorf("%s: %s after %d orders, %d distinct; want %d, %d",
					strategy, r.Stopped, len(rec.orders), r.Distinct, len(want), different)
			}
			if strategy == explore.Exhaustive && r.Schedules != len(want) {
				t.Errorf("%d schedules for %d orders", r.Schedules, len(want))
			}
			for _, order := range want {
				if rec.orders[order] == 0 {
					t.Errorf("%s: %q was not tried", strategy, order)
				}
			}
		}
	})
}

// TestExhaustiveSwitchesAsRarelyAsCanBe: no other search finds a failure with fewer switches.
func TestExhaustiveSwitchesAsRarelyAsCanBe(t *testing.T) {
	for _, row := range literature[:5] {
		r := search(t, explore.Config{Strategy: explore.Exhaustive, Schedules: 100_000}, row.program)
		if r.First == nil {
			t.Fatalf("%s: %s after %d schedules", row.name, r.Stopped, r.Schedules)
		}
		for seed := range uint64(200) {
			other := search(t, explore.Config{Strategy: "pct-3", Seed: seed, Schedules: 1000}, row.program)
			if other.First != nil && other.First.Switches < r.First.Switches {
				t.Errorf("%s fails with %d switches: %d are too many", row.name, other.First.Switches, r.First.Switches)
				break
			}
		}
	}
}

func TestExhaustiveTriesValues(t *testing.T) {
	var mutex sync.Mutex
	seen := map[[2]int]int{}
	r := search(t, explore.Config{Strategy: explore.Exhaustive}, func(co *aio.Co) error {
		pair := [2]int{co.Choose("x", 3), co.Choose("y", 200)}
		mutex.Lock()
		defer mutex.Unlock()
		seen[pair]++
		return nil
	})
	if r.Stopped != explore.Exhausted || r.Schedules != 600 || len(seen) != 600 {
		t.Errorf("%s after %d schedules with %d pairs, want all 600", r.Stopped, r.Schedules, len(seen))
	}
	for _, strategy := range []string{explore.Exhaustive, explore.Portfolio} {
		r = search(t, explore.Config{Strategy: strategy, Schedules: 300}, func(co *aio.Co) error {
			co.Rand().Uint64()
			return nil
		})
		if r.Stopped != explore.Budget {
			t.Errorf("%s: %s: random bits cannot be tried one by one", strategy, r.Stopped)
		}
	}
}

// TestProbabilitiesComputedByHand compares how often the orders of small programs come.
func TestProbabilitiesComputedByHand(t *testing.T) {
	const schedules = 20_000
	tests := []struct {
		strategy string
		tasks    []string
		want     map[string]float64
	}{
		{explore.RandomWalk, []string{"ab", "c"}, map[string]float64{"0a 0b 1c": 1. / 4, "0a 1c 0b": 1. / 4, "1c 0a 0b": 1. / 2}},
		// The task of the higher priority runs to its end.
		{"pct-1", []string{"ab", "c"}, map[string]float64{"0a 0b 1c": 1. / 2, "1c 0a 0b": 1. / 2}},
		// There are two choices, and the first is never the change.
		{"pct-2", []string{"ab", "c"}, map[string]float64{"0a 1c 0b": 1. / 2, "1c 0a 0b": 1. / 2}},
		// No race: 1c keeps its priority, which is lower than 0a's was, so two times out of three also than 0b's.
		{explore.POS, []string{"ab", "c"}, map[string]float64{"0a 0b 1c": 1. / 3, "0a 1c 0b": 1. / 6, "1c 0a 0b": 1. / 2}},
		// A race: 1a has a new priority.
		{explore.POS, []string{"ab", "a"}, map[string]float64{"0a 0b 1a": 1. / 4, "0a 1a 0b": 1. / 4, "1a 0a 0b": 1. / 2}},
		{explore.URW, []string{"ab", "c"}, map[string]float64{"0a 0b 1c": 1. / 3, "0a 1c 0b": 1. / 3, "1c 0a 0b": 1. / 3}},
		{explore.SURW, []string{"aaa", "a"}, map[string]float64{
			"0a 0a 0a 1a": 1. / 4, "0a 0a 1a 0a": 1. / 4, "0a 1a 0a 0a": 1. / 4, "1a 0a 0a 0a": 1. / 4}},
	}
	for _, test := range tests {
		var rec recorder
		search(t, explore.Config{Strategy: test.strategy, Schedules: schedules}, rec.program(test.tasks...))
		for order, n := range rec.orders {
			p, want := float64(n)/schedules, test.want[order]
			if math.Abs(p-want) > 0.015 {
				t.Errorf("%s of %q comes to %q with probability %.3f, want %.3f", test.strategy, test.tasks, order, p, want)
			}
		}
		if len(rec.orders) < len(test.want) {
			t.Errorf("%s of %q comes to %v only", test.strategy, test.tasks, rec.orders)
		}
	}
}
