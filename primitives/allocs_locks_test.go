package aio_test

import (
	aio "github.com/asyncsim/asyncsim/primitives"
)

// repeat makes a task that does the same until it fails.
func repeat(co *aio.Co, name string, do func(co *aio.Co) error) {
	aio.Go(co, name, func(co *aio.Co) error {
		for {
			if err := do(co); err != nil {
				return err
			}
		}
	})
}

// yield is what a task does with a lock that others wait for.
func yield(co *aio.Co) error { return aio.Sleep(co, 0) }

// rounds is a round of so many turns.
func rounds(co *aio.Co, turns int) func() {
	return func() {
		for range turns {
			_ = aio.Sleep(co, 0)
		}
	}
}

// lockAllocations is the part of the table that has locks, and the queue as far as it is one.
var lockAllocations = []struct {
	name  string
	start func(co *aio.Co) func()
}{
	{"lock, without waiting", func(co *aio.Co) func() {
		var l aio.Lock
		return func() {
			_ = l.Acquire(co)
			_ = l.Release()
		}
	}},
	{"lock, three tasks", func(co *aio.Co) func() {
		var l aio.Lock
		for range 3 {
			repeat(co, "holder", func(co *aio.Co) error { return l.With(co, func() error { return yield(co) }) })
		}
		return rounds(co, 6)
	}},
	{"semaphore of 2, five tasks", func(co *aio.Co) func() {
		s := aio.NewSemaphore("s", 2)
		for range 5 {
			repeat(co, "holder", func(co *aio.Co) error { return s.With(co, func() error { return yield(co) }) })
		}
		return rounds(co, 10)
	}},
	{"condition, three waiters", func(co *aio.Co) func() {
		var c aio.Condition
		for range 3 {
			repeat(co, "waiter", func(co *aio.Co) error { return c.With(co, func() error { return c.Wait(co) }) })
		}
		return func() {
			_ = c.With(co, c.NotifyAll)
			_ = aio.Sleep(co, 0)
		}
	}},
	{"condition, waiting for a predicate", func(co *aio.Co) func() {
		var c aio.Condition
		full := false
		repeat(co, "waiter", func(co *aio.Co) error {
			return c.With(co, func() error {
				err := c.WaitFor(co, func() bool { return full })
				full = false
				return err
			})
		})
		return func() {
			_ = c.With(co, func() error { full = true; return c.Notify(1) })
			_ = aio.Sleep(co, 0)
		}
	}},
	{"barrier of 3", func(co *aio.Co) func() {
		b := aio.NewBarrier("b", 3)
		for range 2 {
			repeat(co, "party", func(co *aio.Co) error { _, err := b.Wait(co); return err })
		}
		return func() {
			_, _ = b.Wait(co)
			_ = aio.Sleep(co, 0)
		}
	}},
	{"queue, with a join", func(co *aio.Co) func() {
		q := aio.NewPriorityQueue("q", 0, func(a, b int) bool { return a < b })
		repeat(co, "worker", func(co *aio.Co) error {
			if _, err := q.Get(co); err != nil {
				return err
			}
			return q.TaskDone()
		})
		return func() {
			for i := range 3 {
				_ = q.Put(co, -i)
			}
			_ = q.Join(co)
		}
	}},
}
