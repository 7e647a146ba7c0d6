package explore

import "github.com/asyncsim/asyncsim/sim"

// tracker is the part of a scheduler that follows a run step by step, with the profile as its map.
type tracker struct {
	profile *profile
	done    []uint32 // by task: how many steps were made
	names   []uint32 // by object: its name in the profile; 0: not known
	taken   []bool   // by name: an object has it
	visits  []visit  // the operations, in their order
	told    func(task uint32, op sim.Op)
}

// visit is an operation that a task began its step number index with.
type visit struct {
	task, index uint32
	op          sim.Op
}

// reset begins a run.
func (t *tracker) reset(p *profile) {
	if t.told == nil {
		t.told = t.observe
	}
	t.profile = p
	clear(t.done)
	clear(t.names)
	clear(t.taken)
	t.visits = t.visits[:0]
}

func (t *tracker) observer() func(task uint32, op sim.Op) { return t.told }

func (t *tracker) report() any { return nil }

func (t *tracker) observe(task uint32, op sim.Op) {
	done := at(&t.done, int(task))
	if op != (sim.Op{}) {
		t.visits = append(t.visits, visit{task, *done, op})
	}
	*done++
}

// flush returns the operations since the last call. They are valid until the next one begins.
func (t *tracker) flush() []visit {
	v := t.visits
	t.visits = v[:0]
	return v
}

// steps returns how many steps the task has made.
func (t *tracker) steps(task uint32) uint32 {
	if int(task) < len(t.done) {
		return t.done[task]
	}
	return 0
}

// name returns the name of the object that a task comes to in its step number index, or 0. An object that has none yet
// is the one that the profile expects there, unless that has been seen elsewhere.
func (t *tracker) name(v visit) uint32 {
	name := at(&t.names, int(v.op.Object))
	if *name != 0 {
		return *name
	}
	expected := t.profile.expected(v.task, v.index).Object
	if expected == 0 || *at(&t.taken, int(expected)) {
		return 0
	}
	t.taken[expected] = true
	*name = expected
	return expected
}

// next returns the operation that a candidate will begin with, with the object's name instead of its number; the zero
// Op where neither the run nor the profile knows it.
func (t *tracker) next(x sim.Candidate) sim.Op {
	task := x.Task()
	if task == 0 {
		return sim.Op{}
	}
	if op := x.Op(); op.Object != 0 {
		return sim.Op{Object: t.name(visit{task: task, index: t.steps(task), op: op}), Write: op.Write}
	}
	return t.profile.expected(task, t.steps(task))
}
