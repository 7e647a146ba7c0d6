package aio_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleRun() {
	err := aio.Run(func(co *aio.Co) error {
		aio.Go(co, "left behind", func(co *aio.Co) error {
			err := aio.Sleep(co, 1000*sec)
			co.Printf("left behind: %v\n", err)
			return err
		})
		err := aio.Sleep(co, sec)
		co.Printf("main ends\n")
		return err
	})
	fmt.Println(err)
	// Output:
	// main ends
	// left behind: cancelled
	// <nil>
}

// A run in which nothing can happen any more ends with an error that says who waits for what.
func ExampleRun_deadlock() {
	err := aio.Run(func(co *aio.Co) error {
		var a, b *aio.Task[aio.None]
		a = aio.Go(co, "a", func(co *aio.Co) error { _, err := b.Await(co); return err })
		b = aio.Go(co, "b", func(co *aio.Co) error { _, err := a.Await(co); return err })
		_, err := a.Await(co)
		return err
	})
	fmt.Println(err)
	// Output:
	// deadlock at 0s: nothing can run and no timer is set
	// 	task "main" waits for task "a" since 0s
	// 	task "a" waits for task "b" since 0s
	// 	task "b" waits for task "a" since 0s
	// 	cycle: "a" -> "b" -> "a"
}

func TestRunErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		main func(co *aio.Co) error
		want string
	}{
		{"RUN-01 a result", func(*aio.Co) error { return nil }, "<nil>"},
		{"RUN-01 an exception", func(*aio.Co) error { return errBoom }, "boom"},
		{"a cancellation", func(co *aio.Co) error { aio.CurrentTask(co).Cancel("m"); return aio.Sleep(co, sec) }, "cancelled: m"},
		{"a panic", func(co *aio.Co) error { _ = aio.Sleep(co, sec); panic("ouch") }, `task "main" panicked at 1s: ouch`},
		{"a panic with an error", func(*aio.Co) error { panic(errBoom) }, `task "main" panicked at 0s: boom`},
		{"a panic in another task", func(co *aio.Co) error {
			aio.Go(co, "bad", func(*aio.Co) error { panic("ouch") })
			return aio.Sleep(co, sec)
		}, `task "bad" panicked at 0s: ouch`},
		{"a panic in an eager task", func(co *aio.Co) error {
			eager(co, "bad", func(*aio.Co) error { panic("ouch") })
			return aio.Sleep(co, sec)
		}, `task "bad" panicked at 0s: ouch`},
		{"a panic in a done callback", func(co *aio.Co) error {
			done(co).AddDoneCallback("bad", func(*aio.Future[int]) { panic("ouch") })
			return aio.Sleep(co, sec)
		}, `callback "bad" panicked at 0s: ouch`},
		{"a panic with nil", func(*aio.Co) error { panic(nil) },
			`task "main" panicked at 0s: panic called with nil argument`},
		{"a panic in a task that is cancelled as the runner closes", func(co *aio.Co) error {
			aio.Go(co, "bad", func(co *aio.Co) error { _ = aio.Sleep(co, sec); panic("ouch") })
			return aio.Sleep(co, 0)
		}, `task "bad" panicked at 0s: ouch`},
		{"a panic after main has failed", func(co *aio.Co) error {
			aio.Go(co, "bad", func(co *aio.Co) error { _ = aio.Sleep(co, sec); panic("ouch") })
			_ = aio.Sleep(co, 0)
			return errBoom
		}, "boom\n" + `task "bad" panicked at 0s: ouch`},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer noGoroutineLeft(t)()
			err := aio.RunWith(quiet, test.main)
			if got := brief(err); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
			var panicked *sim.PanicError
			if errors.As(err, &panicked) && !strings.Contains(string(panicked.Stack), "primitives/runners_test.go") {
				t.Errorf("the stack does not show where the panic was:\n%s", panicked.Stack)
			}
		})
	}
	if err := aio.Run(func(*aio.Co) error { return errBoom }); err != errBoom {
		t.Errorf("Run returns %#v, not main's very error", err)
	}
	if err := aio.RunWith(quiet, func(*aio.Co) error { panic(errBoom) }); !errors.Is(err, errBoom) {
		t.Errorf("%v does not wrap the error that was the panic's value", brief(err))
	}
}

func TestRunConfig(t *testing.T) {
	var config *sim.ConfigError
	err := aio.RunWith(aio.Config{MaxSteps: -1}, func(*aio.Co) error { t.Error("main runs"); return nil })
	if !errors.As(err, &config) || config.Field != "MaxSteps" {
		t.Errorf("RunWith returns %v", err)
	}
	for _, test := range []struct {
		config aio.Config
		want   string
	}{
		{aio.Config{MaxSteps: 100}, "stopped at 12.5s by the limit MaxSteps = 100"},
		{aio.Config{MaxTime: 5 * sec}, "stopped at 5s by the limit MaxTime = 5s"},
	} {
		t.Run(test.want, func(t *testing.T) {
			defer noGoroutineLeft(t)()
			test.config.Log = quiet.Log
			var limit *sim.LimitError
			err := aio.RunWith(test.config, func(co *aio.Co) error {
				for {
					_ = aio.Sleep(co, 250*ms) // deaf to cancellation too
				}
			})
			if !errors.As(err, &limit) || err.Error() != test.want {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

func TestRunner(t *testing.T) {
	v := aio.NewContextVar("v", 0)
	t.Run("RUN-12 several runs have one loop and one context", func(t *testing.T) {
		defer noGoroutineLeft(t)()
		r, err := aio.NewRunner(quiet)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		var kept *aio.Task[int]
		for range 3 {
			err := r.Run(func(co *aio.Co) error {
				got = append(got, fmt.Sprint(co.Now(), " ", v.Get(co), " ", name(co)))
				v.Set(co, v.Get(co)+1)
				if kept == nil {
					kept = aio.Spawn(co, "kept", valued(1500*ms, 7))
				}
				return aio.Sleep(co, sec)
			})
			if err != nil {
				t.Error(err)
			}
		}
		if diff := cmp.Diff([]string{"0s 0 main", "1s 1 main", "2s 2 main"}, got); diff != "" {
			t.Error(diff)
		}
		if n, err := kept.Result(); n != 7 || err != nil {
			t.Errorf("the task that was left to the second run ended with %d, %v", n, err)
		}
		for range 2 { // RUN-11: and closing is idempotent
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
		wantUsage(t, r.Run(func(*aio.Co) error { return nil }), sim.ErrClosed)
	})
	t.Run("RUN-04, RUN-13 not from within", func(t *testing.T) {
		r, err := aio.NewRunner(quiet)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		err = r.Run(func(co *aio.Co) error {
			wantUsage(t, r.Run(func(*aio.Co) error { t.Error("it runs"); return nil }), sim.ErrRunning, `in task "main"`)
			wantUsage(t, r.Close(), sim.ErrRunning, `in task "main"`)
			wantUsage(t, co.Loop().Run(), sim.ErrRunning)
			wantUsage(t, co.Loop().Close(), sim.ErrRunning)
			return aio.Sleep(co, sec)
		})
		if err != nil || r.Loop().Now() != sec {
			t.Errorf("%v at %v", err, r.Loop().Now())
		}
	})
	t.Run("a loop of one's own, within a task of another", func(t *testing.T) {
		check(t, "1s inner ended at 1h0m0s: boom\nmain: <nil>", func(co *aio.Co) error {
			_ = aio.Sleep(co, sec)
			var inner *aio.Loop
			err := aio.Run(func(co *aio.Co) error {
				inner = co.Loop()
				_ = aio.Sleep(co, 3600*sec)
				return errBoom
			})
			co.Printf("inner ended at %v: %v\n", inner.Now(), err)
			return nil
		})
	})
	t.Run("stopped, and run again", func(t *testing.T) {
		r, err := aio.NewRunner(quiet)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		slept := false
		err = r.Run(func(co *aio.Co) error {
			co.Loop().Stop()
			err := aio.Sleep(co, sec)
			slept = true
			return err
		})
		wantUsage(t, err, aio.ErrStopped, `run task "main"`)
		if err := r.Run(func(co *aio.Co) error { return aio.Sleep(co, 2*sec) }); err != nil || !slept {
			t.Errorf("%v, and the first main slept: %t", err, slept)
		}
	})
	t.Run("after a deadlock it can only be closed", func(t *testing.T) {
		defer noGoroutineLeft(t)()
		r, err := aio.NewRunner(quiet)
		if err != nil {
			t.Fatal(err)
		}
		var forever aio.Event
		err = r.Run(forever.Wait)
		var deadlock *sim.DeadlockError
		if !errors.As(err, &deadlock) {
			t.Errorf("it ends with %v", err)
		}
		ran := false
		err = r.Run(func(*aio.Co) error { ran = true; return nil })
		if err == nil || ran {
			t.Errorf("it ran again: %t, %v", ran, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
}

// failingWriter is an output that is full.
type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errBoom }

func TestRunOutputError(t *testing.T) {
	err := aio.RunWith(aio.Config{Output: failingWriter{}}, func(co *aio.Co) error {
		co.Printf("lost\n")
		return nil
	})
	if !errors.Is(err, errBoom) {
		t.Errorf("RunWith returns %v, want the output's error", err)
	}
}
