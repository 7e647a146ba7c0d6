package explore

import "github.com/asyncsim/asyncsim/sim"

// equivalence gives runs that differ in nothing but the order of independent steps one fingerprint: they have the same
// happens-before relation, and so are one trace in Mazurkiewicz's sense. Steps of a task depend on each other, as do
// those at one object of which one writes. A step without an operation of an object, such as all that a task does
// between two awaits, counts as a write of one object for all. So do callbacks and timers that were chosen. A step with
// an operation counts as that alone: what else it does to memory that tasks share is not seen.
//
// Each step has a hash of what happens before it, itself included. Objects have no names in it: their numbers come in
// the order of their first use, and which one a task comes to follows from what happened before, as far as that is
// seen.
type equivalence struct {
	tasks   []uint64 // the last step of each; that of 0 is what no task does
	objects []uses   // by number; that of 0 is what is no operation of an object
	sum     uint64   // of all steps, so that their order does not count
}

// uses is the last write of an object, and the sum of the reads since.
type uses struct{ write, reads uint64 }

// Odd numbers, as random as their bits are.
const (
	mixer     = 0x9e3779b97f4a7c15
	readMark  = 0xc2b2ae3d27d4eb4f
	valueMark = 0x165667b19e3779f9
)

func mixed64(a, b uint64) uint64 {
	h := (a ^ b>>29 ^ b<<35) * mixer
	return h ^ h>>32
}

func (e *equivalence) reset() {
	clear(e.tasks)
	clear(e.objects)
	e.sum = 1 // also of a run without a step: 0 is no fingerprint
}

// step is told of a step that begins with op.
func (e *equivalence) step(task uint32, op sim.Op) {
	last, o := at(&e.tasks, int(task)), at(&e.objects, int(op.Object))
	before := *last + uint64(task)
	if op.Object != 0 && !op.Write {
		h := mixed64(before, o.write+readMark)
		o.reads += h
		*last = h
		e.sum += h * mixer
		return
	}
	h := mixed64(before, o.write+o.reads)
	*o = uses{write: h}
	*last = h
	e.sum += h * mixer
}

// chosen is told of what the chooser said: the values that a task asked for, and which callback or timer comes next.
func (e *equivalence) chosen(c *sim.Choice, k int) {
	if !ofTasks(c) {
		last := at(&e.tasks, int(c.Asker()))
		*last = mixed64(*last, uint64(k)+valueMark)
		e.sum += *last
		return
	}
	if x := c.Candidate(k); x.Task() == 0 {
		*at(&e.tasks, 0) += uint64(chain(x))
		e.step(0, sim.Op{})
	}
}
