package sim_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

func TestExecutedFunctionsComeInOrderWhileTimeStandsStill(t *testing.T) {
	leavesNoGoroutine(t)
	var j journal
	l := open(t, sim.Config{Trace: j.turns})
	second := make(chan struct{})
	l.CallLater("timer", time.Nanosecond, func() {})
	l.CallSoon("start", func() {
		l.Execute("first", func() { <-second }, func() {})
		l.Execute("second", func() { close(second) }, func() { l.CallSoon("after second", func() {}) })
		l.Execute("third", func() {}, func() {})
		l.CallSoon("ready", func() {})
	})
	drain(t, l)
	j.want(t, "1 0s start", "2 0s ready", "3 0s first", "4 0s second", "5 0s after second", "6 0s third", "7 1ns timer")
}

func TestTimersThatAreDueComeBeforeExecutedFunctions(t *testing.T) {
	var j journal
	l := open(t, sim.Config{Trace: j.turns})
	l.CallSoon("start", func() {
		l.Execute("execution", func() {}, func() {})
		l.CallLater("due", 0, func() { l.CallLater("due again", -time.Second, func() {}) })
	})
	drain(t, l)
	j.want(t, "1 0s start", "2 0s due", "3 0s due again", "4 0s execution")
}

func TestCallSoonThreadsafe(t *testing.T) {
	leavesNoGoroutine(t)
	var j journal
	l := open(t, sim.Config{Trace: j.turns})
	answer := make(chan struct{})
	l.CallSoon("start", func() {
		l.Execute("execution", func() {
			for _, name := range []string{"a", "b"} {
				if err := l.CallSoonThreadsafe(name, func() {}); err != nil {
					t.Error(err)
				}
			}
			_ = l.CallSoonThreadsafe("question", func() { close(answer) })
			<-answer // the loop goes on while it waits for this function
		}, func() {})
		l.CallSoon("ready", func() {})
		l.CallLater("timer", time.Second, func() {})
	})
	drain(t, l)
	got := strings.Join(j, ", ")
	// In which turns the first calls come depends on when the loop has come to wait; their order does not.
	for _, names := range [][]string{{"start", "ready", "a", "b", "question", "execution", "timer"}} {
		at := 0
		for _, name := range names {
			i := strings.Index(got[at:], "0s "+name)
			if name == "timer" {
				i = strings.Index(got[at:], "1s "+name)
			}
			if i < 0 {
				t.Fatalf("%s is not in its place: %s", name, got)
			}
			at += i
		}
	}
}

func TestCallSoonThreadsafeMisused(t *testing.T) {
	l := open(t, sim.Config{})
	wantUsage(t, l.CallSoonThreadsafe("x", nil), sim.ErrNilFunction, "CallSoonThreadsafe x")
	if err := l.CallSoonThreadsafe("never", func() { t.Error("it ran on a closed loop") }); err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	want(t, "a gate of a closed loop", l.NewGate().Wait(), false)
	wantUsage(t, l.CallSoonThreadsafe("x", func() {}), sim.ErrClosed, "CallSoonThreadsafe x")
	wantUsage(t, panicked(func() { l.Execute("x", func() {}, func() {}) }), sim.ErrClosed, "Execute")
	l = open(t, sim.Config{})
	wantUsage(t, panicked(func() { l.Execute("x", nil, func() {}) }), sim.ErrNilFunction, "execute x")
	wantUsage(t, panicked(func() { l.Execute("x", func() {}, nil) }), sim.ErrNilFunction, "execute x")
}

func TestExecutedFunctionThatPanics(t *testing.T) {
	leavesNoGoroutine(t)
	for _, test := range []struct {
		name string
		fn   func()
		want any
	}{
		{"panic", func() { panic("ouch") }, "ouch"},
		{"runtime.Goexit", runtime.Goexit, "the function called runtime.Goexit"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := open(t, sim.Config{})
			l.CallLater("", time.Second, func() {
				l.Execute("culprit", test.fn, func() { t.Error("it counts as done") })
			})
			e := wantError[*sim.PanicError](t, l.Run())
			want(t, "value", e.Value, test.want)
			want(t, "callback", e.Callback, "culprit")
			want(t, "time", e.Time, time.Second)
		})
	}
}

func TestCloseWaitsForExecutedFunctions(t *testing.T) {
	leavesNoGoroutine(t)
	l := open(t, sim.Config{})
	left, ended := make(chan struct{}), false
	start(l, "owner", func(co *sim.Co) {
		defer close(left) // Close unwinds the task first
		l.Execute("execution", func() {
			<-left
			ended = true
		}, func() { t.Error("it was delivered") })
		co.Arm()
		l.Stop()
		co.Wait(on("nothing"))
	})
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	want(t, "the function has ended", ended, true)
}

func TestExecutedFunctionsOutliveARun(t *testing.T) {
	var j journal
	l := open(t, sim.Config{Trace: j.turns})
	release := make(chan struct{})
	l.CallSoon("start", func() {
		l.Execute("execution", func() { <-release }, func() {})
		l.Stop()
	})
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	close(release)
	drain(t, l)
	j.want(t, "1 0s start", "2 0s execution")
}

func TestWatchdogSparesTheWaitForExecutedFunctions(t *testing.T) {
	l := open(t, sim.Config{Watchdog: 5 * time.Millisecond})
	done := false
	l.CallSoon("start", func() {
		l.Execute("slow", func() { time.Sleep(100 * time.Millisecond) }, func() { done = true })
	})
	drain(t, l)
	want(t, "done", done, true)
}

func TestGate(t *testing.T) {
	leavesNoGoroutine(t)
	var j journal
	l := open(t, sim.Config{Trace: j.turns})
	gate := l.NewGate()
	l.CallSoon("start", func() {
		l.Execute("waits", func() { // and does not wait again
			first := gate.Wait()
			want(t, "open", []bool{first, gate.Wait()}, []bool{true, true})
		}, func() {})
		l.Execute("returns", func() {}, func() {})
		l.CallLater("opens", time.Second, gate.Open)
		l.CallLater("later", time.Second+1, func() {})
	})
	drain(t, l)
	// What has returned need not wait for what waits for the loop.
	j.want(t, "1 0s start", "2 0s returns", "3 1s opens", "4 1s waits", "5 1.000000001s later")
}

func TestGateOfADeadlock(t *testing.T) {
	leavesNoGoroutine(t)
	l := open(t, sim.Config{})
	opened := true
	l.CallSoon("start", func() { l.Execute("waits", func() { opened = l.NewGate().Wait() }, func() {}) })
	wantError[*sim.DeadlockError](t, l.Run())
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	want(t, "opened", opened, false)
}

func TestCallsComeBeforeTheResult(t *testing.T) {
	for range 500 {
		var j journal
		l := open(t, sim.Config{})
		l.CallSoon("start", func() {
			l.Execute("calls", func() {
				if err := l.CallSoonThreadsafe("call", j.noting("call")); err != nil {
					t.Error(err)
				}
			}, j.noting("result"))
		})
		drain(t, l)
		j.want(t, "call", "result")
	}
}

func TestBusyLoopLooksOutside(t *testing.T) {
	l := open(t, sim.Config{})
	done := false
	start(l, "polls", func(co *sim.Co) {
		l.Execute("execution", func() {}, func() { done = true })
		for !done {
			co.Yield(ready{})
		}
	})
	drain(t, l)
	if steps := l.Steps(); steps < 1000 || steps > 1010 {
		t.Errorf("%d steps, want as many as a loop may be busy", steps)
	}
}

// TestCallAndWaitAtOnce: a function that calls and then waits at a gate must not look as if it only waited.
func TestCallAndWaitAtOnce(t *testing.T) {
	l := open(t, sim.Config{})
	opened := 0
	l.CallSoon("start", func() {
		l.Execute("calls and waits", func() {
			for range 20_000 {
				gate := l.NewGate()
				if err := l.CallSoonThreadsafe("open", gate.Open); err != nil || !gate.Wait() {
					return
				}
				opened++
			}
		}, l.Stop)
	})
	if err := l.Run(); err != nil {
		t.Error(err)
	}
	want(t, "opened", opened, 20_000)
}
