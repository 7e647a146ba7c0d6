package aio_test

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleToThread() {
	_ = aio.Run(func(co *aio.Co) error {
		lookup := func() (string, error) { return "127.0.0.1", nil } // it may block: on a file, a socket, a lock
		address, err := aio.ToThread(co, "lookup", lookup)
		if err != nil {
			return err
		}
		co.Printf("at %v: %s\n", co.Now(), address)
		return nil
	})
	// Output:
	// at 0s: 127.0.0.1
}

func TestTTH_01_ResultExceptionAndContext(t *testing.T) {
	defer noGoroutineLeft(t)()
	user := aio.NewContextVar("user", "nobody")
	checkBody(t, `
		0s 42 <nil>, called 1 times
		0s  boom
		0s ann`, func(co *aio.Co) {
		calls := 0
		value, err := aio.ToThread(co, "f", func() (int, error) { calls++; return 42, nil })
		co.Printf("%d %v, called %d times\n", value, err, calls)
		text, err := aio.ToThread(co, "g", func() (string, error) { return "", errBoom })
		co.Printf("%s %v\n", text, err)
		user.Set(co, "ann")
		c := aio.CopyContext(co)
		text, _ = aio.ToThread(co, "h", func() (string, error) { return user.In(c), nil })
		co.Printf("%s\n", text)
	})
}

func TestTTH_01_TenAtATime(t *testing.T) {
	defer noGoroutineLeft(t)()
	want := ""
	for i := range 10 {
		want += fmt.Sprintf("\n0s %d", i)
	}
	checkBody(t, want, func(co *aio.Co) {
		var all sync.WaitGroup // none returns before every one has begun
		all.Add(10)
		var tasks []aio.AwaitableOf[aio.None]
		for i := range 10 {
			tasks = append(tasks, aio.Go(co, fmt.Sprint(i), func(co *aio.Co) error {
				_, err := aio.ToThread(co, "wait", func() (aio.None, error) {
					all.Done()
					all.Wait()
					return aio.None{}, nil
				})
				co.Printf("%d\n", i)
				return err
			}))
		}
		_, _ = aio.Gather(co, tasks...).Await(co)
	})
}

func TestResultsOfThreadsAreTheSameInEveryRun(t *testing.T) {
	program := func(co *aio.Co) error {
		for i := range 4 {
			aio.Go(co, fmt.Sprint("task", i), func(co *aio.Co) error {
				for step := range 3 {
					_, err := aio.ToThread(co, "work", func() (aio.None, error) {
						for range (i*7 + step*3) % 5 {
							runtime.Gosched()
						}
						return aio.None{}, nil
					})
					if err != nil {
						return err
					}
					co.Printf("%s %d\n", name(co), step)
				}
				return nil
			})
		}
		return aio.Sleep(co, sec)
	}
	first := record(t, aio.Config{}, program)
	for range 100 {
		if again := record(t, aio.Config{}, program); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Fatalf("two runs differ:\n%v\n%v", first, again)
		}
	}
}

func TestLOP_21_CancelledExecution(t *testing.T) {
	defer noGoroutineLeft(t)()
	checkBody(t, `
		0s cancelled true
		0s the function ran on`, func(co *aio.Co) {
		release, ended := make(chan struct{}), false
		f := aio.RunInExecutor(co, "slow", func() (int, error) {
			<-release
			ended = true
			return 1, nil
		})
		f.Cancel()
		_, err := f.Await(co)
		co.Printf("%v %t\n", err, f.Cancelled())
		close(release)
		_, _ = aio.ToThread(co, "later", func() (int, error) { return 0, nil }) // its result comes after that of slow
		if ended && f.Cancelled() {
			co.Printf("the function ran on\n")
		}
	})
}

func TestExecutionThatEndsAsCancelled(t *testing.T) {
	checkBody(t, `
		0s cancelled: by hand f cancelled
		0s cancelled: by hand`, func(co *aio.Co) {
		f := aio.RunInExecutor(co, "f", func() (int, error) { return 0, &aio.CancelledError{Message: "by hand"} })
		_, err := f.Await(co)
		co.Printf("%v %s\n", err, states(f))
		task := aio.Go(co, "t", func(co *aio.Co) error {
			_, err := aio.ToThread(co, "g", func() (int, error) { return 0, &aio.CancelledError{Message: "by hand"} })
			return err
		})
		_, err = task.Await(co)
		co.Printf("%v\n", err)
	})
}

func TestCloseWaitsForTheExecutor(t *testing.T) {
	defer noGoroutineLeft(t)()
	check(t, `
		0s main ends
		main: <nil>
		0s the result is 7
		! at 0s: Future exception was never retrieved: execution "failing": boom`, func(co *aio.Co) error {
		release := make(chan struct{})
		slow := aio.RunInExecutor(co, "slow", func() (int, error) { <-release; return 7, nil })
		slow.AddDoneCallback("print", func(f *aio.Future[int]) {
			value, _ := f.Result()
			slow.Loop().Printf("the result is %d\n", value)
		})
		aio.RunInExecutor(co, "failing", func() (int, error) { return 0, errBoom })
		co.Printf("main ends\n")
		close(release)
		return nil
	})
}

func TestExecutorAfterItsShutdown(t *testing.T) {
	r, err := aio.NewRunner(aio.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var refused any
	err = r.Run(func(co *aio.Co) error {
		f := aio.RunInExecutor(co, "slow", func() (int, error) { return 1, nil })
		f.AddDoneCallback("again", func(f *aio.Future[int]) {
			defer func() { refused = recover() }()
			aio.RunInExecutor(f, "late", func() (int, error) { return 1, nil })
		})
		return nil
	})
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	usage, _ := refused.(*sim.UsageError)
	if usage == nil || usage.Error() != `execute "late" in callback "again" at 0s: the executor has been shut down` {
		t.Errorf("refused with %v", refused)
	}
}

func TestTHR_01_RunCoroutineThreadsafe(t *testing.T) {
	defer noGoroutineLeft(t)()
	checkBody(t, `
		0s 3 <nil>
		0s boom
		0s cancelled: enough
		1s 5 <nil>
		2s cancelled`, func(co *aio.Co) {
		l := co.Loop()
		add := func(co *aio.Co) (int, error) { return 3, aio.Sleep(co, 0) }
		value, err := aio.ToThread(co, "result", func() (int, error) { return aio.RunCoroutineThreadsafe(l, "add", add).Result() })
		co.Printf("%d %v\n", value, err)
		fail := func(co *aio.Co) (int, error) { return 0, errBoom }
		_, err = aio.ToThread(co, "exception", func() (int, error) { return aio.RunCoroutineThreadsafe(l, "fail", fail).Result() })
		co.Printf("%v\n", err)
		cancelled := func(co *aio.Co) (int, error) {
			aio.CurrentTask(co).Cancel("enough")
			return 0, aio.Sleep(co, 0)
		}
		_, err = aio.ToThread(co, "cancelled", func() (int, error) { return aio.RunCoroutineThreadsafe(l, "self", cancelled).Result() })
		co.Printf("%v\n", err)
		slow := func(co *aio.Co) (int, error) { return 5, aio.Sleep(co, sec) }
		value, err = aio.ToThread(co, "time", func() (int, error) { return aio.RunCoroutineThreadsafe(l, "slow", slow).Result() })
		co.Printf("%d %v\n", value, err)
		sleep := func(co *aio.Co) (int, error) { return 0, aio.Sleep(co, sec) }
		f, err := aio.ToThread(co, "start", func() (*aio.ThreadFuture[int], error) {
			return aio.RunCoroutineThreadsafe(l, "sleep", sleep), nil
		})
		if err != nil {
			t.Error(err)
		}
		_, err = aio.ToThread(co, "cancel", func() (int, error) { return 0, f.Cancel() })
		_ = aio.Sleep(co, sec)
		_, result := f.Result() // there is one already
		co.Printf("%v\n", result)
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRunCoroutineThreadsafeOnALoopThatEnds(t *testing.T) {
	defer noGoroutineLeft(t)()
	var unfinished, late error
	r, err := aio.NewRunner(aio.Config{})
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	err = r.Run(func(co *aio.Co) error {
		l := co.Loop()
		aio.RunInExecutor(co, "f", func() (int, error) {
			f := aio.RunCoroutineThreadsafe(l, "endless", func(co *aio.Co) (int, error) {
				close(started)
				return 0, aio.NewFuture[int](co, "never").SetException(errBoom)
			})
			_, err := f.Result()
			if err != nil {
				unfinished = err
			}
			g := aio.RunCoroutineThreadsafe(l, "stuck", func(co *aio.Co) (int, error) { panic("ends the run") })
			_, unfinished = g.Result()
			_, late = aio.RunCoroutineThreadsafe(l, "late", func(co *aio.Co) (int, error) { return 0, nil }).Result()
			return 0, nil
		})
		return aio.Sleep(co, sec)
	})
	var panicked *sim.PanicError
	if !errors.As(err, &panicked) {
		t.Errorf("the run ended with %v", err)
	}
	if err := r.Close(); err != nil && !errors.As(err, &panicked) {
		t.Error(err)
	}
	for _, err := range []error{unfinished, late} {
		if !errors.Is(err, sim.ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
	}
}
