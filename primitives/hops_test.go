package aio_test

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// A hop is one turn of the loop. How many hops lie between a cause and its effect decides, wherever two things race,
// which of them wins; so it is part of what asyncio does, and the table below is what CPython 3.14 was measured to do.

// hopper measures hops.
type hopper struct {
	loop         *aio.Loop
	turn         int64
	cause, saw   int64
	caused, seen bool
}

func (h *hopper) now() int64 {
	h.loop.Emit(sim.Event{Kind: sim.Output})
	return h.turn
}

// from marks the cause, or moves it.
func (h *hopper) from() { h.cause, h.caused = h.now(), true }

// to marks the first effect.
func (h *hopper) to() {
	if !h.seen {
		h.saw, h.seen = h.now(), true
	}
}

// child makes a task that marks the cause in its last step, after some turns.
func (h *hopper) child(co *aio.Co, err error) *aio.Task[aio.None] {
	return aio.Go(co, "child", func(co *aio.Co) error {
		for range 3 {
			_ = aio.Sleep(co, 0)
		}
		h.from()
		return err
	})
}

// patient makes a task that waits for ever and marks the effect when it is cancelled.
func (h *hopper) patient(co *aio.Co) *aio.Task[aio.None] {
	return aio.Go(co, "patient", func(co *aio.Co) error {
		defer h.to()
		_, err := aio.NewFuture[aio.None](co, "never").Await(co)
		return err
	})
}

// idle makes a task that waits for ever.
func idle(co *aio.Co) *aio.Task[aio.None] {
	return aio.Go(co, "idle", func(co *aio.Co) error {
		_, err := aio.NewFuture[aio.None](co, "never").Await(co)
		return err
	})
}

// settle lets everything that is ready run until it waits.
func settle(co *aio.Co) {
	for range 5 {
		_ = aio.Sleep(co, 0)
	}
}

// soon schedules the cause as a callback.
func (h *hopper) soon(fn func()) {
	h.loop.CallSoon("cause", func() {
		h.from()
		fn()
	})
}

// at schedules the cause for a virtual time, before what the caller sets for the same time.
func (h *hopper) at(when time.Duration) { h.loop.CallAt("cause", when, h.from) }

func done(co *aio.Co) *aio.Future[int] {
	f := aio.NewFuture[int](co, "done")
	_ = f.SetResult(1)
	return f
}

// probes is the hop matrix: futures, tasks and what waits for them. The rest is in hops_scopes_test.go and
// hops_locks_test.go.
var probes = []struct {
	name string
	hops int64
	run  func(co *aio.Co, h *hopper)
}{
	{"call_soon", 1, func(co *aio.Co, h *hopper) {
		h.from()
		h.loop.CallSoon("effect", h.to)
		settle(co)
	}},
	{"call_later(0)", 1, func(co *aio.Co, h *hopper) {
		h.from()
		h.loop.CallLater("effect", 0, h.to)
		settle(co)
	}},
	{"call_at(past)", 1, func(co *aio.Co, h *hopper) {
		_ = aio.Sleep(co, 2*sec)
		h.from()
		h.loop.CallAt("effect", sec, h.to)
		settle(co)
	}},
	{"set_result -> task", 1, func(co *aio.Co, h *hopper) {
		f := aio.NewFuture[int](co, "f")
		h.soon(func() { _ = f.SetResult(1) })
		_, _ = f.Await(co)
		h.to()
	}},
	{"set_result -> done callback", 1, func(co *aio.Co, h *hopper) {
		f := aio.NewFuture[int](co, "f")
		f.AddDoneCallback("effect", func(*aio.Future[int]) { h.to() })
		h.from()
		_ = f.SetResult(1)
		settle(co)
	}},
	{"add_done_callback on a done future", 1, func(co *aio.Co, h *hopper) {
		h.from()
		done(co).AddDoneCallback("effect", func(*aio.Future[int]) { h.to() })
		settle(co)
	}},
	{"await a done future", 0, func(co *aio.Co, h *hopper) {
		h.from()
		_, _ = done(co).Await(co)
		h.to()
	}},
	{"await a done task", 0, func(co *aio.Co, h *hopper) {
		task := aio.Go(co, "t", func(*aio.Co) error { return nil })
		settle(co)
		h.from()
		_, _ = task.Await(co)
		h.to()
	}},
	{"create_task -> first step", 1, func(co *aio.Co, h *hopper) {
		h.from()
		aio.Go(co, "t", func(*aio.Co) error { h.to(); return nil })
		settle(co)
	}},
	{"create_task and await", 2, func(co *aio.Co, h *hopper) {
		h.from()
		_, _ = aio.Go(co, "t", func(*aio.Co) error { return nil }).Await(co)
		h.to()
	}},
	{"sleep(0)", 1, func(co *aio.Co, h *hopper) {
		h.from()
		_ = aio.Sleep(co, 0)
		h.to()
	}},
	{"sleep(d > 0): timer, then task", 2, func(co *aio.Co, h *hopper) {
		h.from()
		_ = aio.Sleep(co, sec)
		h.to()
	}},
	{"sleep(d > 0): from the timer's turn", 1, func(co *aio.Co, h *hopper) {
		h.at(sec)
		_ = aio.Sleep(co, sec)
		h.to()
	}},
	{"event", 1, func(co *aio.Co, h *hopper) {
		var e aio.Event
		h.soon(e.Set)
		_ = e.Wait(co)
		h.to()
	}},
	{"queue: put -> getter", 1, func(co *aio.Co, h *hopper) {
		var q aio.Queue[int]
		h.soon(func() { _ = q.PutNowait(1) })
		_, _ = q.Get(co)
		h.to()
	}},
	{"queue: get -> putter", 1, func(co *aio.Co, h *hopper) {
		q := aio.NewQueue[int]("q", 1)
		_ = q.Put(co, 1)
		h.soon(func() { _, _ = q.GetNowait() })
		_ = q.Put(co, 2)
		h.to()
	}},
	{"eager task: first step", 0, func(co *aio.Co, h *hopper) {
		h.from()
		eager(co, "t", func(*aio.Co) error { h.to(); return nil })
	}},
	{"eager task: resumed", 1, func(co *aio.Co, h *hopper) {
		f := aio.NewFuture[int](co, "f")
		eager(co, "t", func(co *aio.Co) error {
			_, err := f.Await(co)
			h.to()
			return err
		})
		h.from()
		_ = f.SetResult(1)
		settle(co)
	}},
	{"eager task: its awaiter", 2, func(co *aio.Co, h *hopper) {
		f := aio.NewFuture[int](co, "f")
		task := eager(co, "t", func(co *aio.Co) error {
			_, err := f.Await(co)
			return err
		})
		h.from()
		_ = f.SetResult(1)
		_, _ = task.Await(co)
		h.to()
	}},
	{"cancel: the task", 1, func(co *aio.Co, h *hopper) {
		task := h.patient(co)
		settle(co)
		h.from()
		task.Cancel()
		settle(co)
	}},
	{"cancel: the task that awaits it", 2, func(co *aio.Co, h *hopper) {
		task := idle(co)
		outer := aio.Go(co, "outer", func(co *aio.Co) error {
			defer h.to()
			_, err := task.Await(co)
			return err
		})
		settle(co)
		h.from()
		outer.Cancel()
		settle(co)
	}},
	{"cancel: the task that awaits that one", 3, func(co *aio.Co, h *hopper) {
		task := idle(co)
		middle := aio.Go(co, "middle", func(co *aio.Co) error {
			_, err := task.Await(co)
			return err
		})
		outer := aio.Go(co, "outer", func(co *aio.Co) error {
			defer h.to()
			_, err := middle.Await(co)
			return err
		})
		settle(co)
		h.from()
		outer.Cancel()
		settle(co)
	}},
	{"cancel: the awaiter of an unstarted task", 2, func(co *aio.Co, h *hopper) {
		task := aio.Go(co, "t", func(*aio.Co) error { return nil })
		h.from()
		task.Cancel()
		_, _ = task.Await(co)
		h.to()
	}},
	{"cancel: in sleep(0)", 1, func(co *aio.Co, h *hopper) {
		task := aio.Go(co, "t", func(co *aio.Co) error {
			for {
				if err := aio.Sleep(co, 0); err != nil {
					h.to()
					return err
				}
			}
		})
		settle(co)
		h.from()
		task.Cancel()
		settle(co)
	}},
	{"cancel: itself, at the next await", 1, func(co *aio.Co, h *hopper) {
		aio.CurrentTask(co).Cancel()
		h.from()
		_, _ = aio.NewFuture[int](co, "f").Await(co)
		h.to()
	}},
	{"await of another loop's future", 1, func(co *aio.Co, h *hopper) {
		l, _ := sim.NewLoop(sim.Config{})
		defer l.Close()
		h.from()
		_, _ = aio.NewFuture[int](l, "f").Await(co)
		h.to()
	}},
	{"await of itself", 1, func(co *aio.Co, h *hopper) {
		h.from()
		_, _ = aio.CurrentTask(co).(*aio.Task[aio.None]).Await(co)
		h.to()
	}},
}

func eager(on aio.HasLoop, name string, fn func(co *aio.Co) error) *aio.Task[aio.None] {
	return aio.NewTask(on, aio.TaskConfig{Name: name, Eager: true},
		func(co *aio.Co) (aio.None, error) { return aio.None{}, fn(co) })
}

func TestHops(t *testing.T) {
	for _, probe := range slices.Concat(probes, scopeProbes, lockProbes, outsideProbes) {
		t.Run(probe.name, func(t *testing.T) {
			var h hopper
			config := aio.Config{Log: io.Discard, Trace: func(e sim.Event) { h.turn = e.Turn }}
			err := aio.RunWith(config, func(co *aio.Co) error {
				h.loop = co.Loop()
				probe.run(co, &h)
				if !h.caused || !h.seen {
					t.Errorf("the cause was marked: %t, the effect: %t", h.caused, h.seen)
				}
				return nil
			})
			// The probes that cancel main, and those that break a rule, end with it.
			if err != nil && !errors.Is(err, aio.ErrCancelled) {
				t.Error(err)
			}
			if got := h.saw - h.cause; got != probe.hops {
				t.Errorf("%d hops, want %d", got, probe.hops)
			}
		})
	}
}

// TestTurnsAreCounted compares the turns by which hops are counted with a chain of callbacks, each of which schedules
// the next: asyncio's own notion of a turn.
func TestTurnsAreCounted(t *testing.T) {
	var h hopper
	config := aio.Config{Log: io.Discard, Trace: func(e sim.Event) { h.turn = e.Turn }}
	err := aio.RunWith(config, func(co *aio.Co) error {
		h.loop = co.Loop()
		first, ticks := h.now(), int64(0)
		var tick func()
		tick = func() {
			ticks++
			if got := h.now() - first; got != ticks {
				t.Errorf("tick %d comes %d turns after the first", ticks, got)
			}
			if ticks < 10 {
				h.loop.CallSoon("tick", tick)
			}
		}
		h.loop.CallSoon("tick", tick)
		if err := aio.Sleep(co, sec); err != nil {
			return err
		}
		// The ticks keep the loop busy until turn 10; in the next one time passes and the timer fires.
		if got := h.now() - first; ticks != 10 || got != 12 {
			t.Errorf("after %d ticks the sleeper goes on after %d turns, want 10 and 12", ticks, got)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
