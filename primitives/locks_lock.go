package aio

import (
	"errors"
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

// Lock is a mutual exclusion between tasks (asyncio.Lock). It has no owner: any task may release it. Tasks get it in the
// order in which they asked. The zero Lock is unlocked. A Lock serves one loop.
type Lock struct {
	label   label
	home    home
	locked  bool
	holder  *Co // the coroutine that took it last, as long as it is locked
	waiters waiters
}

var errNotLocked = errors.New("the lock is not acquired")

// NewLock returns a lock with a name for traces and errors; the zero Lock is given one when it is first waited for.
func NewLock(name string) *Lock { return &Lock{label: label{name: name}} }

// Locked reports whether the lock is held.
func (l *Lock) Locked() bool { return l.locked }

// Acquire takes the lock. It suspends while the lock is held or others wait for it; otherwise it does not suspend. It
// returns a *CancelledError, without the lock, when the task is cancelled, and a *sim.UsageError when tasks of another
// loop wait for the lock.
func (l *Lock) Acquire(co *Co) error { return l.acquire(taskOf(co, "acquire lock")) }

func (l *Lock) acquire(t *task) error {
	l.home.visit(t)
	if !l.locked && !l.waiters.anyAlive() {
		l.take(t)
		return nil
	}
	l.label.use(t.f.w, "lock")
	if err := l.home.bind(t, l); err != nil {
		return err
	}
	l.waiters.join(t)
	_, err := t.wait(l)
	l.waiters.leave(t)
	if err != nil {
		if !l.locked {
			l.waiters.wakeFirst() // it may have been this task's turn
		}
		return err
	}
	l.take(t)
	return nil
}

func (l *Lock) take(t *task) {
	l.locked, l.holder = true, &t.co
	named := l.label.name != "" || l.label.number > 0 // else it would have another number where nothing is recorded
	if named && t.f.w.explored() {
		t.f.w.loop.Emit(sim.Event{Kind: sim.Acquired, Object: l.String()})
	}
}

// Release gives the lock back and wakes the task that has waited longest. Until that task runs the lock is free, but
// nobody overtakes it. Release returns a *sim.UsageError when the lock is not held.
func (l *Lock) Release() error {
	if !l.locked {
		return l.home.misuse("release", l.String(), errNotLocked)
	}
	l.locked, l.holder = false, nil
	l.waiters.wakeFirst()
	return nil
}

// Holder returns the coroutine of the task that has the lock, as far as is known: who waits for the lock waits for it,
// unless another task releases what it has not acquired.
func (l *Lock) Holder() *Co { return l.holder }

// With runs body with the lock held (async with). It suspends where Acquire does, and returns its error or body's.
func (l *Lock) With(co *Co, body func() error) error { return with(co, l, body) }

// String returns the kind and the name.
func (l *Lock) String() string { return l.label.text("lock") }

// locker is what with can hold: a Lock, Condition or Semaphore.
type locker interface {
	Acquire(co *Co) error
	Release() error
}

// with runs body between Acquire and Release.
func with(co *Co, l locker, body func() error) (err error) {
	if body == nil {
		return co.Loop().Usage("with", fmt.Sprint(l), sim.ErrNilFunction)
	}
	if err := l.Acquire(co); err != nil {
		return err
	}
	defer func() { // also when body panics: that may be recovered outside
		if misuse := l.Release(); misuse != nil {
			err = misuse // as an exception in __aexit__ replaces the body's
		}
	}()
	return body()
}
