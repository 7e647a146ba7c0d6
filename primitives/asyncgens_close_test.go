package aio_test

import (
	"errors"
	"iter"
	"runtime"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// The final cancellation closes a generator that a task is in; main's own exception stays.
func TestRUN_07_GeneratorIsClosedByTheFinalCancellation(t *testing.T) {
	check(t, `
		1s main fails
		main: boom
		1s t closes ticks
		2s ticks is closed: <nil>
		2s got cancelled
		! at 2s: unhandled exception during asyncio.run() shutdown: task "t": boom`, func(co *aio.Co) error {
		aio.Go(co, "t", func(co *aio.Co) error {
			for _, err := range ticks(co) {
				if err != nil {
					co.Printf("got %v\n", err)
					return errBoom
				}
			}
			return nil
		})
		_ = aio.Sleep(co, 1*sec)
		co.Printf("main fails\n")
		return errBoom
	})
}

// After a run that failed nothing runs any more but the deferred functions, a generator's too.
func TestRUN_07_GeneratorIsUnwound(t *testing.T) {
	closed := false
	err := aio.Run(func(co *aio.Co) error {
		for range aio.Generate(co, func(func(int) bool) error {
			defer func() { closed = true }()
			return aio.NewEvent("never").Wait(co)
		}) {
			t.Error("there is a value")
		}
		t.Error("the loop is over")
		return nil
	})
	var deadlock *sim.DeadlockError
	if !errors.As(err, &deadlock) || !closed {
		t.Errorf("closed: %t, error: %v", closed, err)
	}
}

// A generator that is pulled runs on a goroutine of its own, which takes the place of the task's when it suspends.
func TestPulledGenerator(t *testing.T) {
	check(t, `
		1s 1 <nil> true
		2s 2 <nil> true
		2s main closes ticks
		3s ticks is closed: <nil>
		3s 0 <nil> false
		main: <nil>`, func(co *aio.Co) error {
		next, stop := iter.Pull2(ticks(co))
		for i := range 3 {
			value, err, ok := next()
			co.Printf("%d %v %t\n", value, err, ok)
			if i == 1 {
				stop()
			}
		}
		return nil
	})
	check(t, `
		2.5s t closes ticks
		3.5s ticks is closed: <nil>
		3.5s 0 cancelled: stop true
		main: <nil>`, cancelledAfter(2500*ms, func(co *aio.Co) error {
		next, stop := iter.Pull2(ticks(co))
		defer stop()
		for {
			if value, err, ok := next(); err != nil {
				co.Printf("%d %v %t\n", value, err, ok)
				return nil
			}
		}
	}))
	for name, end := range map[string]func(co *aio.Co){
		"unwound": func(co *aio.Co) { _ = aio.NewEvent("never").Wait(co) },
		"panic":   func(*aio.Co) { panic("ouch") },
		"Goexit":  func(*aio.Co) { runtime.Goexit() },
	} {
		t.Run(name, func(t *testing.T) {
			defer noGoroutineLeft(t)()
			closed := false
			finished := make(chan error)
			go func() {
				defer close(finished)
				_ = aio.Run(func(co *aio.Co) error {
					next, stop := iter.Pull2(aio.Generate(co, func(yield func(int) bool) error {
						defer func() { closed = true }()
						_ = aio.Sleep(co, sec)
						end(co)
						return nil
					}))
					defer stop()
					_, _, _ = next()
					return nil
				})
			}()
			<-finished
			if !closed {
				t.Error("the generator's deferred function did not run")
			}
		})
	}
}

func TestGRA_01_Generator(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		f := aio.NewFuture[int](co, "f")
		co.Loop().CallLater("look", sec, func() {
			checkGraph(t, `
				* future "f"
				  + Awaited by:
				    * task "main"
				      + Waits for: future "f"`, f)
			_ = f.SetResult(1)
		})
		for _, err := range aio.Generate(co, func(func(int) bool) error { _, err := f.Await(co); return err }) {
			return err
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func ExampleGenerate() {
	lines := func(co *aio.Co, text string) iter.Seq2[string, error] {
		return aio.Generate(co, func(yield func(string) bool) error {
			defer func() { co.Printf("closed at %v\n", co.Now()) }()
			for line := range strings.Lines(text) {
				if err := aio.Sleep(co, time.Second); err != nil {
					return err
				}
				if !yield(line) {
					return nil
				}
			}
			return nil
		})
	}
	_ = aio.Run(func(co *aio.Co) error {
		for line, err := range lines(co, "one\ntwo\nthree\n") {
			if err != nil {
				return err
			}
			co.Printf("%v: %s", co.Now(), line)
			if line == "two\n" {
				break
			}
		}
		return nil
	})
	// Output:
	// 1s: one
	// 2s: two
	// closed at 2s
}
