package aio_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestClose is what asyncio.run does once main is over. The expected lines of the cases that count turns are CPython's.
func TestClose(t *testing.T) {
	ticker := func(co *aio.Co) error {
		for n := 1; ; n++ {
			co.Printf("tick %d\n", n)
			if err := aio.Sleep(co, 0); err != nil {
				return sayEnd(co, err)
			}
		}
	}
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"trap 36 what is ready as main ends still runs", `
			0s main ends
			0s got 7
			0s callback
			main: <nil>
			0s got 0 cancelled`, func(co *aio.Co) {
			q := aio.NewQueue[int]("q", 0)
			aio.Go(co, "consumer", func(co *aio.Co) error {
				item, err := q.Get(co)
				co.Printf("got %d\n", item)
				if err == nil {
					item, err = q.Get(co)
					co.Printf("got %d %v\n", item, err)
				}
				return err
			})
			l := co.Loop()
			_ = aio.Sleep(co, 0)
			_ = q.Put(co, 7)
			l.CallSoon("callback", func() {
				l.Printf("callback\n")
				l.CallSoon("too late", func() { l.CallSoon("", func() {}) })
			})
			co.Printf("main ends\n")
		}},
		{"RUN-05 leftover tasks are cancelled in the order in which they were made", `
			main: <nil>
			0s c ends: cancelled
			0s a ends: cancelled
			0s b ends: cancelled`, func(co *aio.Co) {
			for _, name := range []string{"c", "a", "b"} {
				aio.Go(co, name, func(co *aio.Co) error { return sayEnd(co, aio.Sleep(co, sec)) })
			}
			settle(co)
		}},
		{"one that has not started never does", `
			main: <nil>`, func(co *aio.Co) {
			l := co.Loop()
			l.CallSoon("maker", func() { aio.Go(l, "late", func(co *aio.Co) error { co.Printf("late runs\n"); return nil }) })
		}},
		{"RUN-06 failures meanwhile are reported, in that order, and then what nobody retrieved", `
			main: <nil>
			! at 1s: unhandled exception during asyncio.run() shutdown: task "slow": slow
			! at 1s: unhandled exception during asyncio.run() shutdown: task "fast": fast
			! at 1s: Task exception was never retrieved: task "before": boom`, func(co *aio.Co) {
			aio.Go(co, "slow", func(co *aio.Co) error {
				_ = aio.Sleep(co, sec)
				_ = aio.Sleep(co, sec)
				return errors.New("slow")
			})
			aio.Go(co, "fast", func(co *aio.Co) error { _ = aio.Sleep(co, sec); return errors.New("fast") })
			aio.Go(co, "before", func(co *aio.Co) error { return errBoom })
			settle(co)
		}},
		{"RUN-07 and main's own failure counts all the same", `
			main: <nil>
			! at 0s: unhandled exception during asyncio.run() shutdown: task "left": boom`, func(co *aio.Co) {
			aio.Go(co, "left", func(co *aio.Co) error { _ = aio.Sleep(co, sec); return errBoom })
			settle(co)
		}},
		{"one that ignores the cancellation is waited for", `
			main: <nil>
			0s a ignores cancelled
			1s timer
			5s a ends: <nil>`, func(co *aio.Co) {
			l := co.Loop()
			l.CallLater("timer", sec, func() { l.Printf("timer\n") })
			l.CallLater("timer", 6*sec, func() { l.Printf("timer that comes too late\n") })
			aio.Go(co, "a", func(co *aio.Co) error {
				co.Printf("a ignores %v\n", aio.Sleep(co, 9*sec))
				return sayEnd(co, aio.Sleep(co, 5*sec))
			})
			settle(co)
		}},
		{"one that then waits for ever is a deadlock", `
			main: <nil>
			close: deadlock at 0s: nothing can run and no timer is set
			task "a" waits for event-1 since 0s`, func(co *aio.Co) {
			aio.Go(co, "a", func(co *aio.Co) error {
				var never aio.Event
				_ = aio.Sleep(co, sec)
				return never.Wait(co)
			})
			settle(co)
		}},
		{"trap 37 a task made meanwhile is not cancelled: it has the turns that are left", `
			main: <nil>
			0s left ends: cancelled
			0s tick 1
			0s tick 2
			0s tick 3
			0s tick 4
			0s tick 5
			0s tick 6`, func(co *aio.Co) {
			aio.Go(co, "left", func(co *aio.Co) error {
				err := aio.Sleep(co, sec)
				aio.Go(co, "ticker", ticker)
				return sayEnd(co, err)
			})
			settle(co)
		}},
		{"a task that is ready has one turn and then the cancellation", `
			0s tick 1
			0s main ends
			0s tick 2
			main: <nil>
			0s ticker ends: cancelled`, func(co *aio.Co) {
			aio.Go(co, "ticker", ticker)
			_ = aio.Sleep(co, 0)
			co.Printf("main ends\n")
		}},
		{"callbacks have the turns that are left", `
			0s 1
			0s main ends
			0s 2
			main: <nil>
			0s 3
			0s 4
			0s 5
			0s 6`, func(co *aio.Co) {
			l := co.Loop()
			n := 0
			var again func()
			again = func() {
				n++
				l.Printf("%d\n", n)
				l.CallSoon("again", again)
			}
			l.CallSoon("again", again)
			_ = aio.Sleep(co, 0)
			co.Printf("main ends\n")
		}},
		{"a failure of the last turns", `
			main: <nil>
			close: callback "bad" panicked at 0s: ouch`, func(co *aio.Co) {
			l := co.Loop()
			turns := 0
			var bad func()
			bad = func() {
				if turns++; turns == 5 { // one for main's last turn, two and two for Close
					panic("ouch")
				}
				l.CallSoon("bad", bad)
			}
			l.CallSoon("bad", bad)
		}},
		{"what nobody retrieved is reported after a deadlock too: it may be the reason", `
			main: deadlock at 0s: nothing can run and no timer is set
			task "main" waits for get from queue "items" since 0s
			! at 0s: Task exception was never retrieved: task "producer": boom`, func(co *aio.Co) {
			items := aio.NewQueue[int]("items", 0)
			aio.Go(co, "producer", func(*aio.Co) error { return errBoom })
			_, _ = items.Get(co)
		}},
	} {
		t.Run(test.name, func(t *testing.T) { checkBody(t, test.want, test.run) })
	}
}

// TestUnwinding: tasks that are unfinished when the loop closes leave their functions by a panic. Their deferred
// functions run, and whatever these try, it neither fails the run nor holds it up.
func TestUnwinding(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(co *aio.Co, other *aio.Task[aio.None])
	}{
		{"nothing", func(*aio.Co, *aio.Task[aio.None]) {}},
		{"sleep", func(co *aio.Co, _ *aio.Task[aio.None]) { _ = aio.Sleep(co, sec) }},
		{"sleep(0)", func(co *aio.Co, _ *aio.Task[aio.None]) { _ = aio.Sleep(co, 0) }},
		{"await", func(co *aio.Co, other *aio.Task[aio.None]) { _, _ = other.Await(co) }},
		{"wait for an event", func(co *aio.Co, _ *aio.Task[aio.None]) { var e aio.Event; _ = e.Wait(co) }},
		{"get from a queue", func(co *aio.Co, _ *aio.Task[aio.None]) { var q aio.Queue[int]; _, _ = q.Get(co) }},
		{"print", func(co *aio.Co, _ *aio.Task[aio.None]) { co.Printf("is not to be seen\n") }},
		{"make a task", func(co *aio.Co, _ *aio.Task[aio.None]) { aio.Go(co, "t", func(*aio.Co) error { return nil }) }},
		{"make an eager task on the loop", func(_ *aio.Co, other *aio.Task[aio.None]) {
			eager(other.Loop(), "t", func(*aio.Co) error { return nil })
		}},
		{"schedule a callback", func(_ *aio.Co, other *aio.Task[aio.None]) { other.Loop().CallSoon("c", func() {}) }},
		{"set a timer", func(_ *aio.Co, other *aio.Task[aio.None]) { other.Loop().CallLater("c", sec, func() {}) }},
		{"cancel another task", func(_ *aio.Co, other *aio.Task[aio.None]) { other.Cancel() }},
		{"add a callback to it", func(_ *aio.Co, other *aio.Task[aio.None]) {
			other.AddDoneCallback("c", func(*aio.Future[aio.None]) {})
		}},
		{"open a group", func(co *aio.Co, _ *aio.Task[aio.None]) {
			_ = aio.TaskGroup(co, func(g *aio.Group) error { return nil })
		}},
		{"recover", func(*aio.Co, *aio.Task[aio.None]) { _ = recover() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			var ran []string
			check(t, `
				main: <nil>
				`, func(co *aio.Co) error {
				ran = nil
				aio.Go(co, "left", func(co *aio.Co) error {
					err := aio.Sleep(co, sec)
					var other *aio.Task[aio.None]
					for _, name := range []string{"first", "second"} {
						task := aio.Go(co, name, func(co *aio.Co) error {
							defer func() { ran = append(ran, name+" outer") }()
							defer test.do(co, other)
							defer func() { ran = append(ran, name+" inner") }()
							return aio.Sleep(co, 1e6*sec)
						})
						other = task
					}
					return err
				})
				_ = aio.Sleep(co, 0)
				return nil
			})
			if got := fmt.Sprint(ran); got != "[first inner first outer second inner second outer]" {
				t.Errorf("deferred functions ran: %s", got)
			}
		})
	}
}

// TestHandlerThatLeaves: an exception handler that panics, or ends its goroutine as t.FailNow does, while Close reports
// to it, takes no goroutine of the loop's with it.
func TestHandlerThatLeaves(t *testing.T) {
	main := func(co *aio.Co, leave func()) error {
		co.Loop().SetExceptionHandler(func(*aio.Loop, sim.ExceptionContext) { leave() })
		aio.Go(co, "left", func(co *aio.Co) error {
			err := aio.Sleep(co, sec)
			aio.Go(co, "unwound", func(co *aio.Co) error { return aio.Sleep(co, sec) })
			return err
		})
		aio.Go(co, "failing", func(*aio.Co) error { return errBoom })
		return aio.Sleep(co, 0)
	}
	t.Run("panic", func(t *testing.T) {
		defer noGoroutineLeft(t)()
		err := aio.Run(func(co *aio.Co) error { return main(co, func() { panic("ouch") }) })
		if got := brief(err); got != `callback "close" panicked at 0s: ouch` {
			t.Errorf("Run returns %s", got)
		}
	})
	t.Run("panic at the first of two reports", func(t *testing.T) {
		calls := 0
		err := aio.Run(func(co *aio.Co) error {
			aio.Go(co, "failing late", func(co *aio.Co) error { _ = aio.Sleep(co, sec); return errBoom })
			return main(co, func() { calls++; panic("ouch") })
		})
		if got := brief(err); got != `callback "close" panicked at 0s: ouch` || calls != 1 {
			t.Errorf("Run returns %s after %d calls", got, calls)
		}
	})
	t.Run("Goexit", func(t *testing.T) {
		defer noGoroutineLeft(t)()
		ended := make(chan bool)
		go func() {
			defer close(ended)
			_ = aio.Run(func(co *aio.Co) error { return main(co, runtime.Goexit) })
			t.Error("Run returns")
		}()
		<-ended
	})
}
