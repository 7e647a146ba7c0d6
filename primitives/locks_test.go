package aio_test

import (
	"errors"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func ExampleEvent() {
	_ = aio.Run(func(co *aio.Co) error {
		var open aio.Event
		for _, name := range []string{"ann", "bob"} {
			aio.Go(co, name, func(co *aio.Co) error {
				err := open.Wait(co)
				co.Printf("at %v: %s enters\n", co.Now(), name)
				return err
			})
		}
		if err := aio.Sleep(co, 9*sec); err != nil {
			return err
		}
		co.Printf("at %v: the doors open\n", co.Now())
		open.Set()
		return aio.Sleep(co, sec)
	})
	// Output:
	// at 9s: the doors open
	// at 9s: ann enters
	// at 9s: bob enters
}

func TestEvent(t *testing.T) {
	wait := func(e *aio.Event) func(co *aio.Co) error {
		return func(co *aio.Co) error {
			err := e.Wait(co)
			co.Printf("%s: %v, set %t\n", name(co), err, e.IsSet())
			return err
		}
	}
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co, e *aio.Event)
	}{
		{"EVT-01 names and states", `
			0s event "ready" false
			0s event "ready" true
			0s event "" false
			0s event-1 false`, func(co *aio.Co, e *aio.Event) {
			co.Printf("%v %t\n", e, e.IsSet())
			e.Set()
			co.Printf("%v %t\n", e, e.IsSet())
			var zero aio.Event
			co.Printf("%v %t\n", &zero, zero.IsSet())
			_ = aio.Timeout(co, 0, func(*aio.TimeoutScope) error { return zero.Wait(co) })
			co.Printf("%v %t\n", &zero, zero.IsSet())
		}},
		{"EVT-02 the waiters in their order; a task that starts after Set is before them", `
			0s c: <nil>, set true
			0s a: <nil>, set true
			0s b: <nil>, set true`, func(co *aio.Co, e *aio.Event) {
			aio.Go(co, "a", wait(e))
			aio.Go(co, "b", wait(e))
			_ = aio.Sleep(co, 0)
			aio.Go(co, "c", wait(e))
			e.Set()
			settle(co)
		}},
		{"EVT-03 a wait for an event that is set does not suspend", `
			0s main: <nil>, set true
			0s other`, func(co *aio.Co, e *aio.Event) {
			aio.Go(co, "other", func(co *aio.Co) error { co.Printf("other\n"); return nil })
			e.Set()
			_ = wait(e)(co)
			settle(co)
		}},
		{"EVT-04 a waiter that is cancelled leaves", `
			0s a: cancelled, set false
			1s b: <nil>, set true`, func(co *aio.Co, e *aio.Event) {
			a := aio.Go(co, "a", wait(e))
			aio.Go(co, "b", wait(e))
			settle(co)
			a.Cancel()
			_ = aio.Sleep(co, sec)
			e.Set()
			settle(co)
		}},
		{"EVT-05, trap 19 cleared at once: who waited goes on, who comes waits", `
			0s a: <nil>, set false
			1s b: <nil>, set true`, func(co *aio.Co, e *aio.Event) {
			aio.Go(co, "a", wait(e))
			_ = aio.Sleep(co, 0)
			e.Set()
			e.Clear()
			aio.Go(co, "b", wait(e))
			_ = aio.Sleep(co, sec)
			e.Set()
			settle(co)
		}},
		{"EVT-06 set, cleared and set again wakes a waiter once", `
			0s a: <nil>, set true
			1s a slept`, func(co *aio.Co, e *aio.Event) {
			aio.Go(co, "a", func(co *aio.Co) error {
				_ = wait(e)(co)
				err := aio.Sleep(co, sec)
				co.Printf("a slept\n")
				return err
			})
			_ = aio.Sleep(co, 0)
			e.Set()
			e.Clear()
			e.Set()
			e.Set()
			_ = aio.Sleep(co, 2*sec)
		}},
		{"cancelled after it was woken: the wait ends with the cancellation", `
			0s a: cancelled, set true`, func(co *aio.Co, e *aio.Event) {
			a := aio.Go(co, "a", wait(e))
			_ = aio.Sleep(co, 0)
			e.Set()
			a.Cancel()
			settle(co)
		}},
		{"cancelled before it waits", `
			0s a: cancelled, set false`, func(co *aio.Co, e *aio.Event) {
			aio.Go(co, "a", func(co *aio.Co) error {
				aio.CurrentTask(co).Cancel()
				return wait(e)(co)
			})
			settle(co)
			e.Set()
			settle(co)
		}},
		{"one task waits again and again", `
			1s 0 <nil>
			2s 1 <nil>
			3s 2 <nil>`, func(co *aio.Co, e *aio.Event) {
			aio.Go(co, "a", func(co *aio.Co) error {
				for i := range 3 {
					co.Printf("%d %v\n", i, e.Wait(co))
					e.Clear()
				}
				return nil
			})
			for range 3 {
				_ = aio.Sleep(co, sec)
				e.Set()
			}
			settle(co)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, func(co *aio.Co) { test.run(co, aio.NewEvent("ready")) })
		})
	}
}

// TestEventDeadlock reads what the error says about a task that waits for an event which nobody sets.
func TestEventDeadlock(t *testing.T) {
	check(t, `
		main: deadlock at 2s: nothing can run and no timer is set
		task "main" waits for event "never" since 2s
		task "a" waits for event-1 since 0s`, func(co *aio.Co) error {
		var zero aio.Event
		aio.Go(co, "a", func(co *aio.Co) error { return zero.Wait(co) })
		_ = aio.Sleep(co, 2*sec)
		return aio.NewEvent("never").Wait(co)
	})
}

func TestEventOfAnotherLoop(t *testing.T) {
	e := aio.NewEvent("shared")
	wait := func(co *aio.Co) error {
		return aio.Timeout(co, sec, func(*aio.TimeoutScope) error { return e.Wait(co) })
	}
	if err := aio.RunWith(quiet, wait); !errors.Is(err, aio.ErrTimeout) {
		t.Errorf("on the first loop the wait ends with %v", err)
	}
	wantUsage(t, aio.RunWith(quiet, wait), aio.ErrOtherLoop, `wait event "shared" in task "main"`)
}
