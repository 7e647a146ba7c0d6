package explore

import "github.com/asyncsim/asyncsim/sim"

// pos is partial order sampling. Every event that can come next has a random priority, and the one with the highest is
// next; then the events that race with it, which are those at the same object if one of the two writes, are given new
// ones. So the orders of events that do not race weigh less than in a random walk. What a task will do that has not
// come to a switch point is what the profile expects.
type pos struct {
	unplanned
	profile *profile
}

func (p pos) start(_ int, random *chance, used scheduler) scheduler {
	s, ok := used.(*events)
	if !ok {
		s = &events{random: random}
	}
	s.reset(p.profile)
	clear(s.of)
	return s
}

func (pos) learn([]outcome) bool { return true }

// events makes the choices of one schedule of pos.
type events struct {
	tracker
	random *chance
	of     []pending // by chain
}

// pending is an event that can come next.
type pending struct {
	priority uint64 // 0: it has none yet
	step     uint32 // of the task, which may have gone on since
}

func (s *events) choose(c *sim.Choice) int {
	if !ofTasks(c) {
		return s.random.pick(c)
	}
	done := s.flush()
	best, highest := 0, uint64(0)
	for i := range c.N {
		x := c.Candidate(i)
		e, step := at(&s.of, chain(x)), s.steps(x.Task())
		if e.priority == 0 || e.step != step || s.raced(x, done) {
			*e = pending{s.random.Uint64() | 1, step}
		}
		if e.priority > highest {
			best, highest = i, e.priority
		}
	}
	s.of[chain(c.Candidate(best))].priority = 0
	return best
}

// raced reports whether one of the operations races with what the candidate is about to do.
func (s *events) raced(x sim.Candidate, done []visit) bool {
	if len(done) == 0 {
		return false
	}
	op := x.Op()
	known := op.Object != 0
	if !known {
		op = s.next(x)
	}
	for _, v := range done {
		object := v.op.Object
		if !known {
			object = s.name(v)
		}
		if op.Object == object && object != 0 && (op.Write || v.op.Write) {
			return true
		}
	}
	return false
}
