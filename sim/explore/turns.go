package explore

import "github.com/asyncsim/asyncsim/sim"

// turns writes down who had the turn at each switch point of a run.
type turns struct {
	list  []turnTaken
	tasks []turnsOf // by the number of the task
	ahead int       // how many turns there are up to the last one that did not follow asyncio's order
}

type turnTaken struct {
	who  who
	vain bool
}

// turnsOf is what is known of one task.
type turnsOf struct {
	before, last int    // the places in the list, from 1, of its last two turns; 0: none
	op           sim.Op // the last that it did
	resumed      bool   // and it did nothing since it was resumed
}

// add is told of a turn before it begins. The task is 0 if it is that of a callback or of a timer.
func (t *turns) add(w who, task uint32, ahead bool) {
	t.list = append(t.list, turnTaken{who: w})
	if ahead {
		t.ahead = len(t.list)
	}
	if task != 0 {
		of := at(&t.tasks, int(task))
		of.before, of.last = of.last, len(t.list)
	}
}

// observe is told of every step: see [sim.Config]. A task that is resumed only to do again what it did before it waited,
// which is how a lock is waited for, had its earlier turn in vain.
func (t *turns) observe(task uint32, op sim.Op) {
	of := at(&t.tasks, int(task))
	if op == (sim.Op{}) {
		of.resumed = true
		return
	}
	if of.resumed && of.op == op && of.before > 0 {
		t.list[of.before-1].vain = true
	}
	of.op, of.resumed = op, false
}

// useful returns whose turns made the run what it is: asyncio's order follows on them.
func (t *turns) useful() []who {
	var list []who
	for _, turn := range t.list[:t.ahead] {
		if !turn.vain {
			list = append(list, turn.who)
		}
	}
	return list
}
