package aio_test

import (
	"iter"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// scopeProbes is the second half of the hop matrix: gather, wait, wait_for, timeout, shield, as_completed, TaskGroup.
var scopeProbes = []struct {
	name string
	hops int64
	run  func(co *aio.Co, h *hopper)
}{
	{"gather: last child -> awaiter", 2, func(co *aio.Co, h *hopper) {
		_, _ = aio.Gather(co, h.child(co, nil), h.child(co, nil)).Await(co)
		h.to()
	}},
	{"gather: child error -> awaiter", 2, func(co *aio.Co, h *hopper) {
		_, _ = aio.Gather(co, idle(co), h.child(co, errBoom)).Await(co)
		h.to()
	}},
	{"gather: of done futures", 0, func(co *aio.Co, h *hopper) {
		h.from()
		_, _ = aio.Gather(co, done(co), done(co)).Await(co)
		h.to()
	}},
	{"gather: of nothing", 0, func(co *aio.Co, h *hopper) {
		h.from()
		_, _ = aio.Gather[int](co).Await(co)
		h.to()
	}},
	{"gather: cancel -> children", 1, func(co *aio.Co, h *hopper) {
		all := aio.Gather(co, h.patient(co))
		settle(co)
		h.from()
		all.Cancel()
		settle(co)
	}},
	{"gather: cancel -> awaiter", 3, func(co *aio.Co, h *hopper) {
		all := aio.Gather(co, idle(co))
		settle(co)
		h.soon(func() { all.Cancel() })
		_, _ = all.Await(co)
		h.to()
	}},
	{"wait: finish -> awaiter", 2, func(co *aio.Co, h *hopper) {
		_, _, _ = aio.Wait(co, []aio.Awaitable{h.child(co, nil)}, aio.Forever, aio.AllCompleted)
		h.to()
	}},
	{"wait: all done", 2, func(co *aio.Co, h *hopper) {
		h.from()
		_, _, _ = aio.Wait(co, []aio.Awaitable{done(co)}, aio.Forever, aio.AllCompleted)
		h.to()
	}},
	{"wait: timeout 0", 2, func(co *aio.Co, h *hopper) {
		h.from()
		_, _, _ = aio.Wait(co, []aio.Awaitable{aio.NewFuture[int](co, "f")}, 0, aio.AllCompleted)
		h.to()
	}},
	{"wait: timeout -> awaiter", 1, func(co *aio.Co, h *hopper) {
		h.at(sec)
		_, _, _ = aio.Wait(co, []aio.Awaitable{aio.NewFuture[int](co, "f")}, sec, aio.AllCompleted)
		h.to()
	}},
	{"wait_for: a coroutine that does not suspend", 0, func(co *aio.Co, h *hopper) {
		h.from()
		_, _ = aio.WaitForFunc(co, sec, func(*aio.Co) (int, error) { return 1, nil })
		h.to()
	}},
	{"wait_for: task finish -> awaiter", 1, func(co *aio.Co, h *hopper) {
		_, _ = aio.WaitFor(co, h.child(co, nil), sec)
		h.to()
	}},
	{"wait_for: a done future", 0, func(co *aio.Co, h *hopper) {
		h.from()
		_, _ = aio.WaitFor(co, done(co), sec)
		h.to()
	}},
	{"wait_for: a done future, timeout 0", 0, func(co *aio.Co, h *hopper) {
		h.from()
		_, _ = aio.WaitFor(co, done(co), 0)
		h.to()
	}},
	{"wait_for: deadline -> TimeoutError", 1, func(co *aio.Co, h *hopper) {
		h.at(sec)
		_, _ = aio.WaitFor(co, aio.NewFuture[int](co, "f"), sec)
		h.to()
	}},
	{"wait_for: timeout 0, coroutine", 3, func(co *aio.Co, h *hopper) {
		h.from()
		_, _ = aio.WaitForFunc(co, 0, func(*aio.Co) (int, error) { return 1, nil })
		h.to()
	}},
	{"wait_for: timeout 0, future", 2, func(co *aio.Co, h *hopper) {
		h.from()
		_, _ = aio.WaitFor(co, aio.NewFuture[int](co, "f"), 0)
		h.to()
	}},
	{"timeout: deadline -> body", 1, func(co *aio.Co, h *hopper) {
		h.at(sec)
		_ = aio.Timeout(co, sec, func(*aio.TimeoutScope) error {
			_, err := aio.NewFuture[int](co, "f").Await(co)
			h.to()
			return err
		})
	}},
	{"timeout(0) and sleep(0)", 1, func(co *aio.Co, h *hopper) {
		h.from()
		_ = aio.Timeout(co, 0, func(*aio.TimeoutScope) error { return aio.Sleep(co, 0) })
		h.to()
	}},
	{"timeout(0) and a future", 2, func(co *aio.Co, h *hopper) {
		h.from()
		_ = aio.Timeout(co, 0, func(*aio.TimeoutScope) error {
			_, err := aio.NewFuture[int](co, "f").Await(co)
			return err
		})
		h.to()
	}},
	{"shield: inner done -> awaiter", 2, func(co *aio.Co, h *hopper) {
		_, _ = aio.Shield(co, h.child(co, nil)).Await(co)
		h.to()
	}},
	{"shield: cancel -> awaiter", 1, func(co *aio.Co, h *hopper) {
		outer := aio.Shield(co, idle(co))
		h.soon(func() { outer.Cancel() })
		_, _ = outer.Await(co)
		h.to()
	}},
	{"as_completed: child finish -> consumer", 2, func(co *aio.Co, h *hopper) {
		_, _ = aio.AsCompleted(co, aio.Forever, h.child(co, nil)).Next(co)
		h.to()
	}},
	{"TaskGroup: last child -> parent", 2, func(co *aio.Co, h *hopper) {
		_ = aio.TaskGroup(co, func(g *aio.Group) error {
			_, err := g.Go("child", func(co *aio.Co) error {
				settle(co)
				h.from()
				return nil
			})
			return err
		})
		h.to()
	}},
	{"TaskGroup: empty", 0, func(co *aio.Co, h *hopper) {
		h.from()
		_ = aio.TaskGroup(co, func(*aio.Group) error { return nil })
		h.to()
	}},
	{"TaskGroup: child error -> sibling", 2, func(co *aio.Co, h *hopper) {
		_ = aio.TaskGroup(co, func(g *aio.Group) error {
			_, _ = g.Go("sibling", func(co *aio.Co) error {
				defer h.to()
				return aio.Sleep(co, sec)
			})
			_, err := g.Go("child", func(co *aio.Co) error {
				settle(co)
				h.from()
				return errBoom
			})
			return err
		})
	}},
	{"TaskGroup: child error -> body", 2, func(co *aio.Co, h *hopper) {
		_ = aio.TaskGroup(co, func(g *aio.Group) error {
			_, _ = g.Go("child", func(*aio.Co) error {
				h.from()
				return errBoom
			})
			defer h.to()
			return aio.Sleep(co, sec)
		})
	}},
	{"TaskGroup: child error -> group error", 4, func(co *aio.Co, h *hopper) {
		_ = aio.TaskGroup(co, func(g *aio.Group) error {
			_, _ = g.Go("sibling", func(co *aio.Co) error { return aio.Sleep(co, sec) })
			_, _ = g.Go("child", func(co *aio.Co) error {
				settle(co)
				h.from()
				return errBoom
			})
			return aio.Sleep(co, sec)
		})
		h.to()
	}},
	{"TaskGroup: eager children that do not suspend", 2, func(co *aio.Co, h *hopper) {
		h.from()
		_ = aio.TaskGroup(co, func(g *aio.Group) error {
			for range 2 {
				_, err := aio.SpawnIn(g, aio.TaskConfig{Eager: true}, func(*aio.Co) (int, error) { return 1, nil })
				if err != nil {
					return err
				}
			}
			return nil
		})
		h.to()
	}},
}

// outsideProbes are of what comes from outside of the loop, which the loop takes when nothing else is ready, and of
// generators.
var outsideProbes = []struct {
	name string
	hops int64
	run  func(co *aio.Co, h *hopper)
}{
	{"run_in_executor: call -> awaiter", 2, func(co *aio.Co, h *hopper) {
		h.from()
		_, _ = aio.RunInExecutor(co, "f", func() (int, error) { return 1, nil }).Await(co)
		h.to()
	}},
	{"to_thread: call -> caller", 2, func(co *aio.Co, h *hopper) {
		h.from()
		_, _ = aio.ToThread(co, "f", func() (int, error) { return 1, nil })
		h.to()
	}},
	{"run_in_executor: cancel -> awaiter", 1, func(co *aio.Co, h *hopper) {
		release := make(chan struct{})
		f := aio.RunInExecutor(co, "f", func() (int, error) { <-release; return 1, nil })
		h.soon(func() { f.Cancel(); close(release) })
		_, _ = f.Await(co)
		h.to()
	}},
	{"call_soon_threadsafe", 1, func(co *aio.Co, h *hopper) {
		h.from()
		_ = h.loop.CallSoonThreadsafe("effect", h.to)
		_ = aio.Sleep(co, sec)
	}},
	{"run_coroutine_threadsafe -> first step", 2, func(co *aio.Co, h *hopper) {
		h.from()
		aio.RunCoroutineThreadsafe(h.loop, "t", func(*aio.Co) (int, error) { h.to(); return 1, nil })
		_ = aio.Sleep(co, sec)
	}},
	{"async generator: first value", 0, func(co *aio.Co, h *hopper) {
		h.from()
		for range two(co) {
			h.to()
		}
	}},
	{"async generator: to its end", 0, func(co *aio.Co, h *hopper) {
		h.from()
		for range two(co) {
		}
		h.to()
	}},
	{"async generator: left", 0, func(co *aio.Co, h *hopper) {
		for range two(co) {
			h.from()
			break
		}
		h.to()
	}},
}

// two is a generator of two values that does not suspend.
func two(co *aio.Co) iter.Seq2[int, error] {
	return aio.Generate(co, func(yield func(int) bool) error {
		_ = yield(1) && yield(2)
		return nil
	})
}
