package sim_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// endings are the ways in which a run can end, with the type of its error.
var endings = []struct {
	name    string
	config  sim.Config
	program func(l *sim.Loop)
	want    any
}{
	{"ok", sim.Config{}, func(l *sim.Loop) {
		for i := range 10 {
			start(l, "", func(co *sim.Co) { _ = co.Sleep(time.Duration(i)) })
		}
		l.CallLater("", time.Second, l.Stop)
	}, nil},
	{"unfinished tasks", sim.Config{}, func(l *sim.Loop) {
		for range 10 {
			start(l, "", func(co *sim.Co) { _ = co.Sleep(time.Hour) })
			start(l, "", func(co *sim.Co) { wait(co, "nothing") })
		}
		l.CallLater("", time.Second, l.Stop)
		l.CallLater("", time.Second, func() { start(l, "never to start", func(*sim.Co) {}) })
	}, nil},
	{"deadlock", sim.Config{}, func(l *sim.Loop) {
		for range 10 {
			start(l, "", func(co *sim.Co) { wait(co, "nothing") })
		}
	}, new(*sim.DeadlockError)},
	{"panic in a task", sim.Config{}, func(l *sim.Loop) {
		for range 10 {
			start(l, "", func(co *sim.Co) { wait(co, "nothing") })
		}
		start(l, "", func(*sim.Co) { panic("boom") })
	}, new(*sim.PanicError)},
	{"panic in a callback", sim.Config{}, func(l *sim.Loop) {
		for range 10 {
			start(l, "", func(co *sim.Co) { wait(co, "nothing") })
		}
		l.CallSoon("", func() { panic("boom") })
	}, new(*sim.PanicError)},
	{"limit", sim.Config{MaxSteps: 100}, func(l *sim.Loop) {
		for range 10 {
			start(l, "", func(co *sim.Co) {
				for {
					co.Yield(ready{})
				}
			})
		}
	}, new(*sim.LimitError)},
	{"nested eager tasks", sim.Config{}, func(l *sim.Loop) {
		var nest func(depth int)
		nest = func(depth int) {
			if depth > 0 {
				eagerly(l, "", func(co *sim.Co) {
					nest(depth - 1)
					if depth%2 == 0 {
						wait(co, "nothing")
					}
				})
			}
		}
		l.CallSoon("", func() { nest(10) })
	}, new(*sim.DeadlockError)},
	{"panic in nested eager tasks", sim.Config{}, func(l *sim.Loop) {
		l.CallSoon("", func() {
			eagerly(l, "", func(co *sim.Co) {
				eagerly(l, "", func(co *sim.Co) {
					eagerly(l, "", func(*sim.Co) { panic("boom") })
					wait(co, "nothing")
				})
				wait(co, "nothing")
			})
		})
	}, new(*sim.PanicError)},
}

func TestNoGoroutineIsLeftBehind(t *testing.T) {
	for _, watchdog := range []time.Duration{-1, time.Minute} {
		for _, e := range endings {
			t.Run(fmt.Sprintf("%s/watchdog=%v", e.name, watchdog), func(t *testing.T) {
				leavesNoGoroutine(t)
				config := e.config
				config.Watchdog = watchdog
				l := open(t, config)
				e.program(l)
				switch err := l.Run(); {
				case e.want == nil && err != nil:
					t.Errorf("Run: %v", err)
				case e.want != nil && !errors.As(err, e.want):
					t.Errorf("Run: %v, want a %T", err, e.want)
				}
			})
		}
	}
}

// TestSharedPool runs a thousand loops, however they end, on the goroutines of one pool.
func TestSharedPool(t *testing.T) {
	leavesNoGoroutine(t)
	pool := sim.NewPool()
	defer pool.Close()
	most := 0
	for i := range 1000 {
		e := endings[i%len(endings)]
		config := e.config
		config.Pool, config.Watchdog = pool, -1
		l, err := sim.NewLoop(config)
		if err != nil {
			t.Fatal(err)
		}
		e.program(l)
		_ = l.Run() // TestNoGoroutineIsLeftBehind looks at it
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if i == len(endings) {
			most = runtime.NumGoroutine()
		}
	}
	want(t, "goroutines that the loops after the first few have made", max(0, runtime.NumGoroutine()-most), 0)
	if most < 20 { // the largest program has as many coroutines at once
		t.Errorf("%d goroutines: the pool keeps none", most)
	}
}

// TestPoolIsReused counts the goroutines of tasks that follow one another.
func TestPoolIsReused(t *testing.T) {
	l := open(t, sim.Config{})
	goroutines := map[string]bool{}
	start(l, "parent", func(co *sim.Co) {
		for range 100 {
			start(l, "child", func(*sim.Co) { goroutines[goroutine()] = true })
			co.Yield(ready{})
			co.Yield(ready{})
		}
	})
	drain(t, l)
	want(t, "the goroutines of a hundred children, one at a time", len(goroutines), 1)
}

// TestLoopOutlivesItsPool closes in the wrong order. That costs the reuse, but leaks nothing.
func TestLoopOutlivesItsPool(t *testing.T) {
	leavesNoGoroutine(t)
	pool := sim.NewPool()
	l := open(t, sim.Config{Pool: pool})
	for range 3 {
		start(l, "", func(co *sim.Co) { wait(co, "nothing") })
	}
	start(l, "", func(*sim.Co) {})
	wantError[*sim.DeadlockError](t, l.Run())
	pool.Close()
}

// TestCloseUnwinds looks at what deferred functions see while their loop is closed.
func TestCloseUnwinds(t *testing.T) {
	leavesNoGoroutine(t)
	var j journal
	l := open(t, sim.Config{})
	others := map[string]*sim.Co{}
	for _, name := range []string{"a", "b", "c"} {
		others[name] = start(l, name, func(co *sim.Co) {
			defer j.note("%s: the last deferred function", name)
			defer func() {
				j.note("%s: closed %v, running %v", name, l.IsClosed(), l.Current() == co)
				others["c"].Wake()     // to no effect
				l.Printf("not shown")  // to no effect
				j.note("%v", l.Run())  // an error
				_ = l.Close()          // to no effect
				co.Printf("not shown") // unwinds
				j.note("not reached")
			}()
			func() {
				defer func() { _ = recover() }() // swallows what unwinds it; the next wait throws it again
				_ = co.Sleep(time.Hour)
			}()
			wait(co, "nothing")
			j.note("not reached")
		})
	}
	l.CallSoon("", l.Stop)
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	var lines []string
	for _, name := range []string{"a", "b", "c"} { // oldest first
		lines = append(lines, name+": closed true, running true",
			`run loop in task "`+name+`" at 0s: event loop is closed`,
			name+": the last deferred function")
	}
	j.want(t, lines...)
}

// TestCloseEndsSchedulingInDeferredFunctions: what a deferred function wants of a closed loop is an error that unwinds
// it further and is not reported, because the function cannot know.
func TestCloseEndsSchedulingInDeferredFunctions(t *testing.T) {
	leavesNoGoroutine(t)
	var j journal
	l := open(t, sim.Config{})
	start(l, "task", func(co *sim.Co) {
		defer j.note("end")
		defer func() { l.CallSoon("late", func() { t.Error("ran") }) }()
		wait(co, "nothing")
	})
	wantError[*sim.DeadlockError](t, l.Run())
	if err := l.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	j.want(t, "end")
}
