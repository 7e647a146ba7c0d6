package aio_test

import (
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func ExampleGather() {
	_ = aio.Run(func(co *aio.Co) error {
		slow := aio.Spawn(co, "slow", func(co *aio.Co) (string, error) { return "slow", aio.Sleep(co, 2*sec) })
		fast := aio.Spawn(co, "fast", func(co *aio.Co) (string, error) { return "fast", aio.Sleep(co, sec) })
		results, err := aio.Gather(co, slow, fast).Await(co)
		co.Printf("at %v: %v, %v\n", co.Now(), results, err)
		return nil
	})
	// Output:
	// at 2s: [slow fast], <nil>
}

func ExampleGatherOutcomes() {
	_ = aio.Run(func(co *aio.Co) error {
		good := aio.Spawn(co, "good", func(co *aio.Co) (int, error) { return 1, aio.Sleep(co, sec) })
		bad := aio.Spawn(co, "bad", func(*aio.Co) (int, error) { return 0, errBoom })
		outcomes, err := aio.GatherOutcomes(co, good, bad).Await(co)
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			co.Printf("%d, %v\n", o.Value, o.Err)
		}
		return nil
	})
	// Output:
	// 1, <nil>
	// 0, boom
}

// failing returns a task function that ends with result after d of virtual time.
func failing(d time.Duration, result error) func(co *aio.Co) (int, error) {
	return func(co *aio.Co) (int, error) {
		if err := aio.Sleep(co, d); err != nil {
			return 0, err
		}
		return 0, result
	}
}

func TestGather(t *testing.T) {
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"GAT-01 results in the order given, completed out of order, told once", `
			3s done with [3 1 2]
			3s [3 1 2] <nil>`, func(co *aio.Co) {
			all := aio.Gather(co, aio.Spawn(co, "c", valued(3*sec, 3)), aio.Spawn(co, "a", valued(sec, 1)),
				aio.Spawn(co, "b", valued(2*sec, 2)))
			all.AddDoneCallback("told", func(f *aio.Future[[]int]) {
				values, _ := f.Result()
				f.Loop().Printf("done with %v\n", values)
			})
			values, err := all.Await(co)
			co.Printf("%v %v\n", values, err)
		}},
		{"GAT-02 the first exception wins, the others run on, what they end with is dropped", `
			2s [] boom
			2s b done, a done, c pending, d pending
			4s b done, a done, c done, d cancelled`, func(co *aio.Co) {
			b, a := aio.Spawn(co, "b", failing(2*sec, errBoom)), aio.Spawn(co, "a", failing(sec, nil))
			c, d := aio.Spawn(co, "c", failing(3*sec, errBoom)), aio.Spawn(co, "d", failing(9*sec, nil))
			values, err := aio.Gather(co, b, a, c, d).Await(co)
			co.Printf("%v %v\n", values, err)
			co.Printf("%s\n", states(b, a, c, d))
			_ = aio.Sleep(co, 2*sec)
			d.Cancel()
			_ = aio.Sleep(co, 0)
			co.Printf("%s\n", states(b, a, c, d))
		}},
		{"GAT-03, GAT-05 outcomes: all are waited for, exceptions and cancellations are results", `
			3s <nil>
			3s 1 <nil>
			3s 0 boom
			3s 0 cancelled:
			3s 0 cancelled: m
			3s 0 cancelled: self
			3s 3 <nil>`, func(co *aio.Co) {
			task, future := aio.Spawn(co, "d", valued(sec, 4)), aio.NewFuture[int](co, "e")
			self := aio.Spawn(co, "f", func(co *aio.Co) (int, error) { aio.CurrentTask(co).Cancel("self"); return 1, nil })
			all := aio.GatherOutcomes(co, aio.Spawn(co, "a", valued(sec, 1)), aio.Spawn(co, "b", failing(2*sec, errBoom)),
				task, future, self, aio.Spawn(co, "c", valued(3*sec, 3)))
			task.Cancel("is lost: it was in the error that ended the task")
			future.Cancel("m")
			outcomes, err := all.Await(co)
			co.Printf("%v\n", err)
			for _, o := range outcomes {
				co.Printf("%d %v\n", o.Value, o.Err)
			}
		}},
		{"GAT-04 a cancelled child is an exception, not a cancellation, trap 23 nor one of the awaiter's", `
			0s cancelled: m, cancelled false, main's count 0
			0s a cancelled, b pending`, func(co *aio.Co) {
			a, b := aio.Spawn(co, "a", valued(sec, 1)), aio.Spawn(co, "b", valued(sec, 1))
			all := aio.Gather(co, a, b)
			a.Cancel("m")
			_, err := all.Await(co)
			co.Printf("%v, cancelled %t, main's count %d\n", err, all.Cancelled(), aio.CurrentTask(co).Cancelling())
			co.Printf("%s\n", states(a, b))
		}},
		{"GAT-06 of nothing", `
			0s true [] <nil>
			0s true [] <nil>`, func(co *aio.Co) {
			all, outcomes := aio.Gather[int](co), aio.GatherOutcomes[int](co)
			values, err := all.Result()
			co.Printf("%t %v %v\n", all.Done(), values, err)
			ends, err := outcomes.Result()
			co.Printf("%t %v %v\n", outcomes.Done(), ends, err)
		}},
		{"of what is done: done at once, trap 22", `
			0s [1 1] <nil>
			0s boom`, func(co *aio.Co) {
			values, err := aio.Gather(co, done(co), done(co)).Result()
			co.Printf("%v %v\n", values, err)
			failed := aio.NewFuture[int](co, "failed")
			_ = failed.SetException(errBoom)
			co.Printf("%v\n", aio.Gather(co, done(co), failed, aio.NewFuture[int](co, "pending")).Exception())
		}},
		{"GAT-08 a child given twice runs once", `
			0s a runs
			0s [1 2 1] <nil>`, func(co *aio.Co) {
			a := aio.Spawn(co, "a", func(co *aio.Co) (int, error) { co.Printf("a runs\n"); return 1, nil })
			values, err := aio.Gather(co, a, aio.Spawn(co, "b", valued(0, 2)), a).Await(co)
			co.Printf("%v %v\n", values, err)
		}},
		{"GAT-09 cancelling the task that awaits it cancels all children", `
			0s a ends: cancelled: m
			0s b ends: cancelled: m
			0s outer ends: cancelled: m
			0s cancel false`, func(co *aio.Co) {
			var all *aio.Future[[]aio.None]
			outer := aio.Go(co, "outer", func(co *aio.Co) error {
				end := func(co *aio.Co) error { return sayEnd(co, aio.Sleep(co, sec)) }
				all = aio.Gather(co, aio.Go(co, "a", end), aio.Go(co, "b", end))
				_, err := all.Await(co)
				return sayEnd(co, err)
			})
			settle(co)
			outer.Cancel("m")
			_, _ = outer.Await(co)
			co.Printf("cancel %t\n", all.Cancel())
		}},
		{"GAT-12 it refuses to be cancelled once its children are done", `
			0s gathering done: false, cancel false
			0s [1] <nil>`, func(co *aio.Co) {
			f := aio.NewFuture[int](co, "f")
			all := aio.Gather(co, f)
			_ = f.SetResult(1)
			co.Printf("gathering done: %t, cancel %t\n", all.Done(), all.Cancel())
			values, err := all.Await(co)
			co.Printf("%v %v\n", values, err)
		}},
		{"GAT-12 and then the task that awaits it gets the cancellation itself", `
			0s t ends: cancelled: m`, func(co *aio.Co) {
			f := aio.NewFuture[int](co, "f")
			task := aio.Go(co, "t", func(co *aio.Co) error {
				_, err := aio.Gather(co, f).Await(co)
				return sayEnd(co, err)
			})
			settle(co)
			_ = f.SetResult(1)
			task.Cancel("m")
			settle(co)
		}},
		{"GAT-13 cancelling outcomes is a cancellation, with the last child's message", `
			0s [] cancelled: m
			0s f done`, func(co *aio.Co) {
			f := aio.NewFuture[int](co, "f")
			all := aio.GatherOutcomes(co, f, aio.Spawn(co, "a", valued(sec, 1)))
			_ = f.SetResult(1)
			settle(co)
			all.Cancel("m")
			outcomes, err := all.Await(co)
			co.Printf("%v %v\n", outcomes, err)
			co.Printf("%s\n", states(f))
		}},
		{"GAT-13 with that of the last child, if it has one", `
			0s cancelled`, func(co *aio.Co) {
			f := aio.NewFuture[int](co, "f")
			all := aio.GatherOutcomes(co, aio.Spawn(co, "a", valued(sec, 1)), f)
			_ = f.SetResult(1)
			settle(co)
			all.Cancel("m")
			_, err := all.Await(co)
			co.Printf("%v\n", err)
		}},
		{"trap 22 a cancellation that every child swallows still ends outcomes", `
			0s a absorbs cancelled
			1s [] cancelled`, func(co *aio.Co) {
			all := aio.GatherOutcomes(co, aio.Spawn(co, "a", func(co *aio.Co) (int, error) {
				co.Printf("a absorbs %v\n", aio.Sleep(co, sec))
				return 1, aio.Sleep(co, sec)
			}))
			settle(co)
			all.Cancel()
			outcomes, err := all.Await(co)
			co.Printf("%v %v\n", outcomes, err)
		}},
		{"cancelled with a child given twice: asked twice", `
			0s cancelling 2
			0s cancelled`, func(co *aio.Co) {
			a := aio.Spawn(co, "a", valued(sec, 1))
			all := aio.Gather(co, a, a)
			settle(co)
			all.Cancel()
			co.Printf("cancelling %d\n", a.Cancelling())
			_, err := all.Await(co)
			co.Printf("%v\n", err)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, test.run)
		})
	}
}
