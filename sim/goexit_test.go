package sim_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// t.FailNow, t.SkipNow and everything that is built on them end a goroutine with runtime.Goexit. In a task that must end
// the goroutine that called Run, as it would in a function that the test calls.

// exits runs f on a goroutine of its own and reports whether runtime.Goexit ended it.
func exits(f func()) bool {
	exited := true
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
		exited = false
	}()
	<-done
	return exited
}

func TestGoexitReachesTheCallerOfRun(t *testing.T) {
	exitAt := func(kind sim.Kind) func(sim.Event) {
		return func(e sim.Event) {
			if e.Kind == kind && (e.Task == "leaving" || e.Object == "leaving") {
				runtime.Goexit()
			}
		}
	}
	tests := []struct {
		name    string
		config  sim.Config
		program func(l *sim.Loop)
	}{
		{"a task's first step", sim.Config{}, func(l *sim.Loop) {
			start(l, "leaving", func(*sim.Co) { runtime.Goexit() })
		}},
		{"a task's later step", sim.Config{}, func(l *sim.Loop) {
			start(l, "leaving", func(co *sim.Co) {
				_ = co.Sleep(time.Second)
				runtime.Goexit()
			})
		}},
		{"an eager task in an eager task", sim.Config{}, func(l *sim.Loop) {
			l.CallSoon("", func() {
				eagerly(l, "below", func(co *sim.Co) {
					// It still runs as itself on its way out.
					defer func() { co.Printf("%v", co.Now()) }()
					eagerly(l, "leaving", func(*sim.Co) { runtime.Goexit() })
				})
			})
		}},
		{"a task that panics on its way out", sim.Config{}, func(l *sim.Loop) {
			start(l, "leaving", func(*sim.Co) {
				defer panic("boom")
				runtime.Goexit()
			})
		}},
		{"a callback", sim.Config{}, func(l *sim.Loop) { l.CallSoon("leaving", runtime.Goexit) }},
		{"the chooser", sim.Config{Choose: func(*sim.Choice) int { runtime.Goexit(); return 0 }}, func(l *sim.Loop) {}},
		{"the tracer, as a task starts", sim.Config{Trace: exitAt(sim.TaskStarted)}, func(l *sim.Loop) {
			start(l, "leaving", func(*sim.Co) { t.Error("ran") })
		}},
		{"the tracer, as a task yields", sim.Config{Trace: exitAt(sim.TaskSuspended)}, func(l *sim.Loop) {
			start(l, "leaving", func(co *sim.Co) { co.Yield(ready{}) })
		}},
		{"the tracer, as a callback runs", sim.Config{Trace: exitAt(sim.CallbackRun)}, func(l *sim.Loop) {
			l.CallSoon("leaving", func() { t.Error("ran") })
		}},
	}
	for _, watchdog := range []time.Duration{-1, time.Minute} {
		for _, test := range tests {
			t.Run(fmt.Sprintf("%s/watchdog=%v", test.name, watchdog), func(t *testing.T) {
				leavesNoGoroutine(t)
				var j journal
				config := test.config
				config.Watchdog = watchdog
				l := open(t, config)
				for _, name := range []string{"a", "b"} {
					start(l, name, func(co *sim.Co) {
						defer j.note("%s unwound", name)
						_ = co.Sleep(time.Hour)
					})
				}
				test.program(l)
				want(t, "the caller of Run exits", exits(func() { _ = l.Run() }), true)
				want(t, "running", l.IsRunning(), false)
				want(t, "the running task", l.Current() == nil, true)
				if err := l.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
				if config.Choose == nil { // else a and b have not started
					j.want(t, "a unwound", "b unwound")
				}
			})
		}
	}
}

// TestSkipNow is the real thing.
func TestSkipNow(t *testing.T) {
	leavesNoGoroutine(t)
	reached, skipped := false, false
	t.Run("in a task", func(t *testing.T) {
		t.Cleanup(func() { skipped = t.Skipped() })
		l := open(t, sim.Config{})
		start(l, "skipping", func(co *sim.Co) {
			_ = co.Sleep(time.Second)
			t.SkipNow()
		})
		start(l, "other", func(co *sim.Co) { _ = co.Sleep(time.Hour) })
		_ = l.Run()
		reached = true
	})
	want(t, "reached behind Run, and skipped", []bool{reached, skipped}, []bool{false, true})
}

// TestRunAfterGoexit runs a loop on that has lost a coroutine, which must not come back: not by its place in the ready
// queue, nor by being woken.
func TestRunAfterGoexit(t *testing.T) {
	leavesNoGoroutine(t)
	var j journal
	l := open(t, sim.Config{Trace: func(e sim.Event) {
		if e.Kind == sim.TaskSuspended && e.Task == "yielding" {
			runtime.Goexit()
		}
	}})
	armed := start(l, "armed", func(co *sim.Co) {
		j.note("armed")
		co.Arm()
		runtime.Goexit()
	})
	start(l, "yielding", func(co *sim.Co) {
		j.note("yielding")
		co.Yield(ready{})
		j.note("not reached")
	})
	start(l, "rest", func(co *sim.Co) {
		_ = co.Sleep(time.Second)
		j.note("rest, wakes a lost one: %v", armed.Wake())
		_ = co.Sleep(time.Second)
		j.note("rest ends at %v", co.Now())
	})
	for range 2 {
		want(t, "the caller of Run exits", exits(func() { _ = l.Run() }), true)
	}
	var left []string
	for co := range l.Coroutines {
		left = append(left, co.Name())
	}
	want(t, "the coroutines that are left", left, []string{"rest"})
	drain(t, l)
	j.want(t, "armed", "yielding", "rest, wakes a lost one: false", "rest ends at 2s")
}

// TestGoexitWhileClosing: a deferred function calls t.FailNow, say, as its task is unwound.
func TestGoexitWhileClosing(t *testing.T) {
	for _, shared := range []bool{false, true} {
		leavesNoGoroutine(t)
		var j journal
		config := sim.Config{}
		if shared {
			config.Pool = sim.NewPool()
			defer config.Pool.Close()
		}
		l := open(t, config)
		for _, name := range []string{"a", "b", "c"} {
			start(l, name, func(co *sim.Co) {
				defer j.note("%s unwound", name)
				defer func() {
					if name != "c" {
						runtime.Goexit()
					}
				}()
				wait(co, "nothing")
			})
		}
		start(l, "done", func(*sim.Co) {}) // its goroutine is idle
		wantError[*sim.DeadlockError](t, l.Run())
		want(t, "the caller of Close exits", exits(func() { _ = l.Close() }), true)
		want(t, "closed", l.IsClosed(), true)
		j.want(t, "a unwound", "b unwound", "c unwound")
	}
}
