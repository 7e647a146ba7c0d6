package explore

import (
	"slices"

	"github.com/asyncsim/asyncsim/sim"
)

// profileRuns is how many schedules of a search draw the profile: asyncio's order and then random ones.
const profileRuns = 4

// profile is what the first schedules tell of a program. How often a task does something is counted in asyncio's order;
// the random schedules show what else there is. The numbers of objects differ from run to run: the profile has
// names for them, found again by which task comes to them in which of its steps.
type profile struct {
	runs    int
	choices int        // the most that a run had
	paths   [][]sim.Op // by task: what each of its steps begins with, as first seen, with names for numbers
	steps   []uint32   // by task: how many
	objects []object   // by name, from 1
	shared  []uint32   // the names of objects that tasks race for
	orders  float64    // how many orders there seem to be
}

// object is what the profile knows of an object.
type object struct {
	visits   []uint32 // by task: how many
	visitors []bool   // by task: there was a visit in some run
	writes   bool
}

// journal is what a run that is profiled reports.
type journal struct {
	done   []uint32
	visits []visit
	walk   bool // a random one
}

// walked is told what a random walk says of the number of orders: the product of the numbers of candidates, which is
// the inverse of its probability. That is right on average (Knuth 1975), but mostly too low, where a few schedules
// stand for most of the orders; so the most is taken.
func (p *profile) walked(orders float64) { p.orders = max(p.orders, orders) }

// expected returns what the task's step number index begins with, as far as is known.
func (p *profile) expected(task, index uint32) sim.Op {
	if int(task) < len(p.paths) && int(index) < len(p.paths[task]) {
		return p.paths[task][index]
	}
	return sim.Op{}
}

func (p *profile) learn(j journal, choices int) {
	first := p.runs == 0
	p.runs++
	p.choices = max(p.choices, choices)
	if first {
		p.steps = j.done
	}
	if len(p.objects) == 0 {
		p.objects = make([]object, 1) // no object has the name 0
	}
	names := p.recognize(j)
	for _, v := range j.visits {
		name := at(&names, int(v.op.Object))
		if *name == 0 {
			*name = uint32(len(p.objects))
			p.objects = append(p.objects, object{})
		}
		o := &p.objects[*name]
		*at(&o.visitors, int(v.task)) = true
		if first {
			*at(&o.visits, int(v.task))++
		}
		o.writes = o.writes || v.op.Write
		if path := at(at(&p.paths, int(v.task)), int(v.index)); *path == (sim.Op{}) {
			*path = sim.Op{Object: *name, Write: v.op.Write}
		}
	}
	p.shared = p.shared[:0]
	for name, o := range p.objects {
		if o.isShared() {
			p.shared = append(p.shared, uint32(name))
		}
	}
}

// recognize returns the names of the run's objects that the profile knows.
func (p *profile) recognize(j journal) []uint32 {
	var t tracker
	t.reset(p)
	for _, v := range j.visits {
		t.name(v)
	}
	return t.names
}

// isShared reports whether tasks race for the object.
func (o object) isShared() bool {
	visitors := 0
	for _, visited := range o.visitors {
		if visited {
			visitors++
		}
	}
	return o.writes && visitors > 1
}

// profiled draws the profile before the strategy begins.
type profiled struct {
	strategy
	profile *profile
}

func (p *profiled) plan(n int) int {
	if p.profile.runs < profileRuns {
		return min(n, profileRuns-p.profile.runs)
	}
	return p.strategy.plan(n)
}

func (p *profiled) start(i int, random *chance, used scheduler) scheduler {
	if i >= profileRuns {
		if _, ok := used.(*profiler); ok {
			used = nil
		}
		return p.strategy.start(i-profileRuns, random, used)
	}
	r := &profiler{random: random, number: i}
	r.reset(p.profile)
	return r
}

func (p *profiled) learn(batch []outcome) bool {
	if p.profile.runs == profileRuns {
		return p.strategy.learn(batch)
	}
	for i := range batch {
		if j, ok := batch[i].report.(journal); ok {
			if j.walk {
				p.profile.walked(batch[i].orders)
			}
			p.profile.learn(j, batch[i].choices)
		}
	}
	return true
}

// profiler makes the choices of a schedule that draws the profile: asyncio's first, then those of a uniform random
// walk, which knows the first, then those of a random walk, which knows nothing and so is not misled.
type profiler struct {
	tracker
	lottery
	random *chance
	number int
}

func (r *profiler) choose(c *sim.Choice) int {
	switch {
	case r.number == 0:
		return 0
	case r.number == 1 && ofTasks(c):
		for i := range c.N {
			r.add(i, r.left(c.Candidate(i)))
		}
		return r.draw(r.random)
	}
	return r.random.pick(c)
}

func (r *profiler) report() any {
	return journal{slices.Clone(r.done), slices.Clone(r.visits), r.number > 1}
}
