package aio_test

import (
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleWait() {
	_ = aio.Run(func(co *aio.Co) error {
		mirrors := []aio.Awaitable{
			aio.Go(co, "north", func(co *aio.Co) error { return aio.Sleep(co, 3*sec) }),
			aio.Go(co, "south", func(co *aio.Co) error { return aio.Sleep(co, 2*sec) }),
		}
		done, pending, err := aio.Wait(co, mirrors, aio.Forever, aio.FirstCompleted)
		if err != nil {
			return err
		}
		for _, task := range pending {
			task.Cancel()
		}
		co.Printf("at %v: %s answers, %s is cancelled\n", co.Now(), done[0].Name(), pending[0].Name())
		return nil
	})
	// Output:
	// at 2s: south answers, north is cancelled
}

// afterwards waits and prints what is done and what is pending.
func afterwards(co *aio.Co, as []aio.Awaitable, timeout time.Duration, when aio.When) {
	names := func(as []aio.Awaitable) string {
		var names []string
		for _, a := range as {
			names = append(names, a.Name())
		}
		return strings.Join(names, " ")
	}
	done, pending, err := aio.Wait(co, as, timeout, when)
	co.Printf("done [%s], pending [%s], %v\n", names(done), names(pending), err)
}

func TestWait(t *testing.T) {
	after := func(co *aio.Co, name string, d time.Duration) aio.Awaitable {
		return aio.Spawn(co, name, valued(d, 0))
	}
	failed := func(co *aio.Co, name string, d time.Duration) aio.Awaitable {
		return aio.Spawn(co, name, failing(d, errBoom))
	}
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"WAI-01 for all; again at no time", `
			2s done [b a], pending [], <nil>
			2s done [b a], pending [], <nil>`, func(co *aio.Co) {
			both := []aio.Awaitable{after(co, "b", 2*sec), after(co, "a", sec)}
			afterwards(co, both, aio.Forever, aio.AllCompleted)
			afterwards(co, both, aio.Forever, aio.AllCompleted)
		}},
		{"WAI-02 a duplicate counts once", `
			1s done [a b], pending [], <nil>`, func(co *aio.Co) {
			a, b := after(co, "a", sec), after(co, "b", 0)
			afterwards(co, []aio.Awaitable{a, b, a, a}, aio.Forever, aio.AllCompleted)
		}},
		{"WAI-04 for the first", `
			1s done [a], pending [b], <nil>
			2s done [b], pending [], <nil>`, func(co *aio.Co) {
			a, b := after(co, "a", sec), after(co, "b", 2*sec)
			afterwards(co, []aio.Awaitable{a, b}, aio.Forever, aio.FirstCompleted)
			afterwards(co, []aio.Awaitable{b}, aio.Forever, aio.FirstCompleted)
		}},
		{"WAI-05 one that is done in the turns until the wait goes on is done", `
			1s done [a b], pending [c], <nil>`, func(co *aio.Co) {
			a, b := after(co, "a", sec), after(co, "b", sec)
			afterwards(co, []aio.Awaitable{a, b, after(co, "c", sec+1)}, aio.Forever, aio.FirstCompleted)
		}},
		{"WAI-06 for the first exception, raised later", `
			2s done [a b], pending [c], <nil>`, func(co *aio.Co) {
			a, b, c := after(co, "a", sec), failed(co, "b", 2*sec), after(co, "c", 3*sec)
			afterwards(co, []aio.Awaitable{a, b, c}, aio.Forever, aio.FirstException)
		}},
		{"WAI-06 for the first exception, which is there", `
			0s done [a], pending [b], <nil>`, func(co *aio.Co) {
			a := failed(co, "a", 0)
			settle(co)
			afterwards(co, []aio.Awaitable{a, after(co, "b", sec)}, aio.Forever, aio.FirstException)
		}},
		{"WAI-06 a cancellation is no exception", `
			2s done [a b], pending [], <nil>`, func(co *aio.Co) {
			a, b := after(co, "a", sec), after(co, "b", 2*sec)
			a.Cancel()
			afterwards(co, []aio.Awaitable{a, b}, aio.Forever, aio.FirstException)
		}},
		{"WAI-07 an exception does not end a wait for all", `
			2s done [a b], pending [], <nil>
			2s boom`, func(co *aio.Co) {
			a, b := failed(co, "a", sec), after(co, "b", 2*sec)
			afterwards(co, []aio.Awaitable{a, b}, aio.Forever, aio.AllCompleted)
			co.Printf("%v\n", a.Exception())
		}},
		{"only a wait for an exception looks at one, and not at that of the last", `
			1s done [a b], pending [], <nil>
			2s done [c], pending [], <nil>
			3s done [d], pending [e], <nil>
			main: <nil>
			! at 3s: Task exception was never retrieved: task "a": boom
			! at 3s: Task exception was never retrieved: task "c": boom`, func(co *aio.Co) {
			a, b, c, d, e := failed(co, "a", sec), after(co, "b", sec), failed(co, "c", 2*sec), failed(co, "d", 3*sec), after(co, "e", 9*sec)
			afterwards(co, []aio.Awaitable{a, b}, aio.Forever, aio.AllCompleted)
			afterwards(co, []aio.Awaitable{c}, aio.Forever, aio.FirstException)
			afterwards(co, []aio.Awaitable{d, e}, aio.Forever, aio.FirstException)
		}},
		{"WAI-08 a timeout between two", `
			2s done [a], pending [b], <nil>
			2s a done, b pending`, func(co *aio.Co) {
			a, b := after(co, "a", sec), after(co, "b", 3*sec)
			afterwards(co, []aio.Awaitable{a, b}, 2*sec, aio.AllCompleted)
			co.Printf("%s\n", states(a, b))
		}},
		{"WAI-09 a timeout as one completes: that one is done", `
			1s done [a], pending [b], <nil>`, func(co *aio.Co) {
			a, b := after(co, "a", sec), after(co, "b", 2*sec)
			settle(co)
			afterwards(co, []aio.Awaitable{a, b}, sec, aio.AllCompleted)
		}},
		{"a timeout that is over at once", `
			0s done [a], pending [b], <nil>
			0s done [a], pending [b], <nil>`, func(co *aio.Co) {
			two := []aio.Awaitable{after(co, "a", 0), after(co, "b", sec)}
			settle(co)
			afterwards(co, two, 0, aio.AllCompleted)
			afterwards(co, two, -sec, aio.AllCompleted)
		}},
		{"CAN-19 cancelling the wait leaves the tasks alone, and nothing behind", `
			0s w: cancelled
			0s a pending
			1s a done`, func(co *aio.Co) {
			a := after(co, "a", sec)
			w := aio.Go(co, "w", func(co *aio.Co) error {
				_, _, err := aio.Wait(co, []aio.Awaitable{a}, 5000*sec, aio.AllCompleted)
				co.Printf("w: %v\n", err)
				return err
			})
			settle(co)
			w.Cancel()
			settle(co)
			co.Printf("%s\n", states(a))
			_ = aio.Sleep(co, sec)
			co.Printf("%s\n", states(a))
		}},
		{"the wait is not woken twice: what it does next is its own", `
			0s done [a b], pending [], <nil>
			1s slept for a second`, func(co *aio.Co) {
			a, b := aio.NewFuture[int](co, "a"), aio.NewFuture[int](co, "b")
			l := co.Loop()
			l.CallSoon("a", func() { _ = a.SetResult(1) })
			l.CallSoon("b", func() { l.CallSoon("b", func() { _ = b.SetResult(1) }) })
			afterwards(co, []aio.Awaitable{a, b}, 0, aio.FirstCompleted)
			_ = aio.Sleep(co, sec)
			co.Printf("slept for a second\n")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, test.run)
		})
	}
	t.Run("WAI-03 for nothing", func(t *testing.T) {
		err := aio.RunWith(quiet, func(co *aio.Co) error {
			_, _, err := aio.Wait(co, nil, aio.Forever, aio.AllCompleted)
			return err
		})
		wantUsage(t, err, aio.ErrNothingToWaitFor, `wait in task "main"`)
	})
	t.Run("a timeout past the end of time", func(t *testing.T) {
		err := aio.RunWith(quiet, func(co *aio.Co) error {
			_ = aio.Sleep(co, sec)
			_, _, err := aio.Wait(co, []aio.Awaitable{done(co)}, aio.Forever-1, aio.AllCompleted)
			if co.Now() != sec {
				t.Errorf("time passed until %v", co.Now())
			}
			return err
		})
		wantUsage(t, err, sim.ErrTimeRange, `wait`, `in task "main" at 1s`)
		wantNoPanic(t, err)
	})
}
