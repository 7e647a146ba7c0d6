package aio

import "github.com/asyncsim/asyncsim/sim"

// slab is objects that are made many at a time, for the many loops of a pool: it takes less than making them one by one.
// One that is kept keeps its neighbours, so a loop by itself does without.
type slab struct {
	tasks   []Task[None]
	runners []Runner
}

// slabOf returns the slab of the loops of a pool; nil: it is a loop by itself.
func slabOf(p *sim.Pool) *slab {
	if p == nil {
		return nil
	}
	s, ok := p.Attached().(*slab)
	if !ok {
		s = new(slab)
		p.Attach(s)
	}
	return s
}

// runner returns a new runner.
func (s *slab) runner() *Runner {
	if s == nil {
		return new(Runner)
	}
	return take(&s.runners)
}

// taskIn returns a new task.
func taskIn[T any](w *world) *Task[T] {
	if w.slab == nil {
		return new(Task[T])
	}
	var zero T
	if _, ok := any(zero).(None); !ok {
		return new(Task[T])
	}
	return any(take(&w.slab.tasks)).(*Task[T])
}

func take[T any](many *[]T) *T {
	if len(*many) == 0 {
		*many = make([]T, 64)
	}
	one := &(*many)[0]
	*many = (*many)[1:]
	return one
}
