package sim_test

import (
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

func pooledLoop(t *testing.T, pool *sim.Pool) *sim.Loop {
	t.Helper()
	l, err := sim.NewLoop(sim.Config{Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestNextLoopBeginsEmpty closes a loop with things scheduled: the next loop of the pool, which has its buffers, must not
// see them, and the handles of the first must not cancel what the second schedules in the same jobs.
func TestNextLoopBeginsEmpty(t *testing.T) {
	pool := sim.NewPool()
	defer pool.Close()
	stray := func() { t.Error("a callback of the first loop ran in the second") }
	first := pooledLoop(t, pool)
	var handles []sim.Handle
	for range 40 { // more than the ready queue holds at first
		handles = append(handles, first.CallSoon("ran", func() {}), first.CallLater("timer that ran", 1, func() {}))
	}
	first.CallLater("stop", 2, first.Stop)
	if err := first.Run(); err != nil {
		t.Fatal(err)
	}
	for range 40 {
		handles = append(handles, first.CallSoon("ready", stray), first.CallLater("timer", time.Second, stray))
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	second := pooledLoop(t, pool)
	want(t, "quiet", second.Quiet(), true)
	ran := 0
	for range 100 {
		second.CallSoon("now", func() { ran++ })
		second.CallLater("later", time.Minute, func() { ran++ })
	}
	for _, h := range handles {
		h.Cancel()
	}
	second.CallLater("stop", time.Hour, second.Stop)
	run(t, second)
	want(t, "callbacks that ran", ran, 200)
	want(t, "time", second.Now(), time.Hour)
}

// TestTwoOpenLoopsOfOnePool have buffers of their own.
func TestTwoOpenLoopsOfOnePool(t *testing.T) {
	pool := sim.NewPool()
	defer pool.Close()
	for range 3 {
		a, b := pooledLoop(t, pool), pooledLoop(t, pool)
		var order []string
		a.CallSoon("", func() { order = append(order, "a"); a.Stop() })
		b.CallSoon("", func() { order = append(order, "b"); b.Stop() })
		run(t, b)
		run(t, a)
		want(t, "the order", order, []string{"b", "a"})
	}
}

// TestNextLoopAllocatesItselfOnly: what a loop makes as it goes is left to the next one.
func TestNextLoopAllocatesItselfOnly(t *testing.T) {
	pool := sim.NewPool()
	defer pool.Close()
	nothing := func() {}
	allocs := testing.AllocsPerRun(100, func() {
		l, err := sim.NewLoop(sim.Config{Pool: pool, Watchdog: -1})
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			l.CallSoon("", nothing)
			l.CallLater("", time.Second, nothing)
		}
		l.Stop()
		run(t, l)
	})
	// The loop, its method value, and the 100 timers that had not fired when it was closed.
	want(t, "allocations", allocs <= 102, true)
}
