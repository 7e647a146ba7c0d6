package explore

import "github.com/asyncsim/asyncsim/sim"

// urw is the uniform random walk. A task is taken with a probability in proportion to the steps that it has left, by
// the profile: if that is right and nothing waits, every order of the steps has the same probability.
type urw struct {
	unplanned
	profile *profile
}

func (u urw) start(_ int, random *chance, used scheduler) scheduler {
	s, ok := used.(*uniform)
	if !ok {
		s = &uniform{random: random}
	}
	s.reset(u.profile)
	return s
}

func (urw) learn([]outcome) bool { return true }

// uniform makes the choices of one schedule of urw.
type uniform struct {
	tracker
	random *chance
	lottery
}

func (s *uniform) choose(c *sim.Choice) int {
	s.flush()
	if !ofTasks(c) {
		return s.random.pick(c)
	}
	for i := range c.N {
		s.add(i, s.left(c.Candidate(i)))
	}
	return s.draw(s.random)
}

// left returns how many steps the candidate has left, which is at least one.
func (t *tracker) left(x sim.Candidate) uint64 {
	task := x.Task()
	return max(1, remaining(t.profile.steps, task, t.steps(task)))
}

// remaining returns all[task] without what is done.
func remaining(all []uint32, task, done uint32) uint64 {
	if int(task) < len(all) && all[task] > done {
		return uint64(all[task] - done)
	}
	return 0
}

// lottery draws one of several with a probability in proportion to their weights.
type lottery struct {
	tickets []ticket
	sum     uint64
}

type ticket struct {
	prize int
	sum   uint64 // of its weight and those before it
}

func (l *lottery) add(prize int, weight uint64) {
	l.sum += weight
	l.tickets = append(l.tickets, ticket{prize, l.sum})
}

// draw returns one of what was added, and forgets it all. There must be a weight.
func (l *lottery) draw(random *chance) int {
	at := uint64(below(random, int(l.sum)))
	low, high := 0, len(l.tickets)-1
	for low < high {
		if middle := (low + high) / 2; at < l.tickets[middle].sum {
			high = middle
		} else {
			low = middle + 1
		}
	}
	prize := l.tickets[low].prize
	l.clear()
	return prize
}

func (l *lottery) clear() { l.tickets, l.sum = l.tickets[:0], 0 }
