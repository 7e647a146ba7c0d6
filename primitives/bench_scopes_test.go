package aio_test

import (
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// The figures in the comments are CPython's best on the same machine, of versions 3.11 to 3.14: 3.11 with profile-guided
// optimisation, or a later one without where that is faster.

// contend runs round in two tasks that contend with each other, b.N times in all.
func contend(b *testing.B, round func(co *aio.Co) error) {
	inTask(b, func(co *aio.Co) {
		left := b.N
		b.ResetTimer()
		worker := func(co *aio.Co) error {
			for left > 0 {
				left--
				if err := round(co); err != nil {
					return err
				}
			}
			return nil
		}
		one, two := aio.Go(co, "one", worker), aio.Go(co, "two", worker)
		if _, err := aio.Gather(co, one, two).Await(co); err != nil {
			b.Error(err)
		}
	})
}

// BenchmarkLock holds a lock that another task waits for over a sleep(0). CPython: 4,502 ns.
func BenchmarkLock(b *testing.B) {
	var l aio.Lock
	contend(b, func(co *aio.Co) error {
		return l.With(co, func() error { return aio.Sleep(co, 0) })
	})
}

// BenchmarkSemaphore does the same with a semaphore of one. There is no figure of CPython's own; its lock does less.
func BenchmarkSemaphore(b *testing.B) {
	s := aio.NewSemaphore("s", 1)
	contend(b, func(co *aio.Co) error {
		return s.With(co, func() error { return aio.Sleep(co, 0) })
	})
}

// BenchmarkCondition is one turn of a game of two tasks that notify each other and wait. There is no figure of CPython's
// own; it awaits a future and the lock, each of which costs what BenchmarkLock's does.
func BenchmarkCondition(b *testing.B) {
	var c aio.Condition
	left := b.N
	contend(b, func(co *aio.Co) error {
		return c.With(co, func() error {
			left--
			if err := c.Notify(1); err != nil || left < 2 { // the other one waits for no more
				return err
			}
			return c.Wait(co)
		})
	})
}

// BenchmarkTimeout enters and leaves a timeout that does not expire. CPython: 2,304 ns.
func BenchmarkTimeout(b *testing.B) {
	inTask(b, func(co *aio.Co) {
		for b.Loop() {
			_ = aio.Timeout(co, 10*time.Second, func(*aio.TimeoutScope) error { return nil })
		}
	})
}

// BenchmarkGather makes 100,000 tasks and gathers them; an operation is one of them. CPython: 4,944 ns.
func BenchmarkGather(b *testing.B) {
	const n = 100_000
	inTask(b, func(co *aio.Co) {
		for done := 0; done < b.N; done += n {
			children := make([]aio.AwaitableOf[int], min(n, b.N-done))
			for i := range children {
				children[i] = aio.Spawn(co, "child", func(co *aio.Co) (int, error) { return i, nil })
			}
			if _, err := aio.Gather(co, children...).Await(co); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkTaskGroup runs groups of ten tasks; an operation is one of them. CPython: 4,595 ns.
func BenchmarkTaskGroup(b *testing.B) {
	inTask(b, func(co *aio.Co) {
		for done := 0; done < b.N; done += 10 {
			if err := aio.TaskGroup(co, func(g *aio.Group) error {
				for range min(10, b.N-done) {
					if _, err := g.Go("child", func(co *aio.Co) error { return nil }); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
