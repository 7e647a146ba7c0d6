package aio_test

import (
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func TestNilFunctionsAreRefused(t *testing.T) {
	for name, use := range map[string]func(co *aio.Co) error{
		"task":          func(co *aio.Co) error { aio.Go(co, "x", nil); return nil },
		"callback":      func(co *aio.Co) error { co.Loop().CallSoon("x", nil); return nil },
		"done callback": func(co *aio.Co) error { aio.NewFuture[int](co, "x").AddDoneCallback("x", nil); return nil },
		"done callback of any": func(co *aio.Co) error {
			aio.AddDoneCallback(aio.NewFuture[int](co, "x"), "x", nil)
			return nil
		},
		"timeout":     func(co *aio.Co) error { return aio.Timeout(co, sec, nil) },
		"timeout at":  func(co *aio.Co) error { return aio.TimeoutAt(co, sec, nil) },
		"wait for":    func(co *aio.Co) error { _, err := aio.WaitForFunc[int](co, sec, nil); return err },
		"no wait for": func(co *aio.Co) error { _, err := aio.WaitForFunc[int](co, 0, nil); return err },
		"task group":  func(co *aio.Co) error { return aio.TaskGroup(co, nil) },
		"member": func(co *aio.Co) error {
			return aio.TaskGroup(co, func(g *aio.Group) error { _, err := g.Go("x", nil); return err })
		},
		"in a thread": func(co *aio.Co) error { _, err := aio.ToThread[int](co, "x", nil); return err },
		"generator": func(co *aio.Co) error {
			for range aio.Generate[int](co, nil) {
			}
			return nil
		},
		"main function": func(co *aio.Co) error { return aio.RunWith(quiet, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer noGoroutineLeft(t)()
			wantUsage(t, aio.RunWith(quiet, use), sim.ErrNilFunction)
		})
	}
}

// TestCancelOfAFutureIsTraced also looks at a gathering, which passes the cancellation on.
func TestCancelOfAFutureIsTraced(t *testing.T) {
	var cancelled []string
	trace := func(e sim.Event) {
		if e.Kind == sim.CancelRequested {
			cancelled = append(cancelled, e.Object)
		}
	}
	err := aio.RunWith(aio.Config{Trace: trace}, func(co *aio.Co) error {
		f := aio.NewFuture[int](co, "f")
		aio.Gather(co, f).Cancel()
		f.Cancel() // it is cancelled already
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(cancelled) != 2 || cancelled[0] != "gather-1" || cancelled[1] != `future "f"` {
		t.Errorf("cancelled %q", cancelled)
	}
}
