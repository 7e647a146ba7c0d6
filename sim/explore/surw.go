package explore

import "github.com/asyncsim/asyncsim/sim"

// surw is the selectively uniform random walk: in each schedule the events at one object, chosen at random, come in
// every order with the same probability. The task that comes to it next is drawn in proportion to the events that it
// has left there; until it has, the others wait before theirs. Everything else runs at random.
type surw struct {
	unplanned
	profile *profile
}

func (u surw) start(_ int, random *chance, used scheduler) scheduler {
	s, ok := used.(*selective)
	if !ok {
		s = &selective{random: random}
	}
	s.reset(u.profile)
	clear(s.gone)
	s.next, s.patience = nobody, 2*u.profile.choices
	s.object = 0
	if shared := u.profile.shared; len(shared) > 0 {
		s.object = shared[below(random, len(shared))]
	}
	return s
}

func (surw) learn([]outcome) bool { return true }

const nobody = 0

// selective makes the choices of one schedule of surw.
type selective struct {
	tracker
	random   *chance
	object   uint32   // by its name in the profile
	gone     []uint32 // by task: how often it came to the object
	next     uint32   // the task that comes to the object next
	patience int      // how many choices are made so; then all is random, for tasks that wait in a loop
	free     lottery  // the candidates that may be taken
	held     lottery  // the candidates that wait before the object
}

func (s *selective) choose(c *sim.Choice) int {
	for _, v := range s.flush() {
		if s.name(v) == s.object {
			*at(&s.gone, int(v.task))++
			s.next = nobody
		}
	}
	if !ofTasks(c) || s.object == 0 || s.patience < 0 {
		return s.random.pick(c)
	}
	if s.next == nobody {
		s.intend()
	}
	s.patience--
	for i := range c.N {
		x := c.Candidate(i)
		task := x.Task()
		if s.tracker.next(x).Object != s.object || task == s.next {
			s.free.add(i, 1)
		} else {
			s.held.add(i, max(1, s.remains(task)))
		}
	}
	if s.free.sum > 0 {
		s.held.clear()
		return s.free.draw(s.random)
	}
	i := s.held.draw(s.random) // who was to come cannot: it waits for one of these, or does not come at all
	s.next = c.Candidate(i).Task()
	return i
}

// intend draws the task that comes to the object next.
func (s *selective) intend() {
	for task := range s.profile.objects[s.object].visits {
		if n := s.remains(uint32(task)); n > 0 {
			s.held.add(task, n)
		}
	}
	if s.held.sum > 0 {
		s.next = uint32(s.held.draw(s.random))
	}
}

// remains returns how often the task still comes to the object.
func (s *selective) remains(task uint32) uint64 {
	return remaining(s.profile.objects[s.object].visits, task, *at(&s.gone, int(task)))
}
