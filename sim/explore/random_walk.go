package explore

import "github.com/asyncsim/asyncsim/sim"

// randomWalk takes every candidate with the same probability.
type randomWalk struct{ unplanned }

func (randomWalk) start(_ int, random *chance, used scheduler) scheduler {
	if used == nil {
		return &walk{random: random}
	}
	return used
}

func (randomWalk) learn([]outcome) bool { return true }

type walk struct {
	blind
	random *chance
}

func (w *walk) choose(c *sim.Choice) int { return w.random.pick(c) }
