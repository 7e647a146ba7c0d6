package aio_test

import (
	"errors"
	"slices"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func TestTSK_02_NoFunction(t *testing.T) {
	inMain(t, func(co *aio.Co) {
		for what, make := range map[string]func(){
			"Go":            func() { aio.Go(co, "x", nil) },
			"Spawn":         func() { aio.Spawn[int](co, "x", nil) },
			"NewTask":       func() { aio.NewTask[int](co, aio.TaskConfig{Name: "x"}, nil) },
			"an eager task": func() { aio.NewTask[int](co, aio.TaskConfig{Name: "x", Eager: true}, nil) },
		} {
			for range 2 {
				err := refusal(make)
				wantUsage(t, err, sim.ErrNilFunction)
				if text := brief(err); text != `create task "x" in task "main" at 0s: the function is nil` {
					t.Errorf("%s: %s", what, text)
				}
			}
		}
		if all := aio.AllTasks(co); len(all) != 1 {
			t.Errorf("tasks are left: %v", all)
		}
	})
}

func TestTSK_04_OtherLoopAndOn(t *testing.T) {
	other, err := aio.NewRunner(quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	f := aio.NewFuture[int](other.Loop(), "foreign")
	for what, wait := range map[string]func(co *aio.Co) error{
		"Await":   func(co *aio.Co) error { _, err := f.Await(co); return err },
		"Gather":  func(co *aio.Co) error { return refusal(func() { aio.Gather(co, f) }) },
		"Shield":  func(co *aio.Co) error { return refusal(func() { aio.Shield(co, f) }) },
		"WaitFor": func(co *aio.Co) error { _, err := aio.WaitFor(co, f, 0); return err },
		"Wait": func(co *aio.Co) error {
			_, _, err := aio.Wait(co, []aio.Awaitable{f}, sec, aio.AllCompleted)
			return err
		},
	} {
		inMain(t, func(co *aio.Co) {
			if err := wait(co); !errors.Is(err, aio.ErrOtherLoop) {
				t.Errorf("%s: %v", what, brief(err))
			} else {
				wantRefusal(t, what, err, `future "foreign"`, `task "main"`)
			}
			if err := aio.Sleep(co, sec); err != nil || co.Now() != sec || f.Done() {
				t.Errorf("%s: it goes on with %v at %v; the future is done: %t", what, err, co.Now(), f.Done())
			}
		})
	}
}

func TestTSK_06_WhatCanBeAwaited(t *testing.T) {
	inMain(t, func(co *aio.Co) {
		good := aio.NewFuture[int](co, "good")
		for kind, bad := range map[string]aio.AwaitableOf[int]{
			"nil": nil, "a nil future": (*aio.Future[int])(nil), "a nil task": (*aio.Task[int])(nil),
		} {
			const want = `an awaitable in task "main" at 0s: it is nil`
			wantRefusal(t, kind, refusal(func() { aio.Gather(co, good, bad) }), "gather "+want)
			wantRefusal(t, kind, refusal(func() { aio.GatherOutcomes(co, good, bad) }), "gather "+want)
			wantRefusal(t, kind, refusal(func() { aio.Gather(co, aio.AsAny(bad)) }), "gather "+want)
			wantRefusal(t, kind, refusal(func() { aio.Shield(co, bad) }), "shield "+want)
			wantRefusal(t, kind, refusal(func() { aio.AsCompleted(co, sec, good, bad) }), "as completed "+want)
			wantRefusal(t, kind, refusal(func() { aio.AwaitedBy(bad) }), "it is nil")
			_, err := aio.WaitFor(co, bad, sec)
			wantRefusal(t, kind, err, "wait for "+want)
			_, err = aio.WaitFor(co, bad, 0)
			wantRefusal(t, kind, err, "wait for "+want)
			_, _, err = aio.Wait(co, []aio.Awaitable{good, bad}, sec, aio.AllCompleted)
			wantRefusal(t, kind, err, "wait "+want)
		}
		task := aio.Spawn(co, "t", valued(sec, 1))
		done, pending, err := aio.Wait(co, []aio.Awaitable{good, task}, 2*sec, aio.AllCompleted)
		same := slices.Equal(done, []aio.Awaitable{task}) && slices.Equal(pending, []aio.Awaitable{good})
		if err != nil || !same {
			t.Errorf("Wait hands back %v and %v, %v: not what it was given", done, pending, err)
		}
	})
}

func TestTSK_14_NoTaskWhereNothingRuns(t *testing.T) {
	r, err := aio.NewRunner(quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for range 2 {
		if task := aio.CurrentTask(r.Loop()); task != nil {
			t.Errorf("the current task is %v while the loop does not run", task)
		}
		err := r.Run(func(co *aio.Co) error {
			if aio.CurrentTask(co.Loop()) == nil {
				t.Error("there is no current task while one runs")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestTSK_16_PanicInACancellation(t *testing.T) {
	defer noGoroutineLeft(t)()
	var victim *aio.Task[aio.None]
	err := aio.RunWith(quiet, func(co *aio.Co) error {
		victim = aio.Go(co, "victim", func(co *aio.Co) error {
			if err := aio.Sleep(co, sec); errors.Is(err, aio.ErrCancelled) {
				panic("leaving")
			}
			return nil
		})
		settle(co)
		victim.Cancel()
		_, _ = victim.Await(co)
		t.Error("main goes on")
		return nil
	})
	var panicked *sim.PanicError
	if !errors.As(err, &panicked) || panicked.Task != "victim" || panicked.Value != "leaving" {
		t.Errorf("it ends with %v", brief(err))
	}
	if victim.Cancelled() {
		t.Error("the task counts as cancelled")
	}
}

func TestTSK_17_StoppedAndRunAgain(t *testing.T) {
	defer noGoroutineLeft(t)()
	r, err := aio.NewRunner(quiet)
	if err != nil {
		t.Fatal(err)
	}
	var slept error = errBoom
	woken := 0 * sec
	l := r.Loop()
	l.CallLater("stop", sec, l.Stop)
	err = r.Run(func(co *aio.Co) error {
		slept = aio.Sleep(co, 3*sec)
		woken = co.Now()
		return slept
	})
	wantUsage(t, err, aio.ErrStopped, `run task "main"`, "at 1s")
	if slept != errBoom || l.Now() != sec {
		t.Errorf("main went on before, with %v, at %v", slept, l.Now())
	}
	err = r.Run(func(co *aio.Co) error { return aio.Sleep(co, 5*sec) })
	if err != nil || slept != nil || woken != 3*sec || l.Now() != 6*sec {
		t.Errorf("the second run: %v at %v; the first main: %v at %v", err, l.Now(), slept, woken)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestTSK_21_TaskOnAClosedLoop(t *testing.T) {
	r, err := aio.NewRunner(quiet)
	if err != nil {
		t.Fatal(err)
	}
	l := r.Loop()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for _, eager := range []bool{false, true} {
		ran := false
		make := func() {
			aio.NewTask(l, aio.TaskConfig{Name: "t", Eager: eager}, func(*aio.Co) (int, error) { ran = true; return 0, nil })
		}
		wantUsage(t, refusal(make), sim.ErrClosed, `create task "t"`)
		if all := aio.AllTasks(l); len(all) != 0 || ran {
			t.Errorf("tasks are left: %v, ran %t", all, ran)
		}
	}
}

func TestTSK_24_ContextOfATask(t *testing.T) {
	inMain(t, func(co *aio.Co) {
		own := aio.CopyContext(co)
		if own == co.Loop().Context() {
			t.Error("the copy is main's context")
		}
		for _, eager := range []bool{false, true} {
			ran := 0
			task := aio.NewTask(co, aio.TaskConfig{Context: own, Eager: eager}, func(co *aio.Co) (int, error) {
				for range 2 {
					if co.Loop().Context() != own {
						t.Errorf("eager %t: the task runs in another context", eager)
					}
					ran++
					_ = aio.Sleep(co, 0)
				}
				return 0, nil
			})
			if _, err := task.Await(co); err != nil || ran != 2 {
				t.Errorf("eager %t: %v after %d rounds", eager, err, ran)
			}
		}
	})
}
