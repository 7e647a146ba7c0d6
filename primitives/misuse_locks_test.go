package aio_test

import (
	"errors"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestQueueServesOneLoop: the first wait decides which loop that is, at whichever end of the queue it was.
func TestQueueServesOneLoop(t *testing.T) {
	q := aio.NewQueue[int]("shared", 1)
	ends := []func(co *aio.Co) error{
		func(co *aio.Co) error { _, _ = q.GetNowait(); _, err := q.Get(co); return err },
		func(co *aio.Co) error { _ = q.PutNowait(1); return q.Put(co, 2) },
	}
	if err := aio.RunWith(quiet, inASecond(ends[0])); !errors.Is(err, aio.ErrTimeout) {
		t.Errorf("on the first loop the wait ends with %v", err)
	}
	for _, wait := range ends {
		wantUsage(t, aio.RunWith(quiet, inASecond(wait)), aio.ErrOtherLoop, `wait queue "shared" in task "main"`)
	}
	_, _ = q.GetNowait()
	if err := aio.RunWith(quiet, func(co *aio.Co) error {
		err := q.Put(co, 3)
		_, failed := q.Get(co)
		return errors.Join(err, failed)
	}); err != nil {
		t.Errorf("on another loop, without waiting: %v", err)
	}
}

// inASecond returns a function that waits for a second at most, as those must that nobody wakes.
func inASecond(wait func(co *aio.Co) error) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		return aio.Timeout(co, sec, func(*aio.TimeoutScope) error { return wait(co) })
	}
}

// TestLockMisuses: what a primitive refuses names the object, the task and the time, though nobody ever waited for it.
func TestLockMisuses(t *testing.T) {
	for _, test := range []struct {
		name, want string
		do         func(co *aio.Co) error
	}{
		{"LCK-10 release of a lock that is not held",
			`release lock "l" in task "main" at 1s: the lock is not acquired`, func(co *aio.Co) error {
				l := aio.NewLock("l")
				_ = l.With(co, func() error { return nil })
				return l.Release()
			}},
		{"SEM-07 release of a bounded semaphore that is not held",
			`release semaphore "s" in task "main" at 1s: the bounded semaphore was released too many times`,
			func(co *aio.Co) error {
				s := aio.NewBoundedSemaphore("s", 2)
				_ = s.With(co, func() error { return nil })
				return s.Release()
			}},
		{"CND-05 wait without the lock",
			`wait condition "c" in task "main" at 1s: cannot wait on an un-acquired lock`,
			func(co *aio.Co) error { return aio.NewCondition("c", nil).Wait(co) }},
		{"CND-06 wait for what does not hold, without the lock",
			`wait condition "" in task "main" at 1s: cannot wait on an un-acquired lock`,
			func(co *aio.Co) error { var c aio.Condition; return c.WaitFor(co, func() bool { return false }) }},
		{"CND-05 notify without the lock",
			`notify condition "c" in task "main" at 1s: cannot notify on an un-acquired lock`, func(co *aio.Co) error {
				c := aio.NewCondition("c", nil)
				_ = c.With(co, func() error { return nil })
				return c.Notify(1)
			}},
		{"CND-05 notify all without the lock",
			`notify condition "" in task "main" at 1s: cannot notify on an un-acquired lock`, func(co *aio.Co) error {
				var c aio.Condition
				_ = c.With(co, func() error { return nil })
				return c.NotifyAll()
			}},
		{"release of a condition's lock that is not held",
			`release lock "c" in task "main" at 1s: the lock is not acquired`, func(co *aio.Co) error {
				c := aio.NewCondition("c", nil)
				return c.With(co, c.Release)
			}},
		{"QUE-20 task done too often",
			`task done queue "q" in task "main" at 1s: called more often than items were put`, func(co *aio.Co) error {
				q := aio.NewQueue[int]("q", 0)
				_ = q.Put(co, 1)
				return errors.Join(q.TaskDone(), q.TaskDone())
			}},
		{"a barrier that was not made by NewBarrier",
			`wait barrier "" in task "main" at 1s: the parties of a barrier must be at least 1`,
			func(co *aio.Co) error { var b aio.Barrier; _, err := b.Wait(co); return err }},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := aio.RunWith(quiet, func(co *aio.Co) error {
				_ = aio.Sleep(co, sec)
				err := test.do(co)
				var usage *sim.UsageError
				if !errors.As(err, &usage) || usage.Error() != test.want {
					t.Errorf("%v, want %s", err, test.want)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
