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

func TestWithReleasesWhenItsBodyPanics(t *testing.T) {
	checkBody(t, `
		0s recovered ouch, locked false
		0s with lock "l" in task "main" at 0s: the function is nil, locked false`, func(co *aio.Co) {
		l := aio.NewLock("l")
		func() {
			defer func() { co.Printf("recovered %v, locked %t\n", recover(), l.Locked()) }()
			_ = l.With(co, func() error { panic("ouch") })
		}()
		co.Printf("%v, locked %t\n", l.With(co, nil), l.Locked())
	})
}

func TestTokenOfAnotherVariable(t *testing.T) {
	a, b := aio.NewContextVar("a", 1), aio.NewContextVar("b", 2)
	checkBody(t, `
		0s reset context variable "a" in task "main" at 0s: the token is of another variable
		0s reset context variable "a" in task "main" at 0s: the token is of another variable
		0s a is 3`, func(co *aio.Co) {
		a.Set(co, 3)
		for _, token := range []aio.Token[int]{b.Set(co, 4), {}} {
			func() {
				defer func() { co.Printf("%v\n", recover()) }()
				a.Reset(co, token)
			}()
		}
		co.Printf("a is %d\n", a.Get(co))
	})
}

func TestNilFunctionsOfOtherGoroutinesAndQueues(t *testing.T) {
	for want, use := range map[string]func(co *aio.Co){
		`NewPriorityQueue "q": the function is nil`: func(*aio.Co) { aio.NewPriorityQueue[int]("q", 0, nil) },
		`run coroutine "c" at 0s: the function is nil`: func(co *aio.Co) {
			aio.RunCoroutineThreadsafe[int](co.Loop(), "c", nil)
		},
	} {
		checkBody(t, "\n0s "+want, func(co *aio.Co) {
			defer func() { co.Printf("%v\n", recover()) }()
			use(co)
		})
	}
}
