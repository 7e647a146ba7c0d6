package aio_test

import (
	"errors"
	"fmt"
	"testing"
	"unsafe"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleGo() {
	_ = aio.Run(func(co *aio.Co) error {
		task := aio.Go(co, "greeter", func(co *aio.Co) error {
			co.Printf("hello\n")
			return aio.Sleep(co, sec)
		})
		co.Printf("making a task does not run it\n")
		_, err := task.Await(co)
		co.Printf("at %v: %v\n", co.Now(), err)
		return nil
	})
	// Output:
	// making a task does not run it
	// hello
	// at 1s: <nil>
}

func ExampleSpawn() {
	_ = aio.Run(func(co *aio.Co) error {
		double := aio.Spawn(co, "double", func(co *aio.Co) (int, error) {
			return 2 * 21, aio.Sleep(co, sec)
		})
		n, err := double.Await(co)
		co.Printf("%d %v\n", n, err)
		return nil
	})
	// Output:
	// 42 <nil>
}

func ExampleTask_Cancel() {
	_ = aio.Run(func(co *aio.Co) error {
		worker := aio.Go(co, "worker", func(co *aio.Co) error {
			err := aio.Sleep(co, 1000*sec)
			co.Printf("worker at %v: %v\n", co.Now(), err)
			return err // a task that returns the error is cancelled
		})
		if err := aio.Sleep(co, sec); err != nil {
			return err
		}
		co.Printf("cancel: %t\n", worker.Cancel("no longer needed"))
		_, err := worker.Await(co)
		co.Printf("main: %v, cancelled %t\n", err, worker.Cancelled())
		return nil
	})
	// Output:
	// cancel: true
	// worker at 1s: cancelled: no longer needed
	// main: cancelled: no longer needed, cancelled true
}

// TestTaskSize keeps a task in the allocator's class of 256 bytes. A million tasks are a common simulation.
func TestTaskSize(t *testing.T) {
	if size := unsafe.Sizeof(aio.Task[aio.None]{}); size > 256 {
		t.Errorf("a task has %d bytes, more than 256", size)
	}
}

func TestTasks(t *testing.T) {
	t.Run("TSK-01 result and loop", func(t *testing.T) {
		check(t, `
			0s task "t" pending, its loop is the loop: true
			0s task runs
			1s task returns
			1s t done: 7 <nil>
			main: <nil>`, func(co *aio.Co) error {
			task := aio.Spawn(co, "t", func(co *aio.Co) (int, error) {
				co.Printf("task runs\n")
				err := aio.Sleep(co, sec)
				co.Printf("task returns\n")
				return 7, err
			})
			co.Printf("%v pending, its loop is the loop: %t\n", task, task.Loop() == co.Loop())
			n, err := task.Await(co)
			co.Printf("%s: %d %v\n", states(task), n, err)
			return nil
		})
	})
	t.Run("TSK-08 names", func(t *testing.T) {
		check(t, `
			0s main task "main"
			0s x task "x"
			0s task-3 task "task-3"
			0s task-4 task "task-4"
			main: <nil>`, func(co *aio.Co) error {
			whoami := func(co *aio.Co) error {
				task := aio.CurrentTask(co)
				co.Printf("%s %v\n", task.Name(), task)
				return nil
			}
			_ = whoami(co)
			aio.Go(co, "x", whoami)
			aio.Go(co, "", whoami)
			aio.NewTask(co, aio.TaskConfig{}, func(co *aio.Co) (int, error) { return 0, whoami(co) })
			return aio.Sleep(co, 0)
		})
	})
	t.Run("TSK-09 nested functions run in the same task", func(t *testing.T) {
		check(t, "3s 6\nmain: <nil>", func(co *aio.Co) error {
			sum := 0
			for n := range 3 {
				m, err := valued(sec, n+1)(co)
				if err != nil {
					return err
				}
				sum += m
			}
			co.Printf("%d\n", sum)
			return nil
		})
	})
	t.Run("TSK-11 a result that is a future is not awaited", func(t *testing.T) {
		check(t, "0s inner pending\nmain: <nil>", func(co *aio.Co) error {
			f, err := aio.Spawn(co, "outer", func(co *aio.Co) (*aio.Future[int], error) {
				return aio.NewFuture[int](co, "inner"), nil
			}).Await(co)
			co.Printf("%s\n", states(f))
			return err
		})
	})
	t.Run("TSK-14 the current task", func(t *testing.T) {
		check(t, `
			0s a is a
			0s b is b
			0s callback is in none: true
			1s a is a
			1s b is b
			main: <nil>`, func(co *aio.Co) error {
			l := co.Loop()
			for _, name := range []string{"a", "b"} {
				aio.Go(co, name, func(co *aio.Co) error {
					co.Printf("%s is %s\n", name, aio.CurrentTask(co).Name())
					err := aio.Sleep(co, sec)
					co.Printf("%s is %s\n", name, aio.CurrentTask(l).Name())
					return err
				})
			}
			l.CallSoon("callback", func() { l.Printf("callback is in none: %t\n", aio.CurrentTask(l) == nil) })
			return aio.Sleep(co, 2*sec)
		})
	})
	t.Run("TSK-15 all tasks", func(t *testing.T) {
		all := func(co *aio.Co) {
			line := "all:"
			for _, task := range aio.AllTasks(co) {
				line += " " + task.Name()
			}
			co.Printf("%s\n", line)
		}
		check(t, `
			0s all: main c a b
			1s all: main c b
			2s all: main b
			3s all: main
			main: <nil>`, func(co *aio.Co) error {
			aio.Spawn(co, "c", valued(1900*ms, 0))
			aio.Spawn(co, "a", valued(900*ms, 0))
			aio.Spawn(co, "b", valued(2900*ms, 0))
			for range 3 {
				all(co)
				_ = aio.Sleep(co, sec)
			}
			all(co)
			return nil
		})
	})
	t.Run("TSK-17 a loop that is stopped meanwhile", func(t *testing.T) {
		check(t, `
			main: run task "main" at 1s: event loop stopped before the main task was done
			1s main ends: cancelled`, func(co *aio.Co) error {
			co.Loop().CallLater("stop", sec, co.Loop().Stop)
			err := aio.Sleep(co, 2*sec)
			co.Printf("main ends: %v\n", err)
			return err
		})
	})
	t.Run("trap 27 a failure counts more than a cancellation that is pending", func(t *testing.T) {
		check(t, "0s t done: boom, cancelling 1\nmain: <nil>", func(co *aio.Co) error {
			task := aio.Go(co, "t", func(co *aio.Co) error {
				aio.CurrentTask(co).Cancel()
				return errBoom
			})
			_, err := task.Await(co)
			co.Printf("%s: %v, cancelling %d\n", states(task), err, task.Cancelling())
			return nil
		})
	})
}

// TestTSK_13_TaskResult: a task's result comes from its function alone.
func TestTSK_13_TaskResult(t *testing.T) {
	check(t, `
		0s set result task "t" in task "main" at 0s: a task ends with what its function returns
		0s set exception task "t" in task "main" at 0s: a task ends with what its function returns
		1s 5 <nil>
		1s set result task "t" in task "main" at 1s: a task ends with what its function returns
		main: <nil>`, func(co *aio.Co) error {
		task := aio.Spawn(co, "t", valued(sec, 5))
		refused := func(err error) {
			var usage *sim.UsageError
			if !errors.As(err, &usage) || !errors.Is(err, aio.ErrTaskResult) {
				t.Errorf("%v is not ErrTaskResult", err)
			}
			co.Printf("%v\n", err)
		}
		refused(task.SetResult(6))
		refused(task.SetException(errBoom))
		n, err := task.Await(co)
		co.Printf("%d %v\n", n, err)
		refused(task.Future.SetResult(7))
		return nil
	})
}

// TestTaskErrors is what a task function may return and what becomes of it.
func TestTaskErrors(t *testing.T) {
	for _, test := range []struct {
		name      string
		err       error
		cancelled bool
	}{
		{"nil", nil, false},
		{"an error", errBoom, false},
		{"the sentinel", aio.ErrCancelled, true},
		{"a CancelledError", &aio.CancelledError{Message: "m"}, true},
		{"CAN-15 one that wraps a CancelledError", fmt.Errorf("stopping: %w", &aio.CancelledError{}), true},
		{"a group with a CancelledError", &aio.ExceptionGroup{Message: "m", Errors: []error{aio.ErrCancelled}}, false},
		{"a join with a CancelledError", errors.Join(errBoom, aio.ErrCancelled), false},
		{"a TimeoutError", &aio.TimeoutError{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := aio.Run(func(co *aio.Co) error {
				task := aio.Go(co, "t", func(*aio.Co) error { return test.err })
				_, first := task.Await(co)
				if first != test.err {
					t.Errorf("the first await returns %v, not the very error", first)
				}
				if task.Cancelled() != test.cancelled {
					t.Errorf("cancelled is %t", task.Cancelled())
				}
				_, second := task.Result()
				if test.cancelled && second.Error() != "cancelled" || !test.cancelled && second != test.err {
					t.Errorf("the second time it is %v", second)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestStartOrder: tasks take their first step in the order in which they were made, between the callbacks of their time.
func TestStartOrder(t *testing.T) {
	check(t, `
		0s main goes on
		0s a
		0s callback
		0s b
		0s made by a
		0s made by b
		main: <nil>`, func(co *aio.Co) error {
		step := func(name string) func(co *aio.Co) error {
			return func(co *aio.Co) error {
				co.Printf("%s\n", name)
				aio.Go(co, "", func(co *aio.Co) error { co.Printf("made by %s\n", name); return nil })
				return nil
			}
		}
		l := co.Loop()
		aio.Go(co, "a", step("a"))
		l.CallSoon("callback", func() { l.Printf("callback\n") })
		aio.Go(co, "b", step("b"))
		co.Printf("main goes on\n")
		return aio.Sleep(co, sec)
	})
}
