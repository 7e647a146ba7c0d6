package aio

import (
	"errors"

	"github.com/asyncsim/asyncsim/sim"
)

var errMutexNotHeld = errors.New("the mutex is not held")

// Mutex is the lock of a thread, for code that is not atomic between its awaits: whichever of those who wait runs first
// after an Unlock has it, and under exploration Lock and Unlock are switch points, as the operations of a [Shared] are. (A
// [Lock] serves its tasks in the order in which they came.) The zero Mutex is unlocked. A Mutex serves one loop.
type Mutex struct {
	label  label
	object object
	door   sim.Door
	holder *Co // nil: it is not held
}

// NewMutex returns a mutex with a name for traces and errors; the zero Mutex is given one when it is first used.
func NewMutex(name string) *Mutex { return &Mutex{label: label{name: name}} }

// Lock suspends while the mutex is held. It returns a *CancelledError, without the mutex, when the task is cancelled.
func (m *Mutex) Lock(co *Co) error {
	t := taskOf(co, "lock")
	op := m.object.op(co, true)
	m.label.use(t.f.w, "mutex")
	if t.mustCancel {
		co.Switch(op)
		if m.holder != nil {
			return t.throwPending(m)
		}
	} else if !co.SwitchAt(&m.door, op, m) {
		return t.stepped(nil)
	}
	m.holder = co
	m.door.Shut(m.object.loop)
	if t.f.w.explored() {
		t.f.w.loop.Emit(sim.Event{Kind: sim.Acquired, Object: m.String()})
	}
	return nil
}

// Unlock gives the mutex back. It does not suspend. It returns a *sim.UsageError when nobody holds the mutex.
func (m *Mutex) Unlock(co *Co) error {
	co.Switch(m.object.op(co, true))
	if m.holder == nil {
		return co.Loop().Usage("unlock", m.String(), errMutexNotHeld)
	}
	m.release()
	return nil
}

func (m *Mutex) release() {
	m.holder = nil
	m.door.Open(m.object.loop)
}

// With runs body with the mutex held. It suspends where Lock does, and returns its error or body's.
func (m *Mutex) With(co *Co, body func() error) error {
	if body == nil {
		return co.Loop().Usage("with", m.String(), sim.ErrNilFunction)
	}
	if err := m.Lock(co); err != nil {
		return err
	}
	returned := false
	defer func() {
		if !returned { // it panicked, which may be recovered outside
			m.release()
		}
	}()
	err := body()
	returned = true
	if misuse := m.Unlock(co); misuse != nil {
		return misuse
	}
	return err
}

// Holder returns the coroutine of the task that has locked the mutex, or nil.
func (m *Mutex) Holder() *Co { return m.holder }

// String returns the kind and the name.
func (m *Mutex) String() string { return m.label.text("mutex") }
