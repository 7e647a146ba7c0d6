package explore

import (
	"math/bits"
	"math/rand/v2"

	"github.com/asyncsim/asyncsim/sim"
)

// chance draws what a schedule leaves to it. Of the many values of a co.Choose or a latency some are worth more than
// others, and would never come if all were equally likely: the least, the greatest, one that an earlier choice of the run
// had, and the latency that ends when something else is due.
type chance struct {
	rand.PCG
	latest [8]int // of many values
	n      int    // how many there were
}

// manyValues is of how many values all are equally likely.
const manyValues = 64

// begin begins a schedule.
func (r *chance) begin(seed uint64, schedule int) {
	r.Seed(seed, uint64(schedule))
	r.n = 0
}

// pick returns one of the alternatives.
func (r *chance) pick(c *sim.Choice) int {
	if c.N > manyValues && c.Kind == sim.Value {
		return r.pickOfMany(c)
	}
	high, _ := bits.Mul64(r.Uint64(), uint64(c.N)) // below, without the call
	return int(high)
}

func (r *chance) pickOfMany(c *sim.Choice) int {
	k := r.ofMany(c)
	r.latest[r.n%len(r.latest)] = k
	r.n++
	return k
}

// ofMany returns one of many values.
func (r *chance) ofMany(c *sim.Choice) int {
	switch what := below(r, 8); {
	case what < 2:
		return 0
	case what == 2:
		return c.N - 1
	case what == 3 && r.n > 0:
		if k := r.latest[below(r, min(r.n, len(r.latest)))]; k < c.N {
			return k
		}
	case what == 4 && c.Timers() > 0:
		if k, ok := c.Tie(below(r, c.Timers())); ok {
			return k
		}
	}
	return below(r, c.N)
}

// below returns a random number below n. The bias is less than n in 2^64.
func below(random *chance, n int) int {
	high, _ := bits.Mul64(random.Uint64(), uint64(n))
	return int(high)
}
