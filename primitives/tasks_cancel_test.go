package aio_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// TestCancelMessage is CAN-01: the message, if there is one, reaches whoever looks at the cancelled task, by every way.
func TestCancelMessage(t *testing.T) {
	for _, test := range []struct {
		message []any
		want    string
	}{
		{nil, "cancelled"},
		{[]any{nil}, "cancelled"},
		{[]any{"my message"}, "cancelled: my message"},
		{[]any{5}, "cancelled: 5"},
	} {
		for _, way := range []struct {
			name string
			get  func(co *aio.Co, task *aio.Task[int]) error
		}{
			{"await", func(co *aio.Co, task *aio.Task[int]) error {
				_ = aio.Sleep(co, 0)
				task.Cancel(test.message...)
				_, err := task.Await(co)
				return err
			}},
			{"result", func(co *aio.Co, task *aio.Task[int]) error {
				_ = aio.Sleep(co, 0)
				task.Cancel(test.message...)
				_ = aio.Sleep(co, 0)
				_, err := task.Result()
				return err
			}},
			{"exception", func(co *aio.Co, task *aio.Task[int]) error {
				_ = aio.Sleep(co, 0)
				task.Cancel(test.message...)
				_ = aio.Sleep(co, 0)
				return task.Exception()
			}},
			{"before it starts", func(co *aio.Co, task *aio.Task[int]) error {
				task.Cancel(test.message...)
				_, err := task.Await(co)
				return err
			}},
			{"gather", func(co *aio.Co, task *aio.Task[int]) error {
				task.Cancel(test.message...)
				_, err := aio.Gather(co, task).Await(co)
				return err
			}},
			{"gather's own cancel", func(co *aio.Co, task *aio.Task[int]) error {
				all := aio.Gather(co, task)
				all.Cancel(test.message...)
				_, err := all.Await(co)
				return err
			}},
			{"cancel of the task that awaits it", func(co *aio.Co, task *aio.Task[int]) error {
				outer := aio.Go(co, "outer", func(co *aio.Co) error { _, err := task.Await(co); return err })
				settle(co)
				outer.Cancel(test.message...)
				_, err := outer.Await(co)
				return err
			}},
		} {
			t.Run(fmt.Sprintf("CAN-01 %v by %s", test.message, way.name), func(t *testing.T) {
				check(t, "0s "+test.want+"\nmain: <nil>", func(co *aio.Co) error {
					co.Printf("%v\n", way.get(co, aio.Spawn(co, "t", valued(sec, 1))))
					return nil
				})
			})
		}
	}
}

// TestCancelledIdentity: the error that ended the task is handed out once, so that what it wraps is seen; then new ones.
func TestCancelledIdentity(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		task := aio.Go(co, "t", func(co *aio.Co) error {
			return errors.Join(aio.Sleep(co, sec)).(interface{ Unwrap() []error }).Unwrap()[0]
		})
		_ = aio.Sleep(co, 0)
		task.Cancel("why")
		_, first := task.Await(co)
		_, second := task.Await(co)
		if first == second || first.Error() != "cancelled: why" || second.Error() != "cancelled" {
			t.Errorf("first %v, then %v; the same: %t", first, second, first == second)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCancel(t *testing.T) {
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"CAN-02 requests are counted, CAN-03 and taken back", `
			0s true true, cancelling 2
			0s uncancel 1 0 0
			0s t goes on
			0s true, cancelling 1
			0s t ends: cancelled
			0s t cancelled, cancelling 1, uncancel 0, t cancelled
			0s cancel false, cancelling 0`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error {
				_ = aio.Sleep(co, 0)
				co.Printf("t goes on\n")
				return sayEnd(co, aio.Sleep(co, sec))
			})
			co.Printf("%t %t, cancelling %d\n", task.Cancel(), task.Cancel(), task.Cancelling())
			co.Printf("uncancel %d %d %d\n", task.Uncancel(), task.Uncancel(), task.Uncancel())
			settle(co)
			co.Printf("%t, cancelling %d\n", task.Cancel(), task.Cancelling())
			settle(co)
			co.Printf("%s, cancelling %d, uncancel %d, %s\n", states(task), task.Cancelling(), task.Uncancel(), states(task))
			co.Printf("cancel %t, cancelling %d\n", task.Cancel(), task.Cancelling())
		}},
		{"CAN-04 a timeout by hand takes back its own cancellation only", `
			1s own: cancelled, cancelling 1 then 0
			3s body goes on
			4s both: cancelled, cancelling 2 then 1`, func(co *aio.Co) {
			l := co.Loop()
			byHand := func(name string, others int) {
				task := aio.CurrentTask(co)
				timer := l.CallLater("timeout", sec, func() {
					for range 1 + others {
						task.Cancel()
					}
				})
				err := aio.Sleep(co, 2*sec)
				timer.Cancel()
				co.Printf("%s: %v, cancelling %d then %d\n", name, err, task.Cancelling(), task.Uncancel())
			}
			byHand("own", 0)
			_ = aio.Sleep(co, 2*sec)
			co.Printf("body goes on\n")
			byHand("both", 1)
			aio.CurrentTask(co).Uncancel()
		}},
		{"CAN-05 uncancel to zero drops what was not delivered", `
			0s t ends: <nil>
			0s t done`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error {
				self := aio.CurrentTask(co)
				self.Cancel()
				self.Uncancel()
				return sayEnd(co, aio.Sleep(co, 0))
			})
			settle(co)
			co.Printf("%s\n", states(task))
		}},
		{"CAN-05 and what another has asked for stays", `
			0s t ends: cancelled
			0s t cancelled`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error {
				self := aio.CurrentTask(co)
				self.Cancel()
				self.Cancel()
				self.Uncancel()
				return sayEnd(co, aio.Sleep(co, 0))
			})
			settle(co)
			co.Printf("%s\n", states(task))
		}},
		{"CAN-06 by a callback, while it sleeps, CAN-16, CAN-17 whose timer goes with it", `
			100ms t ends: cancelled
			100ms t cancelled: cancel false`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error { return sayEnd(co, aio.Sleep(co, 5000*sec)) })
			co.Loop().CallLater("cancel", 100*ms, func() { task.Cancel() })
			_, _ = task.Await(co)
			co.Printf("%s: cancel %t\n", states(task), task.Cancel())
		}},
		{"CAN-07 between two turns", `
			0s t has had one turn
			0s t ends: cancelled`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error {
				_ = aio.Sleep(co, 0)
				co.Printf("t has had one turn\n")
				return sayEnd(co, aio.Sleep(co, 0))
			})
			_ = aio.Sleep(co, 0)
			_ = aio.Sleep(co, 0)
			task.Cancel()
			settle(co)
		}},
		{"CAN-08 by way of the future that it awaits", `
			0s t ends: cancelled: inner
			0s t cancelled, f cancelled, cancelling 0`, func(co *aio.Co) {
			f := aio.NewFuture[int](co, "f")
			task := aio.Go(co, "t", func(co *aio.Co) error {
				_, err := f.Await(co)
				return sayEnd(co, err)
			})
			settle(co)
			f.Cancel("inner")
			settle(co)
			co.Printf("%s, cancelling %d\n", states(task, f), task.Cancelling())
		}},
		{"CAN-08 both", `
			0s t ends: cancelled: inner
			0s t cancelled, cancelling 1`, func(co *aio.Co) {
			f := aio.NewFuture[int](co, "f")
			task := aio.Go(co, "t", func(co *aio.Co) error {
				_, err := f.Await(co)
				return sayEnd(co, err)
			})
			settle(co)
			f.Cancel("inner")
			task.Cancel("outer")
			settle(co)
			co.Printf("%s, cancelling %d\n", states(task), task.Cancelling())
		}},
		{"CAN-09 it may be caught", `
			0s t ends: <nil>
			0s t done, f cancelled, cancelling 1`, func(co *aio.Co) {
			f := aio.NewFuture[int](co, "f")
			task := aio.Go(co, "t", func(co *aio.Co) error {
				_, _ = f.Await(co)
				return sayEnd(co, nil)
			})
			settle(co)
			task.Cancel()
			settle(co)
			co.Printf("%s, cancelling %d\n", states(task, f), task.Cancelling())
		}},
		{"CAN-10 and the task may go on waiting", `
			0s t ignores cancelled
			2s t ends: <nil>`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error {
				co.Printf("t ignores %v\n", aio.Sleep(co, sec))
				return sayEnd(co, aio.Sleep(co, 2*sec))
			})
			settle(co)
			task.Cancel()
			_, _ = task.Await(co)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, test.run)
		})
	}
}

// sayEnd prints how the task ends and returns err.
func sayEnd(co *aio.Co, err error) error {
	co.Printf("%s ends: %v\n", name(co), err)
	return err
}

// TestCancelCircle is trap 30: tasks that wait for each other in a circle. CPython gives up with a RecursionError; here
// a cancellation goes round once, and everybody ends.
func TestCancelCircle(t *testing.T) {
	for n := 2; n <= 4; n++ {
		t.Run(fmt.Sprintf("of %d", n), func(t *testing.T) {
			for first := range n {
				tasks := make([]aio.Awaitable, n)
				everybodyEnds(t, tasks, first, func(co *aio.Co) {
					for i := range tasks {
						tasks[i] = aio.Go(co, fmt.Sprint(i), func(co *aio.Co) error {
							_, err := tasks[(i+1)%n].(*aio.Task[aio.None]).Await(co)
							return err
						})
					}
				})
			}
		})
	}
	t.Run("counted once", func(t *testing.T) {
		checkBody(t, `
			0s a 1
			0s a cancelled
			main: <nil>
			! at 0s: Future exception was never retrieved: gather-1: cancelled`, func(co *aio.Co) {
			var a *aio.Task[aio.None]
			a = aio.Go(co, "a", func(co *aio.Co) error { _, err := aio.Gather(co, a).Await(co); return err })
			settle(co)
			a.Cancel()
			co.Printf("a %d\n", a.Cancelling())
			settle(co)
			co.Printf("%s\n", states(a))
		})
	})
	t.Run("through gather", func(t *testing.T) {
		const n = 30 // so many that going round more often than once would not end
		for _, first := range []int{0, n - 1, n} {
			tasks := make([]aio.Awaitable, n+1)
			everybodyEnds(t, tasks, first, func(co *aio.Co) {
				var all *aio.Future[[]aio.None]
				children := make([]aio.AwaitableOf[aio.None], n)
				for i := range children {
					task := aio.Go(co, fmt.Sprint(i), func(co *aio.Co) error { _, err := all.Await(co); return err })
					tasks[i], children[i] = task, task
				}
				all = aio.Gather(co, children...)
				tasks[n] = all
			})
		}
	})
	t.Run("through gather of the other two", func(t *testing.T) {
		for first := range 3 {
			tasks := make([]aio.Awaitable, 3)
			everybodyEnds(t, tasks, first, func(co *aio.Co) {
				for i := range tasks {
					tasks[i] = aio.Go(co, fmt.Sprint(i), func(co *aio.Co) error {
						a, b := tasks[(i+1)%3].(*aio.Task[aio.None]), tasks[(i+2)%3].(*aio.Task[aio.None])
						_, err := aio.Gather(co, a, b).Await(co)
						return err
					})
				}
			})
		}
	})
	t.Run("with oneself cancelled before", func(t *testing.T) {
		check(t, "0s a cancelled, b cancelled\nmain: <nil>", func(co *aio.Co) error {
			var a, b *aio.Task[aio.None]
			a = aio.Go(co, "a", func(co *aio.Co) error {
				settle(co)
				a.Cancel()
				_, err := b.Await(co)
				return err
			})
			b = aio.Go(co, "b", func(co *aio.Co) error { _, err := a.Await(co); return err })
			_, _, err := aio.Wait(co, []aio.Awaitable{a, b}, sec, aio.AllCompleted)
			co.Printf("%s\n", states(a, b))
			return err
		})
	})
}

// everybodyEnds fails the test unless all tasks end, in no virtual time, once the first is cancelled.
func everybodyEnds(t *testing.T, tasks []aio.Awaitable, first int, make func(co *aio.Co)) {
	t.Helper()
	defer noGoroutineLeft(t)()
	deadline := time.Now().Add(5 * sec)
	err := aio.RunWith(quiet, func(co *aio.Co) error {
		make(co)
		settle(co)
		if !tasks[first].Cancel("round") {
			return fmt.Errorf("cancel of %d returns false", first)
		}
		settle(co)
		_, pending, err := aio.Wait(co, tasks, 0, aio.AllCompleted)
		if len(pending) > 0 || co.Now() > 0 {
			return fmt.Errorf("%d tasks of %d are left, at %v", len(pending), len(tasks), co.Now())
		}
		return err
	})
	if err != nil {
		t.Errorf("after the cancellation of %d: %v", first, err)
	}
	if time.Now().After(deadline) {
		t.Errorf("the cancellation of %d took more than 5 s", first)
	}
}
