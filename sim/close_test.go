package sim_test

import (
	"testing"

	"github.com/asyncsim/asyncsim/sim"
)

// stubborn recovers whatever a wait panics with, and waits again.
func stubborn(co *sim.Co) {
	for {
		func() {
			defer func() { _ = recover() }()
			wait(co, "nothing")
		}()
	}
}

// TestCloseGivesUpWhoStays: a task that recovers what unwinds it, without end, does not keep the loop from closing, nor the
// other tasks from being unwound. That its goroutine stays is the price.
func TestCloseGivesUpWhoStays(t *testing.T) {
	var j journal
	l, err := sim.NewLoop(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	start(l, "stubborn", stubborn)
	start(l, "other", func(co *sim.Co) {
		defer j.note("other unwound")
		wait(co, "nothing")
	})
	wantError[*sim.DeadlockError](t, l.Run())
	e := wantError[*sim.UsageError](t, l.Close())
	want(t, "the error", e.Error(), `unwind in task "stubborn" at 0s: it recovers the panic that unwinds it, again and again`)
	j.want(t, "other unwound")
	want(t, "Close again", l.Close(), nil)
}

// TestLeave ends a coroutine in the midst of a run: its deferred functions run, and what they would wait for ends them.
func TestLeave(t *testing.T) {
	leavesNoGoroutine(t)
	var j journal
	l := open(t, sim.Config{})
	start(l, "leaver", func(co *sim.Co) {
		defer j.note("left")
		defer func() {
			defer j.note("no wait")
			wait(co, "nothing")
			j.note("waited")
		}()
		co.Leave()
	})
	start(l, "other", func(co *sim.Co) {
		j.note("other")
	})
	drain(t, l)
	j.want(t, "no wait", "left", "other")
}

// TestLeaveOfWhoStays ends the run.
func TestLeaveOfWhoStays(t *testing.T) {
	l, err := sim.NewLoop(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	start(l, "stubborn", func(co *sim.Co) {
		defer stubborn(co)
		co.Leave()
	})
	wantError[*sim.UsageError](t, l.Run())
	want(t, "Close", l.Close(), nil)
}
