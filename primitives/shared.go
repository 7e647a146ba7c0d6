package aio

import (
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

// Shared is a variable for code that is not atomic between its awaits, and for the programs of the literature: under
// exploration each of its operations is a switch point, where another task may run first. Elsewhere it is plain memory.
// The zero Shared has the zero value. Its operations do not suspend: what is explored are other orders, not other turns.
type Shared[T comparable] struct {
	value  T
	name   string
	object object
}

// object is the number of something that tasks share, in the loop that used it last.
type object struct {
	loop   *Loop
	number uint32
}

// op returns the operation of the running task on the object.
func (o *object) op(co *Co, write bool) sim.Op {
	co.Check("shared")
	if l := co.Loop(); o.loop != l {
		o.loop, o.number = l, l.NewObject()
	}
	return sim.Op{Object: o.number, Write: write}
}

// NewShared returns a variable with a value and with a name for traces; the zero Shared has a number there.
func NewShared[T comparable](name string, value T) *Shared[T] {
	return &Shared[T]{name: name, value: value}
}

// Number is what [Add] adds.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Load returns the value.
func (s *Shared[T]) Load(co *Co) T {
	co.Switch(s.object.op(co, false))
	s.trace(sim.VariableRead)
	return s.value
}

// Store sets the value.
func (s *Shared[T]) Store(co *Co, value T) {
	co.Switch(s.object.op(co, true))
	s.value = value
	s.trace(sim.VariableWritten)
}

// CompareAndSwap sets the value if it is old, and reports whether it was, in one step.
func (s *Shared[T]) CompareAndSwap(co *Co, old, value T) bool {
	co.Switch(s.object.op(co, true))
	if s.value != old {
		s.trace(sim.VariableRead)
		return false
	}
	s.value = value
	s.trace(sim.VariableWritten)
	return true
}

// Add adds delta to the value in one step, and returns the sum.
func Add[T Number](co *Co, s *Shared[T], delta T) T {
	co.Switch(s.object.op(co, true))
	s.value += delta
	s.trace(sim.VariableWritten)
	return s.value
}

// trace records an operation, under exploration only: elsewhere a Shared is plain memory, which no trace shows.
func (s *Shared[T]) trace(kind sim.Kind) {
	l := s.object.loop
	if !l.Tracing() || !l.Exploring() {
		return
	}
	name := s.name
	if name == "" {
		name = fmt.Sprintf("shared-%d", s.object.number)
	}
	l.Emit(sim.Event{Kind: kind, Object: name, Text: fmt.Sprint(s.value)})
}
