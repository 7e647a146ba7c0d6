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
	loop   *Loop  // that used it last
	object uint32 // its number in that loop
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
	s.switchTo(co, false)
	s.trace(sim.VariableRead)
	return s.value
}

// Store sets the value.
func (s *Shared[T]) Store(co *Co, value T) {
	s.switchTo(co, true)
	s.value = value
	s.trace(sim.VariableWritten)
}

// CompareAndSwap sets the value if it is old, and reports whether it was, in one step.
func (s *Shared[T]) CompareAndSwap(co *Co, old, value T) bool {
	s.switchTo(co, true)
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
	s.switchTo(co, true)
	s.value += delta
	s.trace(sim.VariableWritten)
	return s.value
}

func (s *Shared[T]) switchTo(co *Co, write bool) {
	co.Check("shared")
	if l := co.Loop(); s.loop != l {
		s.loop, s.object = l, l.NewObject()
	}
	co.Switch(sim.Op{Object: s.object, Write: write})
}

// trace records an operation, under exploration only: elsewhere a Shared is plain memory, which no trace shows.
func (s *Shared[T]) trace(kind sim.Kind) {
	l := s.loop
	if !l.Tracing() || !l.Exploring() {
		return
	}
	name := s.name
	if name == "" {
		name = fmt.Sprintf("shared-%d", s.object)
	}
	l.Emit(sim.Event{Kind: kind, Object: name, Text: fmt.Sprint(s.value)})
}
