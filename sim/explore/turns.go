package explore

import "github.com/asyncsim/asyncsim/sim"

// turns writes down who had the turn at each step of a run, also where there was nobody else.
type turns struct {
	list  []turnTaken
	tasks []turnsOf // by the number of the task
	ahead int       // how many turns there are up to the last one that did not follow asyncio's order
	next  uint32    // the task whose turn is in the list, but has not begun; 0: none
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
	if t.next = task; task != 0 {
		of := at(&t.tasks, int(task))
		of.before, of.last = of.last, len(t.list)
	}
}

// observe is told of every step, see [sim.Config], and reports whether that is a turn that is not in the list. A task that
// is resumed only to do again what it did before it waited, which is how a lock is waited for, had its earlier turn in
// vain.
func (t *turns) observe(w who, task uint32, op sim.Op) (added bool) {
	of := at(&t.tasks, int(task))
	resumes := op == sim.Op{}
	if resumes || !of.resumed { // else it is the turn that it was resumed for
		if added = t.next != task; added {
			t.add(w, task, false)
		}
		t.next = 0
	}
	if resumes {
		of.resumed = true
		return added
	}
	if of.resumed && of.op == op && of.before > 0 {
		t.list[of.before-1].vain = true
	}
	of.op, of.resumed = op, false
	return added
}

// useful returns whose turns made the run what it is, to its end.
func (t *turns) useful() []who { return useful(t.list) }

// needed returns whose turns make the run what it is where asyncio's order follows on them.
func (t *turns) needed() []who { return useful(t.list[:t.ahead]) }

func useful(list []turnTaken) (whose []who) {
	for _, turn := range list {
		if !turn.vain {
			whose = append(whose, turn.who)
		}
	}
	return whose
}
