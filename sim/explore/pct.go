package explore

import (
	"math/bits"
	"slices"

	"github.com/asyncsim/asyncsim/sim"
)

// pct is probabilistic concurrency testing. Every chain has a random priority, and the one with the highest runs; at
// depth-1 choices, of as many as the profile has, that one falls below all others. A failure that needs depth orderings
// of steps is found with a probability of at least 1/(n*k^(depth-1)) for n chains and k choices. Its fairness is that a
// schedule goes on at random after k choices: a task that waits in a loop for another does not wait for ever. So k is
// the most that the latest schedules had, but no more than the profile, which is fair, has.
type pct struct {
	unplanned
	profile *profile
	depth   int   // 0: half of the schedules have 2, half of the others 3, and so on
	latest  []int // the numbers of choices of the latest schedules
	n       int   // how many schedules there were
	k       int   // the most of the latest
}

const (
	maxDepth = 64
	memory   = 32 // how many schedules are the latest
)

func (p *pct) start(i int, random *chance, used scheduler) scheduler {
	s, ok := used.(*priorities)
	if !ok {
		s = &priorities{random: random}
	}
	depth := p.depth
	if depth == 0 {
		depth = 2 + bits.TrailingZeros(uint(i+1))
	}
	k := p.profile.choices
	if p.k > 0 {
		k = min(k, p.k)
	}
	s.reset(depth, k)
	return s
}

func (p *pct) learn(batch []outcome) bool {
	for i := range batch {
		if len(p.latest) < memory {
			p.latest = append(p.latest, 0)
		}
		p.latest[p.n%memory] = batch[i].choices
		p.n++
	}
	if len(p.latest) == memory {
		p.k = slices.Max(p.latest)
	}
	return true
}

// priorities makes the choices of one schedule of pct.
type priorities struct {
	blind
	random  *chance
	of      []uint64 // by chain; 0: it has none yet
	changes []int    // the choices at which the priority changes, each with its own place below all others
	n, k    int      // how many choices there were, and may be
}

func (s *priorities) reset(depth, k int) {
	clear(s.of)
	s.n, s.k = 0, k
	s.changes = s.changes[:0]
	for range min(depth, k) - 1 {
		at := 2 + below(s.random, k-1) // a change at the first choice would be no change
		s.changes = append(s.changes, at)
	}
}

func (s *priorities) choose(c *sim.Choice) int {
	if s.n++; s.n > s.k || !ofTasks(c) {
		return s.random.pick(c)
	}
	best := s.highest(c)
	for i, at := range s.changes {
		if at == s.n {
			s.of[chain(c.Candidate(best))] = uint64(i + 1)
			best = s.highest(c)
		}
	}
	return best
}

// highest returns the first of the candidates with the highest priority.
func (s *priorities) highest(c *sim.Choice) int {
	best, highest := 0, uint64(0)
	for i := range c.N {
		p := at(&s.of, chain(c.Candidate(i)))
		if *p == 0 {
			*p = s.random.Uint64() | 1<<63
		}
		if *p > highest {
			best, highest = i, *p
		}
	}
	return best
}
