package aio

import (
	"errors"
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

// Semaphore lets so many tasks in at a time (asyncio.Semaphore and asyncio.BoundedSemaphore). Tasks get in in the order in
// which they asked. Make one with [NewSemaphore] or [NewBoundedSemaphore]. A Semaphore serves one loop.
type Semaphore struct {
	label   label
	home    home
	value   int
	bound   int // -1: none
	waiters waiters
}

var (
	errNegativeValue = errors.New("the initial value of a semaphore must not be negative")
	errOverReleased  = errors.New("the bounded semaphore was released too many times")
)

// NewSemaphore returns a semaphore that lets value tasks in. The name is for traces and errors. It panics with a
// *sim.UsageError for a negative value.
func NewSemaphore(name string, value int) *Semaphore {
	return newSemaphore("NewSemaphore", name, value, -1)
}

// NewBoundedSemaphore is [NewSemaphore] for one that cannot be released more often than acquired.
func NewBoundedSemaphore(name string, value int) *Semaphore {
	return newSemaphore("NewBoundedSemaphore", name, value, value)
}

func newSemaphore(op, name string, value, bound int) *Semaphore {
	if value < 0 {
		panic(&sim.UsageError{Op: op, Object: fmt.Sprintf("%q of %d", name, value), Time: unknown, Err: errNegativeValue})
	}
	return &Semaphore{label: label{name: name}, value: value, bound: bound}
}

// Locked reports whether Acquire would suspend: nobody more is let in, or others wait for that.
func (s *Semaphore) Locked() bool { return s.value == 0 || s.waiters.anyAlive() }

// Acquire gets in. It suspends while the semaphore is locked; otherwise it does not suspend. It returns a
// *CancelledError, without being in, when the task is cancelled, and a *sim.UsageError when tasks of another loop wait.
func (s *Semaphore) Acquire(co *Co) error {
	t := taskOf(co, "acquire semaphore")
	s.home.visit(t)
	if !s.Locked() {
		s.value--
		return nil
	}
	s.label.use(t.f.w, "semaphore")
	if err := s.home.bind(t, s); err != nil {
		return err
	}
	s.waiters.join(t)
	woken, err := t.wait(s)
	s.waiters.leave(t)
	if err != nil && woken {
		s.value++ // it was let in when it was woken
	}
	for s.value > 0 && s.wakeNext() {
	}
	return err
}

// Release lets one task more in: the one that has waited longest is woken and let in at once. It returns a
// *sim.UsageError when a bounded semaphore is released more often than acquired.
func (s *Semaphore) Release() error {
	if s.bound >= 0 && s.value >= s.bound { // more, when a task that was let in gave its place back
		return s.home.misuse("release", s.String(), errOverReleased)
	}
	s.value++
	s.wakeNext()
	return nil
}

// With runs body between Acquire and Release (async with). It suspends where Acquire does, and returns its error or
// body's.
func (s *Semaphore) With(co *Co, body func() error) error { return with(co, s, body) }

func (s *Semaphore) wakeNext() bool {
	for i := range s.waiters.ring.Len() {
		if s.waiters.ring.At(i).co.Wake() {
			s.value--
			return true
		}
	}
	return false
}

// String returns the kind and the name.
func (s *Semaphore) String() string { return s.label.text("semaphore") }
