package aio_test

import (
	"errors"
	"io"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// What of asyncio was fixed over its versions, or is easily got wrong, is numbered as trap 1 to 46. Most are programs,
// trap-NN-..., in testdata/conformance/behaviours/traps.jsonl, recorded on CPython 3.14. Of the others some are tests
// here, and these do not apply:
//
//	trap	what it is in CPython					why it is none here
//	13	GeneratorExit out of a group's body			there are no generators to close: a task is unwound (TestUnwinding)
//	14	TaskGroup.cancel					it is of 3.15: a Group has no Cancel
//	31	StopIteration as an exception				errors are values, none ends a function's iteration
//	32	a sleep of NaN						a time.Duration is no float; past the clock's range: SLP-03
//	39	a thread's future that is completed in the loop's	a ThreadFuture cannot be awaited in the loop
//		thread saves a hop in 3.15
//	41	get_event_loop makes no loop				there is no current loop: whoever needs one is given it (FUT-02)
//	42	Server.wait_closed waits for its connections		there are no servers
//	44	handles of call_soon_threadsafe are guarded		CallSoonThreadsafe returns no handle
//
// Trap 11 in 3.15 (a group that an eager child cancels) goes with trap 14; trap 40 with an eager factory does not apply
// to StaggeredRace, which makes ordinary tasks of functions.

// A cancellation that goes round a circle of awaits is cut where it comes back. CPython recurses until its stack is
// full.
func TestTrap30_CancelThroughACircle(t *testing.T) {
	checkBody(t, `
		0s cancel true
		0s a cancelled, b cancelled, c cancelled, cancelling 1 1 1`, func(co *aio.Co) {
		var tasks [3]*aio.Task[aio.None]
		for i, name := range []string{"a", "b", "c"} {
			tasks[i] = aio.Go(co, name, func(co *aio.Co) error { _, err := tasks[(i+1)%3].Await(co); return err })
		}
		settle(co)
		co.Printf("cancel %t\n", tasks[1].Cancel())
		settle(co)
		a, b, c := tasks[0], tasks[1], tasks[2]
		co.Printf("%s, cancelling %d %d %d\n", states(a, b, c), a.Cancelling(), b.Cancelling(), c.Cancelling())
	})
}

// The exception handler runs in the context of the task that failed, as it was when it failed.
func TestTrap33_HandlerInTheContextOfTheTask(t *testing.T) {
	v := aio.NewContextVar("v", "default")
	check(t, `
		0s main has main's
		main: <nil>
		0s task "t": later`, func(co *aio.Co) error {
		co.Loop().SetExceptionHandler(func(l *aio.Loop, c sim.ExceptionContext) { l.Printf("%s: %s\n", c.Object, v.Get(l)) })
		v.Set(co, "main's")
		aio.Go(co, "t", func(co *aio.Co) error {
			v.Set(co, "earlier")
			_ = aio.Sleep(co, 0)
			v.Set(co, "later")
			return errBoom
		})
		settle(co)
		co.Printf("main has %s\n", v.Get(co))
		return nil
	})
}

// What is said of a callback that fails is its name, and nothing of what it was called with.
func TestTrap34_TextOfAFailedCallback(t *testing.T) {
	err := aio.RunWith(quiet, func(co *aio.Co) error {
		f := aio.NewFuture[string](co, "f")
		f.AddDoneCallback("on done", func(*aio.Future[string]) { panic("ouch") })
		_ = f.SetResult("a value")
		return aio.Sleep(co, sec)
	})
	if text := brief(err); text != `callback "on done" panicked at 0s: ouch` {
		t.Error(text)
	}
}

// What leaves the loop, here a panic, leaves it at once: what is ready in the same turn does not run.
func TestTrap35_ExitLeavesTheLoopAtOnce(t *testing.T) {
	for _, from := range []string{"a callback", "a task"} {
		t.Run(from, func(t *testing.T) {
			defer noGoroutineLeft(t)()
			r, err := aio.NewRunner(quiet)
			if err != nil {
				t.Fatal(err)
			}
			ran := ""
			err = r.Run(func(co *aio.Co) error {
				l := co.Loop()
				l.CallSoon("first", func() { ran += "first " })
				if from == "a task" {
					aio.Go(co, "exit", func(*aio.Co) error { panic("exit") })
				} else {
					l.CallSoon("exit", func() { panic("exit") })
				}
				l.CallSoon("second", func() { ran += "second" })
				return aio.Sleep(co, 0)
			})
			var panicked *sim.PanicError
			if !errors.As(err, &panicked) || panicked.Value != "exit" || ran != "first " {
				t.Errorf("it ends with %v when this has run: %s", brief(err), ran)
			}
			if err := r.Close(); err != nil || ran != "first " {
				t.Errorf("closing it: %v, and this has run: %s", brief(err), ran)
			}
		})
	}
}

// The 300 seconds that the executor has for its shutdown are the loop's in CPython: its clock must not get ahead while
// threads work. Here there is no such limit, and the clock stands still.
func TestTrap38_ClockStandsStillForTheExecutor(t *testing.T) {
	defer noGoroutineLeft(t)()
	var timers []string
	config := aio.Config{Log: io.Discard, Trace: func(e sim.Event) {
		if e.Kind == sim.TimerSet {
			timers = append(timers, e.Object)
		}
	}}
	r, err := aio.NewRunner(config)
	if err != nil {
		t.Fatal(err)
	}
	release, ended := make(chan struct{}), false
	err = r.Run(func(co *aio.Co) error {
		aio.RunInExecutor(co, "slow", func() (aio.None, error) {
			<-release
			ended = true
			return aio.None{}, nil
		})
		co.Loop().CallLater("far", 1000*sec, func() { t.Error("time has passed") })
		return nil
	})
	close(release)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Error(err)
	}
	if !ended || r.Loop().Now() != 0 || len(timers) != 1 {
		t.Errorf("the function has ended: %t, at %v; the timers are %q", ended, r.Loop().Now(), timers)
	}
}

// Names that are made up come from counters of the loop. CPython's are the process's: there two runs differ.
func TestTrap45_NamesOfTwoRuns(t *testing.T) {
	var runs [2]string
	for i := range runs {
		inMain(t, func(co *aio.Co) {
			nothing := func(*aio.Co) error { return nil }
			first, second := aio.Go(co, "", nothing), aio.Go(co, "", nothing)
			f, g := aio.NewFuture[int](co, ""), aio.Gather(co, first, second)
			runs[i] = first.Name() + " " + second.Name() + " " + f.String() + " " + g.String()
		})
	}
	if want := "task-2 task-3 future-1 gather-1"; runs[0] != want || runs[1] != want {
		t.Errorf("%q, want each to be %s", runs, want)
	}
}
