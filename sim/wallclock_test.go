package sim_test

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/asyncsim/asyncsim/sim"
)

// In a bubble of synctest the wall clock is a fake one, which moves when all goroutines wait: what is measured is
// exact.

// clockwork is a program of timers and sleeps, some of them due together.
func clockwork(l *sim.Loop) {
	for _, name := range []string{"a", "b"} {
		start(l, name, func(co *sim.Co) {
			for range 3 {
				_ = co.Sleep(time.Second)
				co.Yield(ready{})
			}
		})
	}
	l.CallLater("together", 2*time.Second, func() { l.CallLater("later", 1500*time.Millisecond, l.Stop) })
}

func TestSpeed(t *testing.T) {
	var virtual journal
	l := open(t, sim.Config{Trace: virtual.turns})
	clockwork(l)
	if err := l.Run(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		speed float64
		took  time.Duration
	}{{1, 3500 * time.Millisecond}, {10, 350 * time.Millisecond}, {0.5, 7 * time.Second}, {1e6, 3500 * time.Nanosecond}} {
		synctest.Test(t, func(t *testing.T) {
			var j journal
			l := open(t, sim.Config{Speed: test.speed, Trace: j.turns})
			clockwork(l)
			begin := time.Now()
			if err := l.Run(); err != nil {
				t.Error(err)
			}
			want(t, "it took", time.Since(begin), test.took)
			j.want(t, virtual...)
		})
	}
}

// TestLate has callbacks that take longer than there is time: nothing is lost, nothing changes places, and the loop
// catches up.
func TestLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, sim.Config{Speed: 1, Watchdog: -1})
		var j journal
		begin := time.Now()
		note := func(name string, busy time.Duration) func() {
			return func() {
				j.note("%s: %v by the loop, %v by the clock", name, l.Now(), time.Since(begin))
				time.Sleep(busy)
			}
		}
		l.CallLater("", 1*time.Second, note("a", 2500*time.Millisecond))
		l.CallLater("", 2*time.Second, note("b", 0))
		l.CallLater("", 3*time.Second, note("c", 0))
		l.CallLater("", 4*time.Second, note("d", 0))
		l.CallLater("", 5*time.Second, l.Stop)
		if err := l.Run(); err != nil {
			t.Error(err)
		}
		j.want(t,
			"a: 1s by the loop, 1s by the clock",
			"b: 2s by the loop, 3.5s by the clock",
			"c: 3s by the loop, 3.5s by the clock",
			"d: 4s by the loop, 4s by the clock")
	})
}

// TestCallsOnTheWallClock serves another goroutine, which also ends the run.
func TestCallsOnTheWallClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		l := open(t, sim.Config{Speed: 2, Trace: j.turns, Watchdog: 5 * time.Millisecond})
		call := func(name string, fn func()) {
			if err := l.CallSoonThreadsafe(name, fn); err != nil {
				t.Error(err)
			}
		}
		go func() {
			time.Sleep(time.Second)
			call("first", func() { l.CallLater("timer", time.Second, func() {}) })
			call("second", func() {})
			time.Sleep(time.Hour) // the loop has nothing to do, and waits
			call("stop", l.Stop)
		}()
		if err := l.Run(); err != nil {
			t.Error(err)
		}
		j.want(t, "1 2s first", "1 2s second", "2 3s timer", "3 2h0m2s stop")
	})
}

func TestCallsAreTakenByABusyLoop(t *testing.T) {
	l := open(t, sim.Config{Speed: 1})
	rung := false
	l.CallLater("rings", 2*time.Millisecond, func() { rung = true })
	start(l, "busy", func(co *sim.Co) {
		for !rung || co.Now() < 4*time.Millisecond {
			co.Yield(ready{})
		}
		go func() { _ = l.CallSoonThreadsafe("stop", l.Stop) }()
		for {
			co.Yield(ready{})
		}
	})
	if err := l.Run(); err != nil {
		t.Error(err)
	}
}

// TestExecutedOnTheWallClock: time passes while functions run, and their results come when they return.
func TestExecutedOnTheWallClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		l := open(t, sim.Config{Speed: 1, Trace: j.turns})
		l.CallSoon("start", func() {
			l.Execute("long", func() {
				time.Sleep(3 * time.Second)
				_ = l.CallSoonThreadsafe("call of long", func() {})
			}, l.Stop)
			l.Execute("short", func() { time.Sleep(time.Second) }, func() {})
			l.CallLater("timer", 2*time.Second, func() {})
		})
		if err := l.Run(); err != nil {
			t.Error(err)
		}
		j.want(t, "1 0s start", "2 1s short", "3 2s timer", "4 3s call of long", "4 3s long")
		l.Execute("culprit", func() { time.Sleep(time.Second); panic("ouch") }, func() { t.Error("it counts as done") })
		want(t, "the panic's time", wantError[*sim.PanicError](t, l.Run()).Time, 4*time.Second)
	})
}

func TestLimitOnTheWallClock(t *testing.T) {
	for _, next := range []time.Duration{0, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, sim.Config{Speed: 1, MaxTime: time.Minute})
			if next > 0 {
				l.CallLater("", next, func() { t.Error("the timer fired") })
			}
			called := false
			l.CallLater("in time", time.Minute, func() { called = true })
			begin := time.Now()
			for range 2 {
				e := wantError[*sim.LimitError](t, l.Run())
				want(t, "the time", e.Time, time.Minute)
				want(t, "it took", time.Since(begin), time.Minute)
			}
			want(t, "what was due in time was done", called, true)
		})
	}
}

// TestTimeStandsStillBetweenRuns: a sleep that begins in the second run takes its whole time.
func TestTimeStandsStillBetweenRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, sim.Config{Speed: 1})
		begin := time.Now()
		for range 3 {
			l.CallLater("", time.Second, l.Stop)
			if err := l.Run(); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Minute)
		}
		want(t, "the loop's time", l.Now(), 3*time.Second)
		want(t, "the clock's", time.Since(begin), 3*time.Minute+3*time.Second)
	})
}

func TestDateOnTheWallClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, sim.Config{Speed: 1})
		l.CallLater("", time.Second, l.Stop)
		if err := l.Run(); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(time.Now(), l.Date()); diff != "" {
			t.Errorf("the date differs from the clock's:\n%s", diff)
		}
	})
}

// TestBlockedOnTheWallClock: a wait of the loop is no mistake, a task's is.
func TestBlockedOnTheWallClock(t *testing.T) {
	leavesNoGoroutine(t)
	c := make(chan struct{})
	l := open(t, sim.Config{Speed: 1, Watchdog: patience})
	start(l, "culprit", func(co *sim.Co) {
		_ = co.Sleep(3 * patience)
		theFunctionThatBlocks(c)
	})
	e := wantError[*sim.BlockedError](t, l.Run())
	close(c)
	want(t, "the task", e.Task, "culprit")
	want(t, "the time", e.Time, 3*patience)
}

// TestInnerLoopOnTheWallClock: the outer loop's watchdog knows the wait of an inner loop that has none.
func TestInnerLoopOnTheWallClock(t *testing.T) {
	outer := open(t, sim.Config{Watchdog: patience})
	inner := open(t, sim.Config{Speed: 1, Watchdog: -1})
	inner.CallLater("", 4*patience, inner.Stop)
	start(outer, "outer", func(*sim.Co) {
		if err := inner.Run(); err != nil {
			t.Error(err)
		}
	})
	drain(t, outer)
}

func TestAbsurdSpeeds(t *testing.T) {
	for _, config := range []sim.Config{
		{Speed: -1}, {Speed: math.NaN()}, {Speed: math.Inf(1)},
		{Speed: 1, Choose: func(*sim.Choice) int { return 0 }},
	} {
		_, err := sim.NewLoop(config)
		e := wantError[*sim.ConfigError](t, err)
		want(t, "the field", e.Field, "Speed")
		if config.Choose != nil && !strings.Contains(e.Error(), "Choose") {
			t.Errorf("%v does not mention Choose", e)
		}
	}
	// The extremes that are none: neither clock runs over.
	synctest.Test(t, func(t *testing.T) {
		for _, speed := range []float64{math.MaxFloat64, math.SmallestNonzeroFloat64} {
			l := open(t, sim.Config{Speed: speed})
			l.CallLater("", 1, func() {
				if speed < 1 {
					t.Error("the timer fired")
				}
			})
			l.CallAt("", math.MaxInt64, func() {
				if speed < 1 {
					t.Error("the timer fired")
				}
				l.Stop()
			})
			go func() {
				time.Sleep(time.Hour)
				_ = l.CallSoonThreadsafe("stop", l.Stop)
			}()
			if err := l.Run(); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}
	})
}
