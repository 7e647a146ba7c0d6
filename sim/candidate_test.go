package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// TestIdentities shows what candidates are told apart by, in asyncio's order.
func TestIdentities(t *testing.T) {
	var j journal
	l := open(t, sim.Config{Choose: func(c *sim.Choice) int {
		text := fmt.Sprint(c.Now())
		for i := range c.N {
			if c.Kind == sim.Next {
				text += fmt.Sprintf(" %v", c.Candidate(i).Identity())
			}
		}
		if c.Kind == sim.Value {
			text += fmt.Sprintf(" asked by %d", c.Asker())
			return 0
		}
		j.note("%s", text)
		return 0
	}})
	start(l, "a", func(co *sim.Co) {
		l.CallSoon("soon", func() {})
		_ = co.Sleep(time.Second)
	})
	start(l, "b", func(co *sim.Co) {
		co.Yield(ready{})
		_ = co.Sleep(time.Second)
	})
	l.CallLater("later", time.Second, func() {})
	drain(t, l)
	j.want(t,
		`0s {0 1 0 a} {0 2 0 b}`,
		`0s {0 2 0 b} {2 1 0 soon}`,
		`0s {2 1 0 soon} {0 2 1 b}`,
		`1s {2 0 0 later} {1 1 1 a} {1 2 2 b}`,
		`1s {1 1 1 a} {1 2 2 b}`,
		`1s {1 2 2 b} {0 1 1 a}`,
		`1s {0 1 1 a} {0 2 2 b}`)
}

// TestStepsAreTheTasksOwn: how many steps a task has begun at its n-th switch point depends on no other task.
func TestStepsAreTheTasksOwn(t *testing.T) {
	type point struct {
		task uint32
		turn int
	}
	seen := map[point]uint32{}
	choices := 0
	for seed := range 200 {
		turns := map[uint32]int{}
		at := 0
		l := open(t, sim.Config{Watchdog: -1, Choose: func(c *sim.Choice) int {
			choices++
			for i := range c.N {
				id := c.Candidate(i).Identity()
				p := point{id.Task, turns[id.Task]}
				if before, ok := seen[p]; ok && before != id.Step {
					t.Errorf("seed %d: task %d has begun %d steps, and before it was %d", seed, id.Task, id.Step, before)
				}
				seen[p] = id.Step
			}
			at++
			return (seed >> (at % 8)) % c.N
		}})
		for range 3 {
			start(l, "", func(co *sim.Co) {
				turns[co.ID()]++
				for i := range 4 {
					co.Switch(sim.Op{Object: 1})
					turns[co.ID()] += min(i, 1) // the first is where it is resumed
				}
				co.Yield(ready{})
				turns[co.ID()]++
				for range 2 {
					co.Switch(sim.Op{Object: 1})
				}
			})
		}
		drain(t, l)
	}
	if choices < 200 {
		t.Errorf("there were only %d choices", choices)
	}
}

func TestAsker(t *testing.T) {
	var askers []uint32
	var exploring bool
	l := open(t, sim.Config{Choose: func(c *sim.Choice) int {
		if c.Kind != sim.Next {
			askers = append(askers, c.Asker())
		}
		return 0
	}})
	start(l, "a", func(co *sim.Co) {
		exploring = l.Exploring()
		random := co.Rand()
		l.CallSoon("callback", func() { random.Uint32() })
	})
	start(l, "b", func(co *sim.Co) { co.Choose("x", 2) })
	drain(t, l)
	want(t, "who asks", askers, []uint32{2, 0, 0})
	want(t, "exploring", exploring, true)
	want(t, "exploring without a chooser", open(t, sim.Config{}).Exploring(), false)
}
