package aio_test

import (
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// TestCancelNotWaiting is a cancellation that finds its task where it waits for nothing that could be cancelled: before
// its first step, running, or about to go on.
func TestCancelNotWaiting(t *testing.T) {
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"CAN-11 self-cancel then await: cancelled at once", `
			0s t asks: true, t pending
			0s t ends: cancelled: self
			0s t cancelled, f cancelled`, func(co *aio.Co) {
			f := aio.NewFuture[int](co, "f")
			task := aio.Go(co, "t", func(co *aio.Co) error {
				self := aio.CurrentTask(co)
				co.Printf("t asks: %t, %s\n", self.Cancel("self"), states(self))
				_, err := f.Await(co)
				return sayEnd(co, err)
			})
			settle(co)
			co.Printf("%s\n", states(task, f))
		}},
		{"CAN-11 self-cancel then sleep: no time passes", `
			0s t ends: cancelled`, func(co *aio.Co) {
			_, _ = aio.Go(co, "t", func(co *aio.Co) error {
				aio.CurrentTask(co).Cancel()
				return sayEnd(co, aio.Sleep(co, sec))
			}).Await(co)
		}},
		{"self-cancel then await of what is done: delivered later", `
			0s awaited 1 <nil>
			0s t ends: cancelled`, func(co *aio.Co) {
			_, _ = aio.Go(co, "t", func(co *aio.Co) error {
				aio.CurrentTask(co).Cancel()
				n, err := done(co).Await(co)
				co.Printf("awaited %d %v\n", n, err)
				return sayEnd(co, aio.Sleep(co, 0))
			}).Await(co)
		}},
		{"CAN-12 self-cancel then return: cancelled, trap 27", `
			0s t cancelled: cancelled: self, cancelling 1`, func(co *aio.Co) {
			task := aio.Spawn(co, "t", func(co *aio.Co) (int, error) {
				aio.CurrentTask(co).Cancel("self")
				return 1, nil
			})
			_, err := task.Await(co)
			co.Printf("%s: %v, cancelling %d\n", states(task), err, task.Cancelling())
		}},
		{"CAN-13 asked for while the task runs, it reaches the task that is awaited next", `
			0s inner ends: cancelled: m
			0s outer ends: cancelled: m
			0s inner cancelled, outer cancelled`, func(co *aio.Co) {
			inner := aio.Go(co, "inner", func(co *aio.Co) error { return sayEnd(co, aio.Sleep(co, sec)) })
			outer := aio.Go(co, "outer", func(co *aio.Co) error {
				aio.CurrentTask(co).Cancel("m")
				_, err := inner.Await(co)
				return sayEnd(co, err)
			})
			settle(co)
			co.Printf("%s\n", states(inner, outer))
		}},
		{"CAN-18 every level sees it, the innermost first", `
			0s leaf ends: cancelled
			0s middle ends: cancelled
			0s outer ends: cancelled
			0s cancelling 1 1 1`, func(co *aio.Co) {
			leaf := aio.Go(co, "leaf", func(co *aio.Co) error { return sayEnd(co, aio.Sleep(co, sec)) })
			middle := aio.Go(co, "middle", func(co *aio.Co) error { _, err := leaf.Await(co); return sayEnd(co, err) })
			outer := aio.Go(co, "outer", func(co *aio.Co) error { _, err := middle.Await(co); return sayEnd(co, err) })
			settle(co)
			outer.Cancel()
			settle(co)
			co.Printf("cancelling %d %d %d\n", leaf.Cancelling(), middle.Cancelling(), outer.Cancelling())
		}},
		{"a leaf that absorbs it", `
			0s leaf absorbs cancelled
			2s outer ends: <nil>
			2s outer done, cancelling 1`, func(co *aio.Co) {
			leaf := aio.Go(co, "leaf", func(co *aio.Co) error {
				co.Printf("leaf absorbs %v\n", aio.Sleep(co, sec))
				return aio.Sleep(co, 2*sec)
			})
			outer := aio.Go(co, "outer", func(co *aio.Co) error { _, err := leaf.Await(co); return sayEnd(co, err) })
			settle(co)
			outer.Cancel()
			_, _ = outer.Await(co)
			co.Printf("%s, cancelling %d\n", states(outer), outer.Cancelling())
		}},
		{"trap 26 two before delivery are one, the first's message, counted twice", `
			0s first: cancelled: a
			0s then: <nil>
			0s t done, cancelling 2`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error {
				co.Printf("first: %v\n", aio.Sleep(co, sec))
				co.Printf("then: %v\n", aio.Sleep(co, 0))
				return nil
			})
			settle(co)
			task.Cancel("a")
			task.Cancel("b")
			settle(co)
			co.Printf("%s, cancelling %d\n", states(task), task.Cancelling())
		}},
		{"two before the first step are one, the last's message", `
			0s cancelled: b`, func(co *aio.Co) {
			task := aio.Spawn(co, "t", valued(0, 1))
			task.Cancel("a")
			task.Cancel("b")
			_, err := task.Await(co)
			co.Printf("%v\n", err)
		}},
		{"trap 28 what is awaited is done already: its result is lost", `
			0s t ends: cancelled: late`, func(co *aio.Co) {
			f := aio.NewFuture[int](co, "f")
			task := aio.Go(co, "t", func(co *aio.Co) error {
				n, err := f.Await(co)
				if n != 0 {
					co.Printf("n = %d\n", n)
				}
				return sayEnd(co, err)
			})
			settle(co)
			_ = f.SetResult(1)
			task.Cancel("late")
			settle(co)
		}},
		{"trap 28 and so is its exception, which counts as retrieved", `
			0s t ends: cancelled`, func(co *aio.Co) {
			f := aio.NewFuture[int](co, "f")
			task := aio.Go(co, "t", func(co *aio.Co) error {
				_, err := f.Await(co)
				return sayEnd(co, err)
			})
			settle(co)
			_ = f.SetException(errBoom)
			task.Cancel()
			settle(co)
		}},
		{"trap 29 not started: its function never runs", `
			0s t cancelled: cancelled`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error { co.Printf("t runs\n"); return nil })
			task.Cancel()
			_, err := task.Await(co)
			co.Printf("%s: %v\n", states(task), err)
		}},
		{"not started, and taken back", `
			0s t runs
			0s t done`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error { co.Printf("t runs\n"); return nil })
			task.Cancel()
			task.Uncancel()
			settle(co)
			co.Printf("%s\n", states(task))
		}},
		{"the sleep's timer fires in the turn of the cancellation", `
			1s t ends: cancelled
			3s t has slept anew`, func(co *aio.Co) {
			var task *aio.Task[aio.None]
			co.Loop().CallLater("cancel", sec, func() { task.Cancel() })
			task = aio.Go(co, "t", func(co *aio.Co) error {
				_ = sayEnd(co, aio.Sleep(co, sec-co.Now()))
				err := aio.Sleep(co, 2*sec)
				co.Printf("t has slept anew\n")
				return err
			})
			_, _ = task.Await(co)
		}},
		{"after the sleep's timer fired: the cancellation is delivered all the same", `
			1s t ends: cancelled`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error { return sayEnd(co, aio.Sleep(co, sec)) })
			_ = aio.Sleep(co, 0)
			co.Loop().CallAt("cancel", sec, func() { task.Cancel() })
			_, _ = task.Await(co)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, test.run)
		})
	}
}
