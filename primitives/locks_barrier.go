package aio

import (
	"errors"
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

// Barrier holds tasks until so many have come (asyncio.Barrier), again and again. Make one with [NewBarrier]. A Barrier
// serves one loop.
type Barrier struct {
	parties int
	count   int // the tasks that are in
	state   barrierState
	changed Condition
}

type barrierState uint8

const (
	barrierFilling barrierState = iota
	barrierDraining
	barrierResetting
	barrierBroken
)

var errNoParties = errors.New("the parties of a barrier must be at least 1")

// NewBarrier returns a barrier for so many parties. The name is for traces and errors. It panics with a *sim.UsageError
// for fewer than one.
func NewBarrier(name string, parties int) *Barrier {
	if parties < 1 {
		panic(&sim.UsageError{Op: "NewBarrier", Object: fmt.Sprintf("%q of %d", name, parties), Time: unknown, Err: errNoParties})
	}
	return &Barrier{parties: parties, changed: Condition{label: label{kind: "barrier", name: name}}}
}

// Parties returns how many tasks the barrier waits for.
func (b *Barrier) Parties() int { return b.parties }

// Waiting returns how many tasks wait for the others to come (n_waiting).
func (b *Barrier) Waiting() int {
	if b.state == barrierFilling {
		return b.count
	}
	return 0
}

// Broken reports whether the barrier was aborted.
func (b *Barrier) Broken() bool { return b.state == barrierBroken }

// Wait suspends until all parties have come, and returns the place in the order of their coming, from 0. The last one
// does not suspend. A task that comes while the last round leaves waits for that first. Wait returns an error that is
// ErrBrokenBarrier when the barrier is reset meanwhile or aborted, and a *CancelledError when the task is cancelled: the
// others then wait for one more, which may get the place of one of them, as in asyncio.
func (b *Barrier) Wait(co *Co) (place int, err error) {
	if b.parties < 1 {
		return 0, co.Loop().Usage("wait", b.String(), errNoParties)
	}
	err = b.changed.With(co, func() error {
		if err := b.enter(co); err != nil {
			return err
		}
		place = b.count
		b.count++
		defer b.exit()
		if b.count == b.parties {
			b.state = barrierDraining
			return b.changed.NotifyAll()
		}
		if err := b.changed.WaitFor(co, func() bool { return b.state != barrierFilling }); err != nil {
			return err
		}
		if b.state != barrierDraining {
			return co.Loop().Usage("wait", b.String()+" that was aborted or reset", ErrBrokenBarrier)
		}
		return nil
	})
	return place, err
}

// enter waits until the last round has left.
func (b *Barrier) enter(co *Co) error {
	settled := func() bool { return b.state != barrierDraining && b.state != barrierResetting }
	if err := b.changed.WaitFor(co, settled); err != nil {
		return err
	}
	if b.state == barrierBroken {
		return co.Loop().Usage("wait", b.String()+" that is aborted", ErrBrokenBarrier)
	}
	return nil
}

// exit takes a task out; the last one lets the next round in.
func (b *Barrier) exit() {
	b.count--
	if b.count > 0 {
		return
	}
	if b.state == barrierResetting || b.state == barrierDraining {
		b.state = barrierFilling
	}
	b.changed.wake(b.changed.waiters.ring.Len())
}

// Reset makes the tasks that wait fail with ErrBrokenBarrier and the barrier usable again. It suspends where
// [Lock.Acquire] does and returns its errors.
func (b *Barrier) Reset(co *Co) error {
	return b.changed.With(co, func() error {
		if b.count > 0 {
			b.state = barrierResetting
		} else {
			b.state = barrierFilling
		}
		return b.changed.NotifyAll()
	})
}

// Abort makes the tasks that wait, and all that come, fail with ErrBrokenBarrier, until Reset. It suspends where
// [Lock.Acquire] does and returns its errors.
func (b *Barrier) Abort(co *Co) error {
	return b.changed.With(co, func() error {
		b.state = barrierBroken
		return b.changed.NotifyAll()
	})
}

// String returns the kind and the name.
func (b *Barrier) String() string { return b.changed.label.text("barrier") }
