package aio_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestNoGoroutineIsLeft ends runs in every way there is, with tasks in every kind of wait.
func TestNoGoroutineIsLeft(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(co *aio.Co) error
	}{
		{"return", func(*aio.Co) error { return nil }},
		{"error", func(*aio.Co) error { return errBoom }},
		{"panic in a task", func(*aio.Co) error { panic("ouch") }},
		{"panic in a callback", func(co *aio.Co) error {
			co.Loop().CallSoon("bad", func() { panic("ouch") })
			return aio.Sleep(co, sec)
		}},
		{"Goexit in main", func(*aio.Co) error { runtime.Goexit(); return nil }},
		{"Goexit in a task", func(co *aio.Co) error {
			aio.Go(co, "t", func(*aio.Co) error { runtime.Goexit(); return nil })
			return aio.Sleep(co, sec)
		}},
		{"Goexit in an eager task", func(co *aio.Co) error {
			eager(co, "t", func(*aio.Co) error { runtime.Goexit(); return nil })
			return aio.Sleep(co, sec)
		}},
		{"Goexit in a callback", func(co *aio.Co) error {
			co.Loop().CallSoon("bad", runtime.Goexit)
			return aio.Sleep(co, sec)
		}},
		{"Goexit in a task that is cancelled as the runner closes", func(co *aio.Co) error {
			aio.Go(co, "t", func(co *aio.Co) error { _ = aio.Sleep(co, sec); runtime.Goexit(); return nil })
			return aio.Sleep(co, 0)
		}},
		{"deadlock", func(co *aio.Co) error { var e aio.Event; return e.Wait(co) }},
		{"limit", func(co *aio.Co) error { return aio.Sleep(co, 1e4*sec) }},
		{"a task that ignores cancellation and sleeps on, to the limit", func(co *aio.Co) error {
			aio.Go(co, "stubborn", func(co *aio.Co) error {
				for {
					_ = aio.Sleep(co, sec)
				}
			})
			return aio.Sleep(co, 0)
		}},
		{"a task that ignores cancellation and waits on, for nothing", func(co *aio.Co) error {
			aio.Go(co, "stubborn", func(co *aio.Co) error {
				var e aio.Event
				for {
					_ = e.Wait(co)
				}
			})
			return aio.Sleep(co, 0)
		}},
		{"a task that tries a sleep past the range of the clock for ever", func(co *aio.Co) error {
			aio.Go(co, "stubborn", func(co *aio.Co) error {
				for {
					_ = aio.Sleep(co, aio.Forever)
				}
			})
			return aio.Sleep(co, sec)
		}},
		{"stop", func(co *aio.Co) error { co.Loop().Stop(); return aio.Sleep(co, sec) }},
		{"cancellation of main", func(co *aio.Co) error { aio.CurrentTask(co).Cancel(); return aio.Sleep(co, sec) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer noGoroutineLeft(t)()
			config := quiet
			config.MaxTime = 1e3 * sec
			config.MaxSteps = 1e6
			unwound, ended := 0, make(chan bool)
			go func() { // Goexit ends this one
				defer close(ended)
				_ = aio.RunWith(config, func(co *aio.Co) error {
					inEveryWait(co, func() { unwound++ })
					settle(co)
					return test.end(co)
				})
			}()
			<-ended
			if unwound != waits {
				t.Errorf("%d of %d tasks left their functions", unwound, waits)
			}
		})
	}
}

// waits is how many tasks inEveryWait makes.
const waits = 9

// inEveryWait makes tasks that wait, each in a way of its own, and call atEnd as they leave.
func inEveryWait(co *aio.Co, atEnd func()) {
	never, full := aio.NewFuture[int](co, "never"), aio.NewQueue[int]("full", 1)
	_ = full.PutNowait(1)
	for _, wait := range []func(co *aio.Co) error{
		func(co *aio.Co) error { return aio.Sleep(co, 2e3*sec) },
		func(co *aio.Co) error { _, err := never.Await(co); return err },
		func(co *aio.Co) error { var e aio.Event; return e.Wait(co) },
		func(co *aio.Co) error { var q aio.Queue[int]; _, err := q.Get(co); return err },
		func(co *aio.Co) error { return full.Put(co, 2) },
		func(co *aio.Co) error { _, err := aio.Gather(co, aio.NewFuture[int](co, "")).Await(co); return err },
		func(co *aio.Co) error {
			_, _, err := aio.Wait(co, []aio.Awaitable{aio.NewFuture[int](co, "")}, aio.Forever, aio.AllCompleted)
			return err
		},
		func(co *aio.Co) error {
			_, err := aio.AsCompleted(co, aio.Forever, aio.NewFuture[int](co, "")).Next(co)
			return err
		},
		func(co *aio.Co) error {
			return aio.TaskGroup(co, func(g *aio.Group) error {
				_, err := g.Go("", func(co *aio.Co) error { var e aio.Event; return e.Wait(co) })
				return err
			})
		},
	} {
		aio.Go(co, "", func(co *aio.Co) error {
			defer atEnd()
			return wait(co)
		})
	}
}

// TestBlockedForReal: a task that waits for something outside the simulation ends the run with an error that names it.
// Its goroutine ends as soon as it can.
func TestBlockedForReal(t *testing.T) {
	defer noGoroutineLeft(t)()
	release := make(chan bool)
	config := quiet
	config.Watchdog = 20 * ms
	begin := time.Now()
	err := aio.RunWith(config, func(co *aio.Co) error {
		aio.Go(co, "stuck", func(*aio.Co) error { <-release; return nil })
		aio.Go(co, "failed", func(*aio.Co) error { return errBoom })
		return aio.Sleep(co, sec)
	})
	var blocked *sim.BlockedError
	if !errors.As(err, &blocked) || blocked.Task != "stuck" {
		t.Errorf("the run ends with %v", brief(err))
	}
	if took := time.Since(begin); took > 5*sec {
		t.Errorf("it took %v to see it", took)
	}
	close(release)
}
