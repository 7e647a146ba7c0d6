package aio_test

import (
	"errors"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleWaitFor() {
	_ = aio.Run(func(co *aio.Co) error {
		slow := aio.Spawn(co, "slow", func(co *aio.Co) (int, error) { return 1, aio.Sleep(co, 3*sec) })
		_, err := aio.WaitFor(co, slow, 2*sec)
		co.Printf("%v: %t, cancelled: %t\n", err, errors.Is(err, aio.ErrTimeout), slow.Cancelled())
		return nil
	})
	// Output:
	// wait for in task "main" timed out at 2s: true, cancelled: true
}

func TestWaitFor(t *testing.T) {
	// stubborn takes a second more to end when it is cancelled, and then ends with result.
	stubborn := func(result error) func(co *aio.Co) (int, error) {
		return func(co *aio.Co) (int, error) {
			err := aio.Sleep(co, 5*sec)
			co.Printf("%s absorbs %v\n", name(co), err)
			_ = aio.Sleep(co, sec)
			if result != nil {
				return 0, result
			}
			return 1, nil
		}
	}
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co) (int, error)
	}{
		{"WFR-01 done, timeout 0", `0s 1 <nil>`, func(co *aio.Co) (int, error) {
			return aio.WaitFor(co, done(co), 0)
		}},
		{"WFR-02 a function with timeout 0 never starts", `
			0s 0 wait for in task "main" timed out at 0s`, func(co *aio.Co) (int, error) {
			return aio.WaitForFunc(co, 0, func(co *aio.Co) (int, error) { co.Printf("runs\n"); return 1, nil })
		}},
		{"WFR-03 a task that runs, timeout -1: ended before", `
			0s t absorbs cancelled
			1s 1 <nil>`, func(co *aio.Co) (int, error) {
			task := aio.Spawn(co, "t", stubborn(nil))
			settle(co)
			return aio.WaitFor(co, task, -1)
		}},
		{"WFR-04 a timeout", `
			1s 0 wait for in task "main" timed out at 1s`, func(co *aio.Co) (int, error) {
			return aio.WaitFor(co, aio.Spawn(co, "t", valued(2*sec, 1)), sec)
		}},
		{"WFR-05 no timeout", `277h46m40s 1 <nil>`, func(co *aio.Co) (int, error) {
			return aio.WaitFor(co, aio.Spawn(co, "t", valued(1e6*sec, 1)), aio.Forever)
		}},
		{"WFR-06 a future", `0s 1 <nil>`, func(co *aio.Co) (int, error) {
			f := aio.NewFuture[int](co, "f")
			co.Loop().CallSoon("set", func() { _ = f.SetResult(1) })
			return aio.WaitFor(co, f, sec)
		}},
		{"WFR-07, WFR-11 one that ignores the cancellation: its result counts", `
			1s t absorbs cancelled
			2s 1 <nil>`, func(co *aio.Co) (int, error) {
			return aio.WaitFor(co, aio.Spawn(co, "t", stubborn(nil)), sec)
		}},
		{"WFR-08 one that takes its time to be cancelled", `
			1s t absorbs cancelled
			2s 0 wait for in task "main" timed out at 2s`, func(co *aio.Co) (int, error) {
			return aio.WaitFor(co, aio.Spawn(co, "t", stubborn(aio.ErrCancelled)), sec)
		}},
		{"WFR-08 and with timeout 0", `
			0s t absorbs cancelled
			1s 0 wait for in task "main" timed out at 1s`, func(co *aio.Co) (int, error) {
			task := aio.Spawn(co, "t", stubborn(aio.ErrCancelled))
			settle(co)
			return aio.WaitFor(co, task, 0)
		}},
		{"WFR-09 one that fails meanwhile: its exception counts", `
			1s t absorbs cancelled
			2s 0 boom`, func(co *aio.Co) (int, error) {
			return aio.WaitFor(co, aio.Spawn(co, "t", stubborn(errBoom)), sec)
		}},
		{"trap 2 a function runs in the calling task", `
			0s in main
			1s 1 <nil>`, func(co *aio.Co) (int, error) {
			return aio.WaitForFunc(co, 2*sec, func(co *aio.Co) (int, error) {
				co.Printf("in %s\n", name(co))
				return 1, aio.Sleep(co, sec)
			})
		}},
		{"a function that times out", `
			1s 0 wait for in task "main" timed out at 1s`, func(co *aio.Co) (int, error) {
			return aio.WaitForFunc(co, sec, func(co *aio.Co) (int, error) { return 0, aio.Sleep(co, 2*sec) })
		}},
		{"trap 3 result and deadline in the same turn: the timer set first", `
			1s 0 wait for in task "main" timed out at 1s`, func(co *aio.Co) (int, error) {
			task := aio.Spawn(co, "t", valued(sec, 1))
			settle(co)
			return aio.WaitFor(co, task, sec)
		}},
		{"trap 3 and the deadline set first", `
			1s 0 wait for in task "main" timed out at 1s`, func(co *aio.Co) (int, error) {
			return aio.WaitFor(co, aio.Spawn(co, "t", valued(sec, 1)), sec)
		}},
		{"trap 3 a result set where the deadline fires", `
			1s 0 wait for in task "main" timed out at 1s`, func(co *aio.Co) (int, error) {
			f := aio.NewFuture[int](co, "f")
			co.Loop().CallAt("set", sec, func() { _ = f.SetResult(1) })
			return aio.WaitFor(co, f, sec)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			check(t, test.want+"\nmain: <nil>", func(co *aio.Co) error {
				value, err := test.run(co)
				co.Printf("%d %v\n", value, err)
				return nil
			})
		})
	}
	t.Run("WFR-10 cancelling the waiting task cancels the awaited one", func(t *testing.T) {
		check(t, `
			1s t ends: cancelled
			1s w ends: cancelled
			1s t ends: cancelled
			1s w ends: cancelled
			main: <nil>`, func(co *aio.Co) error {
			for _, timeout := range []time.Duration{aio.Forever, 60 * sec} {
				w := aio.Go(co, "w", func(co *aio.Co) error {
					task := aio.Go(co, "t", func(co *aio.Co) error { return sayEnd(co, aio.Sleep(co, 5*sec)) })
					_, err := aio.WaitFor(co, task, timeout)
					return sayEnd(co, err)
				})
				_ = aio.Sleep(co, sec-co.Now())
				settle(co)
				w.Cancel()
				settle(co)
			}
			return nil
		})
	})
	t.Run("WFR-12, trap 1 a cancellation is not lost where the awaited task is done", func(t *testing.T) {
		check(t, `
			0s w ends: cancelled
			0s w cancelled, f done
			main: <nil>`, func(co *aio.Co) error {
			f := aio.NewFuture[int](co, "f")
			w := aio.Go(co, "w", func(co *aio.Co) error {
				_, err := aio.WaitFor(co, f, 60*sec)
				return sayEnd(co, err)
			})
			settle(co)
			_ = f.SetResult(1)
			w.Cancel()
			settle(co)
			co.Printf("%s\n", states(w, f))
			return nil
		})
	})
	t.Run("WFR-13 a shield keeps it alive", func(t *testing.T) {
		check(t, `
			0s wait for in task "main" timed out at 0s: t pending
			1s wait for in task "main" timed out at 1s: t pending
			3s 7 <nil>
			main: <nil>`, func(co *aio.Co) error {
			task := aio.Spawn(co, "t", valued(3*sec, 7))
			_, err := aio.WaitFor(co, aio.Shield(co, task), 0)
			co.Printf("%v: %s\n", err, states(task))
			_, err = aio.WaitFor(co, aio.Shield(co, task), sec)
			co.Printf("%v: %s\n", err, states(task))
			n, err := aio.WaitFor(co, aio.Shield(co, task), aio.Forever)
			co.Printf("%d %v\n", n, err)
			return nil
		})
	})
	t.Run("cancelled while it waits for the awaited task to be cancelled", func(t *testing.T) {
		check(t, `
			0s t absorbs cancelled
			0s w ends: cancelled: outer
			0s t pending
			main: <nil>`, func(co *aio.Co) error {
			task := aio.Spawn(co, "t", stubborn(nil))
			settle(co)
			w := aio.Go(co, "w", func(co *aio.Co) error {
				_, err := aio.WaitFor(co, task, 0)
				return sayEnd(co, err)
			})
			settle(co)
			w.Cancel("outer")
			settle(co)
			co.Printf("%s\n", states(task))
			return nil
		})
	})
	t.Run("a timeout past the end of time", func(t *testing.T) {
		err := aio.RunWith(quiet, func(co *aio.Co) error {
			_ = aio.Sleep(co, sec)
			_, err := aio.WaitFor(co, done(co), aio.Forever-1)
			return err
		})
		wantUsage(t, err, sim.ErrTimeRange)
		wantNoPanic(t, err)
	})
}
