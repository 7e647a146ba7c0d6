package aio_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleTimeout() {
	_ = aio.Run(func(co *aio.Co) error {
		err := aio.Timeout(co, 2*sec, func(*aio.TimeoutScope) error {
			return aio.Sleep(co, time.Hour)
		})
		co.Printf("at %v: %v\n", co.Now(), err)
		co.Printf("ErrTimeout: %t, ErrCancelled: %t\n", errors.Is(err, aio.ErrTimeout), errors.Is(err, aio.ErrCancelled))
		return nil
	})
	// Output:
	// at 2s: timeout in task "main" timed out at 2s
	// ErrTimeout: true, ErrCancelled: false
}

func ExampleTimeoutScope_Reschedule() {
	_ = aio.Run(func(co *aio.Co) error {
		return aio.Timeout(co, 2*sec, func(s *aio.TimeoutScope) error {
			for beat := range 3 { // every sign of life puts the deadline off
				if err := aio.Sleep(co, sec); err != nil {
					return err
				}
				co.Printf("at %v: beat %d, deadline %v\n", co.Now(), beat, s.When())
				if err := s.Reschedule(co.Now() + 2*sec); err != nil {
					return err
				}
			}
			return nil
		})
	})
	// Output:
	// at 1s: beat 0, deadline 2s
	// at 2s: beat 1, deadline 3s
	// at 3s: beat 2, deadline 4s
}

// scoped runs a timeout and prints how it and its scope end.
func scoped(co *aio.Co, what string, d time.Duration, body func(s *aio.TimeoutScope) error) error {
	var scope *aio.TimeoutScope
	err := aio.Timeout(co, d, func(s *aio.TimeoutScope) error { scope = s; return body(s) })
	co.Printf("%s: %v, expired %t, when %s, cancelling %d\n",
		what, err, scope.Expired(), deadlineOf(scope), aio.CurrentTask(co).Cancelling())
	return err
}

func deadlineOf(s *aio.TimeoutScope) string {
	if s.When() == aio.Forever {
		return "never"
	}
	return fmt.Sprint(s.When())
}

func TestTimeout(t *testing.T) {
	sleep := func(co *aio.Co, d time.Duration) func(*aio.TimeoutScope) error {
		return func(*aio.TimeoutScope) error { return aio.Sleep(co, d) }
	}
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"TMO-01 expires", `
			1s a: timeout in task "main" timed out at 1s, expired true, when 1s, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "a", sec, sleep(co, 2*sec))
		}},
		{"TMO-01 at a virtual time", `
			3s timeout in task "main" timed out at 3s`, func(co *aio.Co) {
			_ = aio.Sleep(co, sec)
			err := aio.TimeoutAt(co, 3*sec, sleep(co, 5*sec))
			co.Printf("%v\n", err)
		}},
		{"TMO-02 nested with the same deadline: the outer one has it", `
			1s inner: cancelled, expired true, when 1s, cancelling 1
			1s outer: timeout in task "main" timed out at 1s, expired true, when 1s, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "outer", sec, func(*aio.TimeoutScope) error {
				return scoped(co, "inner", sec, sleep(co, 2*sec))
			})
		}},
		{"TMO-03 the body sees a cancellation", `
			1s body sees cancelled
			1s a: timeout in task "main" timed out at 1s, expired true, when 1s, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "a", sec, func(s *aio.TimeoutScope) error {
				err := aio.Sleep(co, 2*sec)
				co.Printf("body sees %v\n", err)
				return err
			})
		}},
		{"TMO-04 not reached, and the timer is gone", `
			1s a: <nil>, expired false, when 1h0m0s, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "a", time.Hour, sleep(co, sec))
		}},
		{"TMO-05 none", `
			1h0m0s a: <nil>, expired false, when never, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "a", aio.Forever, sleep(co, time.Hour))
		}},
		{"TMO-06, trap 4 zero and less: at the first suspension, even in sleep(0)", `
			0s a: timeout in task "main" timed out at 0s, expired true, when 0s, cancelling 0
			0s b: timeout in task "main" timed out at 0s, expired true, when -1s, cancelling 0
			0s c: <nil>, expired false, when 0s, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "a", 0, sleep(co, 0))
			_ = scoped(co, "b", -sec, sleep(co, 0))
			_ = scoped(co, "c", 0, func(*aio.TimeoutScope) error { return nil })
		}},
		{"TMO-07 another error before the deadline", `
			1s a: boom, expired false, when 2s, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "a", 2*sec, func(*aio.TimeoutScope) error { _ = aio.Sleep(co, sec); return errBoom })
		}},
		{"TMO-09 another error after it", `
			1s a: boom, expired true, when 1s, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "a", sec, func(*aio.TimeoutScope) error { _ = aio.Sleep(co, 2*sec); return errBoom })
		}},
		{"the body swallows the cancellation", `
			1s a: <nil>, expired true, when 1s, cancelling 0
			2s slept`, func(co *aio.Co) {
			_ = scoped(co, "a", sec, func(*aio.TimeoutScope) error { _ = aio.Sleep(co, 2*sec); return nil })
			_ = aio.Sleep(co, sec)
			co.Printf("slept\n")
		}},
		{"TMO-10 cancelling oneself is no timeout", `
			0s a: cancelled, expired false, when 1s, cancelling 1`, func(co *aio.Co) {
			_ = scoped(co, "a", sec, func(*aio.TimeoutScope) error {
				aio.CurrentTask(co).Cancel()
				return aio.Sleep(co, 2*sec)
			})
		}},
		{"TMO-11 a task that times out inside is not cancelled", `
			1s t: timeout in task "t" timed out at 1s, expired true, when 1s, cancelling 0
			1s t done`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error {
				_ = scoped(co, "t", sec, sleep(co, 2*sec))
				return nil
			})
			_, _ = task.Await(co)
			co.Printf("%s\n", states(task))
		}},
		{"TMO-12 the inner one longer", `
			1s inner: cancelled, expired false, when 2s, cancelling 1
			1s outer: timeout in task "main" timed out at 1s, expired true, when 1s, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "outer", sec, func(*aio.TimeoutScope) error {
				return scoped(co, "inner", 2*sec, sleep(co, 3*sec))
			})
		}},
		{"TMO-13 the inner one shorter, and then the outer one", `
			1s inner: timeout in task "main" timed out at 1s, expired true, when 1s, cancelling 0
			2s outer: timeout in task "main" timed out at 2s, expired true, when 2s, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "outer", 2*sec, func(*aio.TimeoutScope) error {
				_ = scoped(co, "inner", sec, sleep(co, 3*sec))
				return aio.Sleep(co, 3*sec)
			})
		}},
		{"TMO-14 put off, then taken away", `
			1s when 10s <nil>
			2s when 12s <nil>
			11s when never <nil>
			20s a: <nil>, expired false, when never, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "a", 2*sec, func(s *aio.TimeoutScope) error {
				for _, step := range []struct{ sleep, when time.Duration }{{sec, 10 * sec}, {sec, 12 * sec}, {9 * sec, aio.Forever}} {
					_ = aio.Sleep(co, step.sleep)
					err := s.Reschedule(step.when)
					co.Printf("when %s %v\n", deadlineOf(s), err)
				}
				return aio.Sleep(co, 9*sec)
			})
		}},
		{"brought forward, into the past", `
			1s a: timeout in task "main" timed out at 1s, expired true, when 500ms, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "a", time.Hour, func(s *aio.TimeoutScope) error {
				_ = aio.Sleep(co, sec)
				if err := s.Reschedule(500 * ms); err != nil {
					return err
				}
				return aio.Sleep(co, 0)
			})
		}},
		{"TMO-16 in what is done when the outer one has expired", `
			1s cleaning up after cancelled
			2s inner: timeout in task "main" timed out at 2s, expired true, when 2s, cancelling 1
			2s outer: timeout in task "main" timed out at 2s, expired true, when 1s, cancelling 0`, func(co *aio.Co) {
			_ = scoped(co, "outer", sec, func(*aio.TimeoutScope) error {
				err := aio.Sleep(co, 3*sec)
				co.Printf("cleaning up after %v\n", err)
				_ = scoped(co, "inner", sec, sleep(co, 3*sec))
				return err
			})
		}},
		{"TMO-17, trap 5 after a cancellation that was caught before", `
			0s caught cancelled
			1s a: timeout in task "t" timed out at 1s, expired true, when 1s, cancelling 1`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error {
				co.Printf("caught %v\n", aio.Sleep(co, sec))
				_ = scoped(co, "a", sec, sleep(co, 2*sec))
				return nil
			})
			settle(co)
			task.Cancel()
			_, _ = task.Await(co)
		}},
		{"TMO-18 and a new one inside stays one", `
			0s caught cancelled
			500ms a: cancelled, expired false, when 1s, cancelling 2`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error {
				co.Printf("caught %v\n", aio.Sleep(co, sec))
				return scoped(co, "a", sec, sleep(co, 2*sec))
			})
			settle(co)
			task.Cancel()
			_ = aio.Sleep(co, 500*ms)
			task.Cancel()
			settle(co)
		}},
		{"a cancellation from outside in the turn of the deadline counts more, whichever is first", `
			1s a: cancelled: outside, expired true, when 1s, cancelling 1
			1s b: cancelled, expired true, when 1s, cancelling 1`, func(co *aio.Co) {
			var a, b *aio.Task[aio.None]
			l := co.Loop()
			l.CallAt("cancel", sec, func() { a.Cancel("outside") })
			body := func(co *aio.Co) error { return scoped(co, name(co), sec, sleep(co, 2*sec)) }
			a, b = aio.Go(co, "a", body), aio.Go(co, "b", body)
			_ = aio.Sleep(co, 0)
			l.CallAt("cancel", sec, func() { b.Cancel("outside") })
			_ = aio.Sleep(co, 2*sec)
		}},
		{"trap 3 a result in the turn of the deadline is lost", `
			1s a: timeout in task "main" timed out at 1s, expired true, when 1s, cancelling 0`, func(co *aio.Co) {
			f := aio.NewFuture[int](co, "f")
			co.Loop().CallAt("set", sec, func() { _ = f.SetResult(1) })
			_ = scoped(co, "a", sec, func(*aio.TimeoutScope) error { _, err := f.Await(co); return err })
		}},
		{"a panic that is recovered outside takes the deadline along", `
			0s recovered ouch
			3s slept: <nil>, cancelling 0`, func(co *aio.Co) {
			func() {
				defer func() { co.Printf("recovered %v\n", recover()) }()
				_ = aio.Timeout(co, sec, func(*aio.TimeoutScope) error { panic("ouch") })
			}()
			err := aio.Sleep(co, 3*sec)
			co.Printf("slept: %v, cancelling %d\n", err, aio.CurrentTask(co).Cancelling())
		}},
		{"and the cancellation, if it has expired", `
			1s recovered ouch
			4s slept: <nil>, cancelling 0`, func(co *aio.Co) {
			func() {
				defer func() { co.Printf("recovered %v\n", recover()) }()
				_ = aio.Timeout(co, sec, func(*aio.TimeoutScope) error { _ = aio.Sleep(co, 2*sec); panic("ouch") })
			}()
			err := aio.Sleep(co, 3*sec)
			co.Printf("slept: %v, cancelling %d\n", err, aio.CurrentTask(co).Cancelling())
		}},
		{"a cancellation that the body's error wraps is one", `
			1s true true`, func(co *aio.Co) {
			err := aio.Timeout(co, sec, func(*aio.TimeoutScope) error {
				return fmt.Errorf("reading: %w", aio.Sleep(co, 2*sec))
			})
			var timeout *aio.TimeoutError
			co.Printf("%t %t\n", errors.As(err, &timeout), timeout.Timeout())
		}},
	} {
		t.Run(test.name, func(t *testing.T) { checkBody(t, test.want, test.run) })
	}
}

// TestTMO_20_RescheduleTooLate: the error says in which state the scope is.
func TestTMO_20_RescheduleTooLate(t *testing.T) {
	err := aio.RunWith(quiet, func(co *aio.Co) error {
		var left, expired *aio.TimeoutScope
		_ = aio.Timeout(co, sec, func(s *aio.TimeoutScope) error { left = s; return nil })
		wantUsage(t, left.Reschedule(5*sec), aio.ErrScopeState, `reschedule finished timeout in task "main"`)
		_ = aio.Timeout(co, sec, func(s *aio.TimeoutScope) error {
			expired = s
			err := aio.Sleep(co, 2*sec)
			wantUsage(t, s.Reschedule(5*sec), aio.ErrScopeState, `reschedule expiring timeout in task "main" at 1s`)
			return err
		})
		wantUsage(t, expired.Reschedule(5*sec), aio.ErrScopeState, `reschedule expired timeout in task "main"`)
		if left.When() != sec || expired.When() != sec || left.Expired() || !expired.Expired() {
			t.Errorf("left: %v %t, expired: %v %t", left.When(), left.Expired(), expired.When(), expired.Expired())
		}
		return aio.Sleep(co, 10*sec) // a deadline that was set all the same would come here
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTimeoutPastTheEndOfTime(t *testing.T) {
	err := aio.RunWith(quiet, func(co *aio.Co) error {
		_ = aio.Sleep(co, sec)
		ran := false
		err := aio.Timeout(co, aio.Forever-1, func(*aio.TimeoutScope) error { ran = true; return nil })
		if ran {
			t.Error("the body ran")
		}
		return err
	})
	wantUsage(t, err, sim.ErrTimeRange)
	wantNoPanic(t, err)
}
