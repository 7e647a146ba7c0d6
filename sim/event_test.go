package sim_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// TestEvents is one small program with all the events that the kernel makes itself.
func TestEvents(t *testing.T) {
	var events []sim.Event
	l := open(t, sim.Config{Trace: func(e sim.Event) { events = append(events, e) }})
	l.SetExceptionHandler(func(*sim.Loop, sim.ExceptionContext) {})
	sleeper := start(l, "sleeper", func(co *sim.Co) {
		_ = co.Sleep(time.Minute)
		co.Printf("woken\n")
		wait(co, "lock-1")
	})
	l.CallLater("wake", time.Second, func() {
		sleeper.Wake()
		l.CallExceptionHandler(sim.ExceptionContext{Message: "trouble", Object: "future-1", Exception: errors.New("boom")})
		eagerly(l, "eager", func(*sim.Co) {})
	})
	l.CallLater("gone", time.Hour, func() {}).Cancel()
	l.CallLater("", time.Hour, func() {}).Cancel() // a vocabulary's own
	wantError[*sim.DeadlockError](t, l.Run())
	want(t, "the events", events, []sim.Event{
		{Kind: sim.TaskCreated, Object: "sleeper", ObjectID: 1},
		{Kind: sim.TimerSet, Object: "wake", When: time.Second},
		{Kind: sim.TimerSet, Object: "gone", When: time.Hour},
		{Kind: sim.TimerCancelled, Object: "gone"},
		{Kind: sim.TaskStarted, Turn: 1, Step: 1, Task: "sleeper", TaskID: 1},
		{Kind: sim.TaskSuspended, Turn: 1, Step: 1, Task: "sleeper", TaskID: 1, Object: "sleep until 1m0s"},
		{Kind: sim.CallbackRun, Time: time.Second, Turn: 2, Step: 2, Callback: "wake", Object: "wake"},
		{Kind: sim.Exception, Time: time.Second, Turn: 2, Step: 2, Callback: "wake", Object: "future-1", Text: "trouble: boom"},
		{Kind: sim.TaskCreated, Time: time.Second, Turn: 2, Step: 2, Callback: "wake", Object: "eager", ObjectID: 2},
		{Kind: sim.TaskStarted, Time: time.Second, Turn: 2, Step: 2, Task: "eager", TaskID: 2},
		{Kind: sim.TaskResumed, Time: time.Second, Turn: 3, Step: 3, Task: "sleeper", TaskID: 1},
		{Kind: sim.Output, Time: time.Second, Turn: 3, Step: 3, Task: "sleeper", TaskID: 1, Text: "woken"},
		{Kind: sim.TaskSuspended, Time: time.Second, Turn: 3, Step: 3, Task: "sleeper", TaskID: 1, Object: "lock-1"},
		{Kind: sim.RunFailed, Time: time.Second, Turn: 4, Step: 3,
			Text: "deadlock at 1s: nothing can run and no timer is set\n\ttask \"sleeper\" waits for lock-1 since 1s"},
	})
}

func TestCancelledCallbackIsNoEvent(t *testing.T) {
	var j journal
	l := open(t, sim.Config{Trace: func(e sim.Event) { j.note("%v %s", e.Kind, e.Object) }})
	l.CallSoon("soon", func() {}).Cancel()
	l.CallSoon("kept", func() {})
	drain(t, l)
	j.want(t, "callback kept", "run failed ")
}

// TestRunFailed traces each way in which a run fails. The stack of a panic stays out of the trace.
func TestRunFailed(t *testing.T) {
	tests := []struct {
		name    string
		program func(l *sim.Loop)
		want    []string
	}{
		{"limit", func(l *sim.Loop) { l.CallLater("", time.Hour, func() {}) }, []string{"stopped at 0s by the limit MaxTime = 1m0s"}},
		{"panic in a task", func(l *sim.Loop) { start(l, "a", func(*sim.Co) { panic("boom") }) }, []string{`task "a" panicked at 0s: boom`}},
		{"panic in a callback", func(l *sim.Loop) { l.CallSoon("b", func() { panic("boom") }) }, []string{`callback "b" panicked at 0s: boom`}},
		{"stopped", func(l *sim.Loop) { l.Stop() }, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var texts []string
			l := open(t, sim.Config{MaxTime: time.Minute, Trace: func(e sim.Event) {
				if e.Kind == sim.RunFailed {
					texts = append(texts, e.Text)
				}
			}})
			test.program(l)
			_ = l.Run() // its errors have tests of their own
			want(t, "the events", texts, test.want)
		})
	}
}

// TestEmitFillsWhoAndWhen overwrites what a vocabulary cannot know better.
func TestEmitFillsWhoAndWhen(t *testing.T) {
	var events []sim.Event
	l := open(t, sim.Config{Trace: func(e sim.Event) {
		if e.Kind == sim.TaskFinished {
			events = append(events, e)
		}
	}})
	emit := func() {
		l.Emit(sim.Event{Kind: sim.TaskFinished, Time: 99, Turn: 99, Step: 99, Callback: "x", Text: "kept"})
	}
	emit()
	l.CallSoon("callback", emit)
	start(l, "task", func(*sim.Co) { emit() })
	drain(t, l)
	want(t, "the events", events, []sim.Event{
		{Kind: sim.TaskFinished, Text: "kept"},
		{Kind: sim.TaskFinished, Turn: 1, Step: 1, Callback: "callback", Text: "kept"},
		{Kind: sim.TaskFinished, Turn: 1, Step: 2, Task: "task", TaskID: 1, Text: "kept"},
	})
}

// TestTracerDoesNotTraceItself prints and schedules from within the tracer.
func TestTracerDoesNotTraceItself(t *testing.T) {
	var j journal
	var l *sim.Loop
	l = open(t, sim.Config{Trace: func(e sim.Event) {
		j.note("%v %s", e.Kind, e.Object)
		l.Printf("an event\n")
		wantUsage(t, l.Usage("look", "", sim.ErrClosed), sim.ErrClosed, `callback "tracer"`)
	}})
	l.CallSoon("a", func() { l.CallLater("b", time.Second, func() {}) })
	drain(t, l)
	j.want(t, "callback a", "timer set b", "callback b", "run failed ")
}

func TestTracing(t *testing.T) {
	for _, trace := range []func(sim.Event){nil, func(sim.Event) {}} {
		l := open(t, sim.Config{Trace: trace})
		want(t, "tracing", l.Tracing(), trace != nil)
		l.Emit(sim.Event{})
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		want(t, "tracing a closed loop", l.Tracing(), false)
	}
}

func TestKinds(t *testing.T) {
	names := map[string]bool{}
	for k := range sim.RunFailed + 1 {
		if k.String() == "" || names[k.String()] {
			t.Errorf("kind %d has no name of its own: %q", k, k)
		}
		names[k.String()] = true
	}
}

// TestSteadyStateAllocatesNothing: with no trace and no chooser, what a simulation does most of the time is free of the
// garbage collector.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	l := open(t, sim.Config{Watchdog: -1, Output: io.Discard})
	noop := func() {}
	ctx := new(sim.Context)
	steps := map[string]func(co *sim.Co){
		"Yield":    func(co *sim.Co) { co.Yield(ready{}) },
		"Sleep":    func(co *sim.Co) { _ = co.Sleep(time.Second) },
		"CallSoon": func(co *sim.Co) { l.CallSoon("callback", noop); co.Yield(ready{}) },
		"CallSoonIn": func(co *sim.Co) {
			l.CallSoonIn(ctx, "callback", noop)
			co.Yield(ready{})
		},
		"CallLater": func(co *sim.Co) { l.CallLater("callback", 0, noop); _ = co.Sleep(0) },
		"Wait": func(co *sim.Co) {
			co.Arm()
			co.Wake()
			co.Wait(ready{})
		},
	}
	for name, step := range steps {
		start(l, name, func(co *sim.Co) {
			want(t, "the allocations of "+name, testing.AllocsPerRun(100, func() { step(co) }), 0)
		})
		drain(t, l)
	}
}
