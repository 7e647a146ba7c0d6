package aio_test

import (
	"context"
	"errors"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestContextsEndHoweverTheRunDoes: a function outside waits for the context of a task that is unwound, and would keep the
// loop from closing.
func TestContextsEndHoweverTheRunDoes(t *testing.T) {
	waiting := func(co *aio.Co) {
		ctx := aio.Context(co)
		aio.RunInExecutor(co, "wait", func() (int, error) { <-ctx.Done(); return 0, nil })
	}
	for name, test := range map[string]struct {
		config aio.Config
		main   func(co *aio.Co) error
		want   any
	}{
		"its own panic": {aio.Config{}, func(co *aio.Co) error { waiting(co); panic("own") }, new(*sim.PanicError)},
		"another's panic": {aio.Config{}, func(co *aio.Co) error {
			waiting(co)
			aio.Go(co, "other", func(*aio.Co) error { panic("other") })
			return aio.NewEvent("never").Wait(co)
		}, new(*sim.PanicError)},
		"a limit": {aio.Config{MaxSteps: 50}, func(co *aio.Co) error {
			waiting(co)
			for {
				_ = aio.Sleep(co, 0)
			}
		}, new(*sim.LimitError)},
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 1)
			go func() { ended <- aio.RunWith(test.config, test.main) }()
			select {
			case err := <-ended:
				if !errors.As(err, test.want) {
					t.Error(err)
				}
			case <-time.After(time.Minute):
				t.Fatal("it hangs")
			}
		})
	}
}

// TestContextsOfNestedTimeouts: a scope that expires ends its own context and those inside, and no other; nor does it keep
// the task from having one afterwards.
func TestContextsOfNestedTimeouts(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		return aio.Timeout(co, time.Minute, func(outer *aio.TimeoutScope) error {
			around, own := outer.Context(), aio.Context(co)
			var middle, inside context.Context
			err := aio.Timeout(co, time.Second, func(s *aio.TimeoutScope) error {
				middle = s.Context()
				return aio.Timeout(co, time.Hour, func(s *aio.TimeoutScope) error {
					inside = s.Context()
					return aio.Sleep(co, 2*time.Hour)
				})
			})
			if !errors.Is(err, aio.ErrTimeout) || middle.Err() != context.DeadlineExceeded || inside.Err() != context.Canceled {
				t.Errorf("%v: the scope's %v, that inside %v", err, middle.Err(), inside.Err())
			}
			if around.Err() != nil || outer.Context() != around {
				t.Errorf("the scope around: %v", around.Err())
			}
			if own.Err() == nil || aio.Context(co).Err() != nil {
				t.Errorf("the task's own was %v and is %v", own.Err(), aio.Context(co).Err())
			}
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
}

// TestContextAfterReschedule has the deadline that the scope has now; the one from before lives on.
func TestContextAfterReschedule(t *testing.T) {
	var before, after context.Context
	err := aio.Run(func(co *aio.Co) error {
		return aio.Timeout(co, time.Second, func(s *aio.TimeoutScope) error {
			before = s.Context()
			if err := s.Reschedule(time.Minute); err != nil {
				return err
			}
			after = s.Context()
			if at, ok := after.Deadline(); !ok || at.Sub(co.Loop().Date()) != time.Minute {
				t.Errorf("the deadline is %v", at)
			}
			err := aio.Sleep(co, 2*time.Second)
			if before.Err() != nil || after.Err() != nil {
				t.Errorf("before %v, after %v", before.Err(), after.Err())
			}
			return err
		})
	})
	if err != nil || before.Err() != context.Canceled || after.Err() != context.Canceled {
		t.Errorf("%v, before %v, after %v", err, before.Err(), after.Err())
	}
}

// TestLeavingIsRecovered: code that recovers what ends it at the end of the run does not end twice.
func TestLeavingIsRecovered(t *testing.T) {
	var ends []string
	trace := func(e sim.Event) {
		if e.Kind == sim.TaskFinished && e.TaskID == 2 {
			ends = append(ends, e.Text)
		}
	}
	err := aio.RunWith(aio.Config{Trace: trace}, func(co *aio.Co) error {
		aio.Go(co, "careful", func(co *aio.Co) (err error) {
			defer func() {
				if recover() != nil {
					err = errBoom
				}
			}()
			aio.SleepThrough(co, time.Hour)
			return nil
		})
		return aio.Sleep(co, time.Second)
	})
	if err != nil || len(ends) != 1 || ends[0] != "cancelled" {
		t.Errorf("%v: %q", err, ends)
	}
}
