package sim_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

const patience = 30 * time.Millisecond

//go:noinline
func theFunctionThatBlocks(c chan struct{}) { <-c }

// TestBlocked blocks outside the simulation. When the blocked goroutine is released, it goes away.
func TestBlocked(t *testing.T) {
	release := func() (chan struct{}, func()) {
		c := make(chan struct{})
		return c, func() { close(c) }
	}
	tests := []struct {
		name    string
		program func(l *sim.Loop, c chan struct{})
		task    string
		time    time.Duration
		state   string
	}{
		{"a task", func(l *sim.Loop, c chan struct{}) {
			start(l, "parked", func(co *sim.Co) { wait(co, "nothing") })
			start(l, "culprit", func(*sim.Co) { theFunctionThatBlocks(c) })
		}, "culprit", 0, "chan receive"},
		{"a task's later step", func(l *sim.Loop, c chan struct{}) {
			start(l, "culprit", func(co *sim.Co) {
				_ = co.Sleep(time.Hour)
				theFunctionThatBlocks(c)
				_ = co.Sleep(time.Hour)
			})
			start(l, "bystander", func(co *sim.Co) { _ = co.Sleep(time.Minute) })
		}, "culprit", time.Hour, "chan receive"},
		{"an eager task", func(l *sim.Loop, c chan struct{}) {
			start(l, "outer", func(co *sim.Co) {
				eagerly(l, "culprit", func(*sim.Co) { theFunctionThatBlocks(c) })
				_ = co.Sleep(time.Hour)
			})
		}, "culprit", 0, "chan receive"},
		{"a task that has started one eagerly", func(l *sim.Loop, c chan struct{}) {
			start(l, "culprit", func(co *sim.Co) {
				eagerly(l, "inner", func(co *sim.Co) { wait(co, "nothing") })
				theFunctionThatBlocks(c)
			})
		}, "culprit", 0, "chan receive"},
		{"a callback", func(l *sim.Loop, c chan struct{}) {
			start(l, "innocent", func(co *sim.Co) { wait(co, "nothing") })
			l.CallSoon("", func() { theFunctionThatBlocks(c) })
		}, "", 0, "chan receive"},
		{"a callback that has started a task eagerly", func(l *sim.Loop, c chan struct{}) {
			l.CallSoon("", func() {
				eagerly(l, "innocent", func(co *sim.Co) { wait(co, "nothing") })
				theFunctionThatBlocks(c)
			})
		}, "", 0, "chan receive"},
		{"the tracer, in a task", func(l *sim.Loop, c chan struct{}) {
			start(l, "culprit", func(co *sim.Co) { co.Printf("block") })
		}, "culprit", 0, "chan receive"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			leavesNoGoroutine(t)
			c, free := release()
			l := open(t, sim.Config{Watchdog: patience, Trace: func(e sim.Event) {
				if e.Text == "block" {
					theFunctionThatBlocks(c)
				}
			}})
			test.program(l, c)
			err := l.Run()
			defer free()
			e := wantError[*sim.BlockedError](t, err)
			want(t, "the task", e.Task, test.task)
			want(t, "the virtual time", e.Time, test.time)
			want(t, "the time in real life", e.Wait, patience)
			want(t, "the state", e.State, test.state)
			if !strings.Contains(e.Stack, "theFunctionThatBlocks") {
				t.Errorf("the stack is not that of the blocked one:\n%s", e.Stack)
			}
			want(t, "Run again gives the same error", l.Run() == err, true)
			want(t, "running", l.IsRunning(), false)
			want(t, "closed", l.IsClosed(), true)
			want(t, "the output's error", l.OutputError(), nil)
			if err := l.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

// TestBlockedChooser: what a chooser answers too late is not done.
func TestBlockedChooser(t *testing.T) {
	leavesNoGoroutine(t)
	c := make(chan struct{})
	l := open(t, sim.Config{Watchdog: patience, Choose: func(*sim.Choice) int { theFunctionThatBlocks(c); return 0 }})
	for range 2 {
		start(l, "", func(*sim.Co) { t.Error("a task ran") })
	}
	e := wantError[*sim.BlockedError](t, l.Run())
	close(c)
	want(t, "the task", e.Task, "")
}

// TestWaysToBlock blocks on everything that is likely.
func TestWaysToBlock(t *testing.T) {
	var mu sync.Mutex
	var rw sync.RWMutex
	var wg sync.WaitGroup
	never, done := make(chan struct{}), make(chan struct{})
	mu.Lock()
	rw.Lock()
	wg.Add(1)
	tests := []struct {
		state string
		block func()
	}{
		{"chan send", func() { never <- struct{}{} }},
		{"select", func() {
			select {
			case <-done:
			case <-make(chan int):
			}
		}},
		{"sync.Mutex.Lock", mu.Lock},
		{"sync.RWMutex.RLock", rw.RLock},
		{"sync.WaitGroup.Wait", wg.Wait},
		{"sleep", func() { time.Sleep(20 * patience) }},
	}
	leavesNoGoroutine(t)
	for _, test := range tests {
		l := open(t, sim.Config{Watchdog: patience})
		start(l, "culprit", func(*sim.Co) {
			test.block()
		})
		want(t, "the state", wantError[*sim.BlockedError](t, l.Run()).State, test.state)
	}
	mu.Unlock()
	rw.Unlock()
	wg.Done()
	<-never
	close(done)
}

// TestBlockedAmongMany finds the blocked task in a stack dump of many goroutines.
func TestBlockedAmongMany(t *testing.T) {
	leavesNoGoroutine(t)
	c := make(chan struct{})
	l := open(t, sim.Config{Watchdog: patience})
	for range 500 {
		start(l, "parked", func(co *sim.Co) { wait(co, "nothing") })
	}
	start(l, "culprit", func(*sim.Co) { theFunctionThatBlocks(c) })
	e := wantError[*sim.BlockedError](t, l.Run())
	close(c)
	want(t, "the task", e.Task, "culprit")
	want(t, "the goroutines in its stack", strings.Count("\n"+e.Stack, "\ngoroutine "), 1)
}

// TestBusyIsNotBlocked computes for several times the watchdog's patience.
func TestBusyIsNotBlocked(t *testing.T) {
	compute := func() (n int) {
		for begin := time.Now(); time.Since(begin) < 5*patience; n++ {
			_ = make([]byte, 1024) // with work for the garbage collector too
		}
		return n
	}
	l := open(t, sim.Config{Watchdog: patience})
	start(l, "busy", func(co *sim.Co) {
		compute()
		_ = co.Sleep(time.Second)
		compute()
	})
	l.CallSoon("busy", func() { compute() })
	drain(t, l)
}

// TestLongRunIsNotBlocked blocks often but never for long.
func TestLongRunIsNotBlocked(t *testing.T) {
	const patience = 10 * patience // a busy machine may take its time to wake a sleeper
	l := open(t, sim.Config{Watchdog: patience})
	start(l, "napping", func(co *sim.Co) {
		for begin := time.Now(); time.Since(begin) < 5*patience/2; {
			time.Sleep(time.Millisecond)
			co.Yield(ready{})
		}
	})
	drain(t, l)
}

// TestGivenUpRunIsSilent releases a blocked task while the caller of Run goes on with what the loop was given: the
// trace, the output, the log, the handler, the pool and the chooser. The race detector has the last word.
func TestGivenUpRunIsSilent(t *testing.T) {
	leavesNoGoroutine(t)
	var events, handled, chosen int
	var out, log strings.Builder
	pool := sim.NewPool()
	config := sim.Config{
		Watchdog: patience,
		Pool:     pool,
		Trace:    func(sim.Event) { events++ },
		Output:   &out,
		Log:      &log,
		Choose:   func(*sim.Choice) int { chosen++; return 0 },
	}
	l := open(t, config)
	c, over := make(chan struct{}), make(chan struct{})
	start(l, "culprit", func(co *sim.Co) {
		defer close(over)
		theFunctionThatBlocks(c)
		co.Printf("not shown")
		l.CallExceptionHandler(sim.ExceptionContext{Message: "not handled"})
		l.SetExceptionHandler(nil)
		l.CallExceptionHandler(sim.ExceptionContext{Message: "not logged"})
		eagerly(l, "inner", func(*sim.Co) {})
		eagerly(l, "parked", func(co *sim.Co) { wait(co, "nothing") })
		_ = co.Sleep(time.Hour)
		t.Error("the given up run goes on")
	})
	start(l, "second", func(*sim.Co) {})
	l.SetExceptionHandler(func(*sim.Loop, sim.ExceptionContext) { handled++ })
	l.CallLater("", time.Second, func() { t.Error("the given up run goes on") })
	wantError[*sim.BlockedError](t, l.Run())
	before := fmt.Sprint(events, handled, chosen, out.String(), log.String())
	close(c)
	// Meanwhile the pool is used by its owner's next loop.
	for range 100 {
		next := open(t, sim.Config{Pool: pool, Watchdog: -1})
		start(next, "", func(co *sim.Co) { co.Yield(ready{}) })
		drain(t, next)
		if err := next.Close(); err != nil {
			t.Error(err)
		}
	}
	pool.Close()
	events, handled, chosen = events+0, handled+0, chosen+0 // a write each, for the race detector
	<-over
	want(t, "events, handled, choices, output and log", fmt.Sprint(events, handled, chosen, out.String(), log.String()), before)
}
