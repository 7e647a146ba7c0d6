package aio_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func TestLOP_10_PanicOfACallback(t *testing.T) {
	r, err := aio.NewRunner(aio.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var panicked *sim.PanicError
	err = r.Run(func(co *aio.Co) error {
		co.Loop().CallSoon("culprit", func() { panic("ouch") })
		co.Loop().CallSoon("next", func() { t.Error("the loop went on") })
		return aio.Sleep(co, sec)
	})
	if !errors.As(err, &panicked) || panicked.Callback != "culprit" {
		t.Errorf("the run ended with %v", err)
	}
	again := r.Run(func(co *aio.Co) error { t.Error("it was run again"); return nil })
	if !errors.As(again, &panicked) {
		t.Errorf("the next run ended with %v", again)
	}
	if err := r.Close(); err != nil && !errors.As(err, &panicked) {
		t.Error(err)
	}
}

// foreign returns a future of another loop.
func foreign(t *testing.T) *aio.Future[int] {
	t.Helper()
	other, err := aio.NewRunner(aio.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	return aio.NewFuture[int](other.Loop(), "foreign")
}

func TestLOP_10_AwaitableOfAnotherLoop(t *testing.T) {
	r, err := aio.NewRunner(aio.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := aio.RunUntilComplete(r, foreign(t)); !errors.Is(err, aio.ErrOtherLoop) {
		t.Errorf("got %v", err)
	}
	f := aio.NewFuture[int](r.Loop(), "own")
	r.Loop().CallLater("set", sec, func() { _ = f.SetResult(7) })
	value, err := aio.RunUntilComplete(r, f)
	if value != 7 || err != nil || r.Loop().Now() != sec {
		t.Errorf("%d, %v at %v", value, err, r.Loop().Now())
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestLOP_16_TaskOnAClosedLoop(t *testing.T) {
	r, err := aio.NewRunner(aio.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, sim.ErrClosed) {
			t.Errorf("got %v", err)
		}
	}()
	aio.Go(r.Loop(), "late", func(*aio.Co) error { t.Error("it ran"); return nil })
}

func TestLOP_17_ExecutorOfAClosedLoop(t *testing.T) {
	r, err := aio.NewRunner(aio.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ended := false
	if err := r.Run(func(co *aio.Co) error {
		aio.RunInExecutor(co, "slow", func() (int, error) { time.Sleep(ms); ended = true; return 0, nil })
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil || !ended || r.Loop().Now() != 0 {
		t.Errorf("closed with %v at %v, ended %t", err, r.Loop().Now(), ended)
	}
	defer func() {
		if recover() == nil {
			t.Error("it was not refused")
		}
	}()
	aio.RunInExecutor(r.Loop(), "late", func() (int, error) { return 0, nil })
}

// TestLOP_19_RunWithinARun: a loop does not run twice, but a loop of its own may run within a task or a callback.
func TestLOP_19_RunWithinARun(t *testing.T) {
	checkBody(t, `
		0s loop: event loop is already running
		0s callback: event loop is already running
		0s inner <nil>
		1s outer`, func(co *aio.Co) {
		l := co.Loop()
		reason := func(err error) error {
			var usage *sim.UsageError
			if errors.As(err, &usage) {
				return usage.Err
			}
			return err
		}
		co.Printf("loop: %v\n", reason(l.Run()))
		l.CallSoon("callback", func() { l.Printf("callback: %v\n", reason(l.Run())) })
		settle(co)
		co.Printf("inner %v\n", aio.RunWith(aio.Config{Output: io.Discard}, func(co *aio.Co) error { return aio.Sleep(co, 9*sec) }))
		_ = aio.Sleep(co, sec)
		co.Printf("outer\n")
	})
}

func TestLOP_20_CallsFromAnotherGoroutine(t *testing.T) {
	want := "\n0s ready"
	for i := range 100 {
		want += fmt.Sprintf("\n0s call %d", i)
	}
	checkBody(t, want, func(co *aio.Co) {
		l := co.Loop()
		called := aio.RunInExecutor(co, "caller", func() (int, error) {
			for i := range 100 {
				if err := l.CallSoonThreadsafe("call", func() { l.Printf("call %d\n", i) }); err != nil {
					return 0, err
				}
			}
			return 0, nil
		})
		l.CallSoon("ready", func() { l.Printf("ready\n") })
		if _, err := called.Await(co); err != nil {
			t.Error(err)
		}
	})
}

func TestRUN_10_Configuration(t *testing.T) {
	start := time.Date(2014, 2, 20, 12, 0, 0, 0, time.UTC)
	var a, b uint64
	for _, draw := range []*uint64{&a, &b} {
		if err := aio.RunWith(aio.Config{Seed: 7, Start: start}, func(co *aio.Co) error {
			if d := co.Loop().Date(); !d.Equal(start) {
				t.Errorf("it starts at %v", d)
			}
			*draw = co.Rand().Uint64()
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	if a != b {
		t.Errorf("one seed gave %d and %d", a, b)
	}
}

func TestRUN_11_RunnerStates(t *testing.T) {
	r, err := aio.NewRunner(aio.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Loop() == nil || r.Loop().IsRunning() || r.Loop().IsClosed() {
		t.Error("a new runner has no loop that is ready")
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Error(err)
	}
	if err := r.Run(func(*aio.Co) error { t.Error("it ran"); return nil }); !errors.Is(err, sim.ErrClosed) {
		t.Errorf("run after close: %v", err)
	}
}

func TestRUN_13_RunFromItsOwnMain(t *testing.T) {
	r, err := aio.NewRunner(aio.Config{})
	if err != nil {
		t.Fatal(err)
	}
	err = r.Run(func(co *aio.Co) error {
		if err := r.Run(func(*aio.Co) error { t.Error("it ran"); return nil }); !errors.Is(err, sim.ErrRunning) {
			t.Errorf("run within a run: %v", err)
		}
		return aio.Sleep(co, sec)
	})
	if err := errors.Join(err, r.Close()); err != nil || r.Loop().Now() != sec {
		t.Errorf("the outer run: %v at %v", err, r.Loop().Now())
	}
}

// TestEAG_11_TasksThatNeedNoTurn counts the steps of trees of tasks: none but main's where all are eager, one for each of
// the 781 where none is.
func TestEAG_11_TasksThatNeedNoTurn(t *testing.T) {
	for _, eager := range []bool{true, false} {
		for name, children := range map[string]func(co *aio.Co, grow func(co *aio.Co) (int, error)) error{
			"group": func(co *aio.Co, grow func(co *aio.Co) (int, error)) error {
				return aio.TaskGroup(co, func(g *aio.Group) error {
					for range 5 {
						if _, err := aio.SpawnIn(g, aio.TaskConfig{Eager: eager}, grow); err != nil {
							return err
						}
					}
					return nil
				})
			},
			"gather": func(co *aio.Co, grow func(co *aio.Co) (int, error)) error {
				var tasks []aio.AwaitableOf[int]
				for range 5 {
					tasks = append(tasks, aio.NewTask(co, aio.TaskConfig{Eager: eager}, grow))
				}
				_, err := aio.Gather(co, tasks...).Await(co)
				return err
			},
		} {
			steps, made := 0, 0
			config := aio.Config{Trace: func(e sim.Event) {
				switch e.Kind {
				case sim.TaskCreated:
					made++
				case sim.TaskStarted:
					if e.Callback == "" && e.Turn > 1 {
						steps++
					}
				}
			}}
			var tree func(depth int) func(co *aio.Co) (int, error)
			tree = func(depth int) func(co *aio.Co) (int, error) {
				return func(co *aio.Co) (int, error) {
					if depth == 0 {
						return 0, nil
					}
					return 0, children(co, tree(depth-1))
				}
			}
			if err := aio.RunWith(config, func(co *aio.Co) error { return children(co, tree(3)) }); err != nil {
				t.Fatal(err)
			}
			if made != 1+5+25+125+625 {
				t.Errorf("%s: %d tasks were made", name, made)
			}
			if late := steps > 0; late == eager {
				t.Errorf("%s, eager %t: %d tasks started after the first turn", name, eager, steps)
			}
		}
	}
}
