package explore

import (
	"slices"

	"github.com/asyncsim/asyncsim/sim"
)

// exhaustive tries every order once, those with fewer switches away from asyncio's order first. A schedule switches as
// it is told and makes asyncio's choices from then on; each of these is a place where schedules with one switch more
// branch off. So no order is tried twice, and the order in which schedules become known is that of their switches.
type exhaustive struct {
	branches []*branch // that have schedules left, those with the fewest switches first
	planned  [][]switchAt
	base     int  // the number of the first schedule that is planned
	held     int  // how many numbers the branches hold
	wide     bool // some choices were between too many values to try them all
}

// switchAt is a choice of another than the first candidate.
type switchAt struct{ choice, value int }

// branch is a run, and the next one that differs from it by one more switch.
type branch struct {
	switches []switchAt
	first    int      // the number of the first choice after them
	ns       []uint32 // how many candidates this and the later ones had
	next     int      // the one that switches next, counted from first
	value    uint32   // what it chooses less 1
	wide     bool
}

const (
	maxHeld    = 1 << 24 // beyond, the branches with most switches come first, which keeps their number small
	wideChoice = 256     // a number below more than that is tried only at
	wideValues = 4       // values, evenly spread
)

func newExhaustive() *exhaustive { return &exhaustive{planned: [][]switchAt{nil}} }

func (e *exhaustive) plan(n int) int {
	for len(e.planned) < n {
		b := e.branch()
		if b == nil {
			break
		}
		e.planned = append(e.planned, b.switched())
	}
	if len(e.planned) == 0 {
		return n // of random ones
	}
	return len(e.planned)
}

// branch returns the branch that the next schedule is of, or nil.
func (e *exhaustive) branch() *branch {
	for len(e.branches) > 0 {
		i := 0
		if e.held > maxHeld {
			i = len(e.branches) - 1
		}
		b := e.branches[i]
		if b.next < len(b.ns) {
			return b
		}
		e.held -= len(b.ns)
		if i == 0 {
			e.branches[0] = nil
			e.branches = e.branches[1:]
		} else {
			e.branches = e.branches[:i]
		}
	}
	return nil
}

// switched returns the switches of the next schedule of the branch.
func (b *branch) switched() []switchAt {
	d := append(slices.Clip(b.switches), switchAt{b.first + b.next, int(b.value) + 1})
	if b.value++; b.value+1 == b.ns[b.next] {
		b.next, b.value = b.next+1, 0
	}
	return d
}

func (e *exhaustive) start(i int, random *chance, used scheduler) scheduler {
	s, ok := used.(*directed)
	if !ok {
		s = &directed{random: random}
	}
	s.all, s.over, s.n, s.ns, s.wide = nil, len(e.planned) == 0, 0, s.ns[:0], false
	if !s.over {
		s.all = e.planned[i-e.base]
	}
	s.switches = s.all
	return s
}

func (e *exhaustive) learn(batch []outcome) bool {
	for i := range batch {
		b, ok := batch[i].report.(*branch)
		if !ok {
			continue
		}
		e.wide = e.wide || b.wide
		if len(b.ns) > 0 {
			e.branches = append(e.branches, b)
			e.held += len(b.ns)
		}
	}
	e.base += len(batch)
	e.planned = e.planned[:0]
	return e.wide || e.branch() != nil
}

// directed makes the choices of one schedule of exhaustive.
type directed struct {
	random   *chance
	all      []switchAt
	switches []switchAt // that are still to come
	over     bool       // there is none left: all is random
	n        int
	ns       []uint32 // how many candidates the choices after the switches had
	wide     bool
}

func (s *directed) choose(c *sim.Choice) int {
	if s.over {
		return s.random.pick(c)
	}
	n := c.N
	if !ofTasks(c) && n > wideChoice {
		n, s.wide = wideValues, true
	}
	s.n++
	if len(s.switches) == 0 {
		s.ns = append(s.ns, uint32(n))
		return 0
	}
	d := s.switches[0]
	if d.choice != s.n-1 {
		return 0
	}
	s.switches = s.switches[1:]
	if n < c.N {
		return min(d.value, n-1) * (c.N - 1) / (n - 1) // the last is the greatest
	}
	return min(d.value, n-1)
}

func (s *directed) observer() func(uint32, sim.Op) { return nil }

func (s *directed) report() any {
	if s.over {
		return nil
	}
	return &branch{switches: s.all, first: s.n - len(s.ns), ns: slices.Clone(s.ns), wide: s.wide}
}
