package sim_test

import (
	"math"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

func TestCancel(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	soon := l.CallSoon("soon", j.noting("soon"))
	timer := l.CallLater("timer", time.Hour, j.noting("timer"))
	l.CallLater("kept", time.Second, j.noting("kept"))
	for range 2 { // again, to no effect
		soon.Cancel()
		timer.Cancel()
	}
	want(t, "cancelled before the run", []bool{soon.Cancelled(), timer.Cancelled()}, []bool{true, true})
	drain(t, l)
	j.want(t, "kept")
	want(t, "the time, which a cancelled timer does not move", l.Now(), time.Second)
	want(t, "still cancelled", []bool{soon.Cancelled(), timer.Cancelled()}, []bool{true, true})
	want(t, "deadlines", []time.Duration{soon.When(), timer.When()}, []time.Duration{0, time.Hour})
}

// TestCancelDue cancels a timer between its due time and its turn to run.
func TestCancelDue(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	var second, third sim.Handle
	l.CallLater("first", time.Second, func() { second.Cancel(); third.Cancel() })
	second = l.CallLater("second", time.Second, j.noting("second"))
	l.CallLater("fourth", time.Second, func() { third = l.CallSoon("third", j.noting("third")); third.Cancel() })
	drain(t, l)
	j.want(t)
	want(t, "cancelled", []bool{second.Cancelled(), third.Cancelled()}, []bool{true, true})
}

func TestCancelIsTooLate(t *testing.T) {
	l := open(t, sim.Config{})
	ran := 0
	var within sim.Handle
	before := l.CallSoon("before", func() { ran++ })
	within = l.CallSoon("within", func() { ran++; within.Cancel() })
	drain(t, l)
	before.Cancel()
	want(t, "runs", ran, 2)
	want(t, "cancelled", []bool{before.Cancelled(), within.Cancelled()}, []bool{false, false})
}

// TestStaleHandle cancels through the Handle of a callback that has run, when what carried it carries another one.
func TestStaleHandle(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	stale := l.CallSoon("one", j.noting("one"))
	staleTimer := l.CallLater("two", 0, j.noting("two"))
	drain(t, l)
	three := l.CallSoon("three", j.noting("three"))
	four := l.CallLater("four", time.Second, j.noting("four"))
	stale.Cancel()
	staleTimer.Cancel()
	want(t, "cancelled", []bool{stale.Cancelled(), staleTimer.Cancelled(), three.Cancelled(), four.Cancelled()}, make([]bool, 4))
	drain(t, l)
	j.want(t, "one", "two", "three", "four")

	// Nor does it speak for the callback that has its place now.
	five := l.CallSoon("five", j.noting("five"))
	five.Cancel()
	want(t, "cancelled", []bool{stale.Cancelled(), staleTimer.Cancelled(), three.Cancelled(), four.Cancelled(), five.Cancelled()},
		[]bool{false, false, false, false, true})

	// A cancelled callback's Handle stays true, whatever is scheduled later.
	gone := l.CallLater("gone", time.Second, j.noting("gone"))
	gone.Cancel()
	for range 10 {
		l.CallSoon("other", func() {})
	}
	drain(t, l)
	gone.Cancel()
	want(t, "still cancelled", gone.Cancelled(), true)
}

func TestZeroHandle(t *testing.T) {
	var h sim.Handle
	h.Cancel()
	want(t, "cancelled", h.Cancelled(), false)
	want(t, "when", h.When(), 0)
}

func TestWhen(t *testing.T) {
	l := open(t, sim.Config{})
	var got []time.Duration
	l.CallLater("a", time.Second, func() {
		got = append(got,
			l.CallSoon("soon", func() {}).When(),
			l.CallLater("later", time.Minute, func() {}).When(),
			l.CallLater("earlier", -time.Minute, func() {}).When(),
			l.CallAt("at", time.Hour, func() {}).When())
	})
	drain(t, l)
	want(t, "deadlines", got, []time.Duration{time.Second, 61 * time.Second, -59 * time.Second, time.Hour})
}

// TestCancelAfterClose is what a deferred function does that takes its timer back: the loop may be closed by then.
func TestCancelAfterClose(t *testing.T) {
	l := open(t, sim.Config{})
	handles := []sim.Handle{
		l.CallLater("later", 1, func() { t.Error("a timer ran") }),
	}
	start(l, "guarded", func(co *sim.Co) {
		h := l.CallLater("timeout", time.Hour, func() {})
		defer h.Cancel()
		handles = append(handles, h, l.CallSoon("soon", func() { t.Error("a callback ran") }))
		_ = co.Sleep(time.Minute)
	})
	l.Stop()
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	for _, h := range handles {
		h.Cancel()
		want(t, "cancelled", h.Cancelled(), true)
	}
}

func TestCallLaterPastTheClock(t *testing.T) {
	l := open(t, sim.Config{})
	var j journal
	l.CallLater("one second", time.Second, func() {
		wantUsage(t, panicked(func() { l.CallLater("never", math.MaxInt64, func() {}) }), sim.ErrTimeRange,
			`CallLater "never"`, `callback "one second"`, "1s")
		l.CallLater("the last moment", math.MaxInt64-time.Second, j.noting("the last moment"))
	})
	l.CallLater("as early as can be", math.MinInt64, j.noting("as early as can be"))
	drain(t, l)
	j.want(t, "as early as can be", "the last moment")
	want(t, "the time", l.Now(), time.Duration(math.MaxInt64))
	wantUsage(t, panicked(func() { l.CallLater("past it", 1, func() {}) }), sim.ErrTimeRange)
}
