package sim_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// The tests of this file are named after behaviours that CPython's own tests of its event loop check: LOP the loop, HND
// handles.

func TestLOP_01_CloseIsIdempotentAndFinal(t *testing.T) {
	l, err := sim.NewLoop(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	l.CallSoon("closer", func() { wantUsage(t, l.Close(), sim.ErrRunning, `close loop in callback "closer"`) })
	l.CallSoon("stopper", l.Stop)
	if err := errors.Join(l.Run(), l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	wantUsage(t, l.Run(), sim.ErrClosed)
	for op, use := range map[string]func(){
		"CallSoon": func() { l.CallSoon("x", func() {}) },
		"CallAt":   func() { l.CallLater("x", 1, func() {}) },
		"create":   func() { new(sim.Co).Init(l, "x", nil) },
	} {
		wantUsage(t, panicked(use), sim.ErrClosed, op)
	}
}

func TestLOP_03_NilCallback(t *testing.T) {
	l := open(t, sim.Config{})
	for _, schedule := range []func(){
		func() { l.CallSoon("empty", nil) },
		func() { l.CallLater("empty", time.Second, nil) },
		func() { l.CallAt("empty", time.Second, nil) },
	} {
		wantUsage(t, panicked(schedule), sim.ErrNilFunction, `schedule "empty"`)
	}
	drain(t, l) // nothing was scheduled
	want(t, "time", l.Now(), 0)
}

// TestLOP_09_CancelledTimers: asyncio keeps cancelled timers until they are many; here they are gone at once.
func TestLOP_09_CancelledTimers(t *testing.T) {
	l := open(t, sim.Config{})
	l.CallLater("last", 24*time.Hour, func() {})
	setAndCancel := func(n int) uint64 {
		for range n {
			l.CallLater("x", time.Hour, func() {}).Cancel()
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := setAndCancel(1000)
	if after := setAndCancel(100_000); after > before+1<<20 {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
	steps := l.Steps()
	drain(t, l)
	want(t, "steps of the timer that was not cancelled", l.Steps()-steps, int64(1))
}

func TestLOP_11_StopBeforeRun(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	l.CallSoon("a", func() { l.CallSoon("b", j.noting("b")); j.note("a") })
	l.CallLater("timer", time.Second, j.noting("timer"))
	l.Stop()
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	j.note("stopped at %v", l.Now())
	drain(t, l)
	j.want(t, "a", "stopped at 0s", "b", "timer")
}

func TestLOP_15_ExceptionHandler(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	given := sim.ExceptionContext{Message: "trouble", Exception: errors.New("boom"), Object: "x", Source: 7}
	l.SetExceptionHandler(func(_ *sim.Loop, c sim.ExceptionContext) {
		j.note("%s %v %s %v", c.Message, c.Exception, c.Object, c.Source)
	})
	l.CallExceptionHandler(given)
	l.SetExceptionHandler(nil)
	l.CallExceptionHandler(given) // to the log
	want(t, "no handler is set", l.ExceptionHandler() == nil, true)
	l.SetExceptionHandler(func(*sim.Loop, sim.ExceptionContext) { panic("in the handler") })
	l.CallSoon("culprit", func() { l.CallExceptionHandler(given) })
	e := wantError[*sim.PanicError](t, l.Run())
	want(t, "callback", e.Callback, "culprit")
	j.want(t, "trouble boom x 7")
}

func TestLOP_22_ShortSleepsDoNotSpin(t *testing.T) {
	for d := time.Nanosecond; d <= 10*time.Millisecond; d *= 10 {
		l := open(t, sim.Config{})
		start(l, "sleeper", func(co *sim.Co) { _ = co.Sleep(d) })
		drain(t, l)
		want(t, fmt.Sprintf("steps of a sleep of %v", d), l.Steps(), int64(3)) // start, timer, end
		want(t, "time", l.Now(), d)
	}
}

func TestHND_01_CancelAndCancelled(t *testing.T) {
	var zero sim.Handle
	zero.Cancel()
	want(t, "the zero Handle is cancelled", zero.Cancelled(), false)
	l := open(t, sim.Config{})
	ran := 0
	kept, dropped := l.CallSoon("kept", func() { ran++ }), l.CallSoon("dropped", func() { ran += 10 })
	want(t, "before", dropped.Cancelled(), false)
	dropped.Cancel()
	dropped.Cancel()
	drain(t, l)
	kept.Cancel() // too late
	want(t, "states", []bool{kept.Cancelled(), dropped.Cancelled()}, []bool{false, true})
	want(t, "what ran", ran, 1)
}

func TestHND_02_WhenAndIdentity(t *testing.T) {
	l := open(t, sim.Config{})
	later, at := l.CallLater("later", time.Second, func() {}), l.CallAt("at", time.Second, func() {})
	same := later
	later.Cancel()
	want(t, "deadlines", []time.Duration{later.When(), at.When()}, []time.Duration{time.Second, time.Second})
	want(t, "a copy is the same handle", same == later && same.Cancelled(), true)
	want(t, "another with the same deadline is another", later == at, false)
}
