package sim_test

import (
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// stock is something to wait for: each success takes one away.
type stock struct {
	n     int
	polls int
	by    []string
	l     *sim.Loop
}

func (s *stock) String() string { return "stock" }

func (s *stock) Poll() bool {
	s.polls++
	if s.n == 0 {
		return false
	}
	s.n--
	s.by = append(s.by, s.l.Current().Name())
	return true
}

func TestWaitFor(t *testing.T) {
	var j journal
	l := open(t, sim.Config{Trace: j.turns})
	s := &stock{l: l}
	for _, name := range []string{"a", "b", "c"} {
		start(l, name, func(co *sim.Co) { want(t, "success", co.WaitFor(s), true) })
	}
	l.CallSoon("two", func() { s.n += 2 })
	l.CallLater("one", time.Second, func() { s.n++ })
	drain(t, l)
	// What is there after a turn is taken at the beginning of the next, in the order of waiting.
	j.want(t, "1 0s a", "1 0s b", "1 0s c", "1 0s two", "2 0s a", "2 0s b", "3 1s one", "4 1s c")
	want(t, "who runs while polled", s.by, []string{"a", "b", "c"})
	want(t, "polls", s.polls, 3+1+1) // turn 2; turn 3, before the timer fires; turn 4
}

func TestWaitForIsEndedByWake(t *testing.T) {
	var j journal
	l := open(t, sim.Config{Trace: j.turns})
	s := &stock{l: l}
	co := start(l, "woken", func(co *sim.Co) {
		want(t, "success", co.WaitFor(s), false)
		want(t, "success, again", co.WaitFor(s), true)
	})
	l.CallLater("wake", time.Second, func() {
		want(t, "woken", co.Wake(), true)
		s.n = 1 // too late: it is not taken for one that was woken
	})
	drain(t, l)
	j.want(t, "1 0s woken", "2 1s wake", "3 1s woken", "4 1s woken")
	want(t, "what is left", s.n, 0)
}

func TestDeadlockOfPolled(t *testing.T) {
	l := open(t, sim.Config{})
	s := &stock{l: l}
	start(l, "waits", func(co *sim.Co) { co.WaitFor(s) })
	e := wantError[*sim.DeadlockError](t, l.Run())
	want(t, "who waits", e.Waiting, []sim.Waiting{{Task: "waits", On: "stock"}})
	want(t, "quiet", l.Quiet(), false)
	s.n = 1 // the loop looks again when it is run again
	wantError[*sim.DeadlockError](t, l.Run())
	want(t, "what is left", s.n, 0)
	want(t, "quiet", l.Quiet(), true)
}

// TestPolledUnderExploration: a coroutine that is woken may go on, and wait again, in the very turn.
func TestPolledUnderExploration(t *testing.T) {
	var last bool
	l := open(t, sim.Config{Choose: func(c *sim.Choice) int {
		if c.Kind == sim.Next && last {
			return c.N - 1
		}
		return 0
	}})
	s := &stock{l: l}
	waits := start(l, "waits", func(co *sim.Co) {
		want(t, "success", co.WaitFor(s), false)
		want(t, "success, again", co.WaitFor(s), true)
		want(t, "what is left", s.n, 1)
	})
	start(l, "wakes", func(co *sim.Co) {
		co.Yield(ready{})
		waits.Wake()
		s.n, last = 2, true
		co.Switch(sim.Op{})
	})
	drain(t, l)
	want(t, "what is left", s.n, 1)
}

func TestPollerThatPanics(t *testing.T) {
	l := open(t, sim.Config{Choose: func(c *sim.Choice) int {
		if c.Kind == sim.Value {
			panic("ouch")
		}
		return 0
	}})
	start(l, "waits", func(co *sim.Co) { co.WaitFor(choosing{co}) })
	e := wantError[*sim.PanicError](t, l.Run())
	want(t, "the value", e.Value, any("ouch"))
	want(t, "the culprit", e.Callback, "chooser")
}

type choosing struct{ co *sim.Co }

func (choosing) String() string { return "a choice" }
func (c choosing) Poll() bool   { return c.co.Choose("anything", 2) == 0 }
