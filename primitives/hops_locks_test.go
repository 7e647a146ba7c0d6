package aio_test

import (
	aio "github.com/asyncsim/asyncsim/primitives"
)

// acquired makes a task that acquires and marks the effect.
func (h *hopper) acquired(co *aio.Co, l interface{ Acquire(co *aio.Co) error }) {
	aio.Go(co, "waiter", func(co *aio.Co) error {
		err := l.Acquire(co)
		h.to()
		return err
	})
}

// last moves the effect to where it came last.
func (h *hopper) last() { h.saw, h.seen = h.now(), true }

// party makes a task that waits at a barrier and marks the effect.
func (h *hopper) party(co *aio.Co, b *aio.Barrier) {
	aio.Go(co, "party", func(co *aio.Co) error {
		_, err := b.Wait(co)
		h.last()
		return err
	})
}

// lockProbes is the part of the hop matrix that has locks, and the queue as far as it is one.
var lockProbes = []struct {
	name string
	hops int64
	run  func(co *aio.Co, h *hopper)
}{
	{"lock: free", 0, func(co *aio.Co, h *hopper) {
		var l aio.Lock
		h.from()
		_ = l.Acquire(co)
		h.to()
	}},
	{"lock: release -> waiter", 1, func(co *aio.Co, h *hopper) {
		var l aio.Lock
		_ = l.Acquire(co)
		h.soon(func() { _ = l.Release() })
		_ = l.Acquire(co)
		h.to()
	}},
	{"lock: cancel and release -> the cancelled one", 1, func(co *aio.Co, h *hopper) {
		var l aio.Lock
		_ = l.Acquire(co)
		first := aio.Go(co, "first", func(co *aio.Co) error { defer h.to(); return l.Acquire(co) })
		aio.Go(co, "second", l.Acquire)
		settle(co)
		h.from()
		first.Cancel()
		_ = l.Release()
		settle(co)
	}},
	{"lock: cancel and release -> the next one", 2, func(co *aio.Co, h *hopper) {
		var l aio.Lock
		_ = l.Acquire(co)
		first := aio.Go(co, "first", l.Acquire)
		h.acquired(co, &l)
		settle(co)
		h.from()
		first.Cancel()
		_ = l.Release()
		settle(co)
	}},
	{"semaphore: free", 0, func(co *aio.Co, h *hopper) {
		s := aio.NewSemaphore("s", 1)
		h.from()
		_ = s.Acquire(co)
		h.to()
	}},
	{"semaphore: release -> waiter", 1, func(co *aio.Co, h *hopper) {
		s := aio.NewSemaphore("s", 0)
		h.soon(func() { _ = s.Release() })
		_ = s.Acquire(co)
		h.to()
	}},
	{"semaphore: three releases -> the third waiter", 1, func(co *aio.Co, h *hopper) {
		s := aio.NewSemaphore("s", 0)
		aio.Go(co, "first", s.Acquire)
		aio.Go(co, "second", s.Acquire)
		h.acquired(co, s)
		settle(co)
		h.from()
		for range 3 {
			_ = s.Release()
		}
		settle(co)
	}},
	{"SEM-12 semaphore: two releases, for a waiter and for one that queues before that has run", 2,
		func(co *aio.Co, h *hopper) {
			s := aio.NewSemaphore("s", 0)
			aio.Go(co, "first", s.Acquire)
			settle(co)
			h.acquired(co, s) // in the next turn, ahead of the first
			h.from()
			_ = s.Release()
			_ = s.Release()
			settle(co)
		}},
	{"condition: notify -> waiter", 1, func(co *aio.Co, h *hopper) {
		var c aio.Condition
		aio.Go(co, "waiter", func(co *aio.Co) error {
			return c.With(co, func() error { err := c.Wait(co); h.to(); return err })
		})
		settle(co)
		h.from()
		_ = c.With(co, func() error { return c.Notify(1) })
		settle(co)
	}},
	{"condition: notify all -> the third waiter, where nobody suspends with the lock", 1, func(co *aio.Co, h *hopper) {
		conditionWaiters(co, h, func(*aio.Co) error { return nil })
	}},
	{"condition: notify all -> the third waiter, where each holds the lock for a turn", 5, func(co *aio.Co, h *hopper) {
		conditionWaiters(co, h, func(co *aio.Co) error { return aio.Sleep(co, 0) })
	}},
	{"barrier: the last to come", 0, func(co *aio.Co, h *hopper) {
		b := aio.NewBarrier("b", 2)
		aio.Go(co, "party", func(co *aio.Co) error { _, err := b.Wait(co); return err })
		settle(co)
		h.from()
		_, _ = b.Wait(co)
		h.to()
	}},
	{"barrier: the others", 1, func(co *aio.Co, h *hopper) {
		b := aio.NewBarrier("b", 4)
		for range 3 {
			h.party(co, b)
		}
		settle(co)
		h.from()
		_, _ = b.Wait(co)
		settle(co)
	}},
	{"queue: last task done -> join", 1, func(co *aio.Co, h *hopper) {
		var q aio.Queue[int]
		_ = q.Put(co, 1)
		h.soon(func() { _ = q.TaskDone() })
		_ = q.Join(co)
		h.to()
	}},
	{"queue: join with nothing to do", 0, func(co *aio.Co, h *hopper) {
		var q aio.Queue[int]
		h.from()
		_ = q.Join(co)
		h.to()
	}},
	{"queue: shutdown -> getter", 1, func(co *aio.Co, h *hopper) {
		var q aio.Queue[int]
		h.soon(func() { q.Shutdown(false) })
		_, _ = q.Get(co)
		h.to()
	}},
	{"queue: shutdown -> putter", 1, func(co *aio.Co, h *hopper) {
		q := aio.NewQueue[int]("q", 1)
		_ = q.Put(co, 1)
		h.soon(func() { q.Shutdown(false) })
		_ = q.Put(co, 2)
		h.to()
	}},
	{"queue: immediate shutdown -> join", 1, func(co *aio.Co, h *hopper) {
		var q aio.Queue[int]
		_ = q.Put(co, 1)
		h.soon(func() { q.Shutdown(true) })
		_ = q.Join(co)
		h.to()
	}},
}

// conditionWaiters notifies three tasks, each of which then does something with the lock held.
func conditionWaiters(co *aio.Co, h *hopper, hold func(co *aio.Co) error) {
	var c aio.Condition
	for range 3 {
		aio.Go(co, "waiter", func(co *aio.Co) error {
			return c.With(co, func() error {
				err := c.Wait(co)
				h.last()
				_ = hold(co)
				return err
			})
		})
	}
	settle(co)
	h.from()
	_ = c.With(co, c.NotifyAll)
	settle(co)
	settle(co)
}
