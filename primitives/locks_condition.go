package aio

import (
	"errors"
)

// Condition lets tasks that hold a lock wait for one another's news (asyncio.Condition). The zero Condition has a lock of
// its own. A Condition serves one loop.
type Condition struct {
	label   label
	home    home
	lock    *Lock
	own     Lock
	waiters waiters
}

var (
	errWaitUnlocked   = errors.New("cannot wait on an un-acquired lock")
	errNotifyUnlocked = errors.New("cannot notify on an un-acquired lock")
)

// NewCondition returns a condition with a name for traces and errors. It uses the given lock, which it may share with
// other conditions, or one of its own if that is nil.
func NewCondition(name string, lock *Lock) *Condition {
	return &Condition{label: label{name: name}, lock: lock}
}

func (c *Condition) mutex() *Lock {
	if c.lock == nil {
		c.own.label = c.label
		c.lock = &c.own
	}
	return c.lock
}

// Locked reports whether the condition's lock is held.
func (c *Condition) Locked() bool { return c.mutex().Locked() }

// Acquire takes the condition's lock: see [Lock.Acquire].
func (c *Condition) Acquire(co *Co) error { return c.mutex().Acquire(co) }

// Release gives the condition's lock back: see [Lock.Release].
func (c *Condition) Release() error { return c.mutex().Release() }

// With runs body with the lock held: see [Lock.With].
func (c *Condition) With(co *Co, body func() error) error { return with(co, c, body) }

// Wait releases the lock, suspends until the task is notified, and suspends until it has the lock again, even when the
// task is cancelled meanwhile, be it more than once: then it returns the *CancelledError that came last. A task may be
// woken without a notification, so Wait stands in a loop, as in [Condition.WaitFor].
//
// Wait returns with the lock held, whatever it returns, but for two *sim.UsageErrors: the lock was not held, or tasks
// of another loop have come to wait for the lock meanwhile. Where tasks of another loop wait for the condition, Wait
// returns a *sim.UsageError at once and does not release the lock.
func (c *Condition) Wait(co *Co) error {
	t := taskOf(co, "condition wait")
	if !c.Locked() {
		return t.f.w.loop.Usage("wait", c.String(), errWaitUnlocked)
	}
	c.label.use(t.f.w, "condition")
	if err := c.home.bind(t, c); err != nil {
		return err
	}
	c.waiters.join(t)
	_ = c.Release() // it is held
	_, err := t.wait(c)
	c.waiters.leave(t)
	for {
		again := c.lock.acquire(t)
		if again == nil {
			break
		}
		err = again
		if !isCancelled(err) {
			break
		}
	}
	if err != nil {
		c.wake(1) // the task may have been notified, and somebody else can use that
	}
	return err
}

// WaitFor waits until the predicate holds; it is called with the lock held, first at once. WaitFor returns what Wait
// returns.
func (c *Condition) WaitFor(co *Co, predicate func() bool) error {
	for !predicate() {
		if err := c.Wait(co); err != nil {
			return err
		}
	}
	return nil
}

// Notify wakes the n tasks that have waited longest, or all if they are fewer. They go on when the lock is released. It
// returns a *sim.UsageError when the lock is not held.
func (c *Condition) Notify(n int) error {
	if !c.Locked() {
		return c.lock.home.misuse("notify", c.String(), errNotifyUnlocked)
	}
	c.wake(n)
	return nil
}

// NotifyAll wakes all tasks that wait: see [Condition.Notify].
func (c *Condition) NotifyAll() error { return c.Notify(c.waiters.ring.Len()) }

func (c *Condition) wake(n int) {
	for i := 0; i < c.waiters.ring.Len() && n > 0; i++ {
		if c.waiters.ring.At(i).co.Wake() {
			n--
		}
	}
}

// String returns the kind and the name.
func (c *Condition) String() string { return c.label.text("condition") }
