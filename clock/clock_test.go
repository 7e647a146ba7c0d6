package clock_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	benbjohnson "github.com/benbjohnson/clock"

	"github.com/asyncsim/asyncsim/clock"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// with returns a program that has a clock.
func with(body func(co *aio.Co, c benbjohnson.Clock) error) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		c, err := clock.New(co)
		if err != nil {
			return err
		}
		return body(co, c)
	}
}

// runOnLoop runs a program that has a clock.
func runOnLoop(t *testing.T, body func(co *aio.Co, c benbjohnson.Clock) error) {
	t.Helper()
	if err := aio.Run(with(body)); err != nil {
		t.Error(err)
	}
}

func TestTimeIsTheLoops(t *testing.T) {
	runOnLoop(t, func(co *aio.Co, c benbjohnson.Clock) error {
		start := c.Now()
		if !start.Equal(co.Loop().Date()) {
			t.Errorf("it begins at %v", start)
		}
		c.Sleep(time.Hour)
		if err := aio.Sleep(co, time.Minute); err != nil {
			return err
		}
		if got := c.Since(start); got != 61*time.Minute || co.Now() != got || c.Until(start) != -got {
			t.Errorf("%v have passed", got)
		}
		c.Sleep(0)
		c.Sleep(-1)
		if co.Now() != 61*time.Minute {
			t.Error("no sleep takes time")
		}
		return nil
	})
}

// TestEverythingFires at its time.
func TestEverythingFires(t *testing.T) {
	want := []string{"1.5s ticker", "2s AfterFunc", "2s After", "3s AfterFunc slept", "3s ticker", "4.5s ticker", "5s timer", "10s Tick", "20s Tick"}
	var got []string
	runOnLoop(t, func(co *aio.Co, c benbjohnson.Clock) error {
		l := co.Loop()
		note := func(what string) { got = append(got, fmt.Sprint(l.Now(), " ", what)) }
		c.AfterFunc(2*time.Second, func() { note("AfterFunc"); c.Sleep(time.Second); note("AfterFunc slept") })
		timer, ticker := c.Timer(5*time.Second), c.Ticker(1500*time.Millisecond)
		after, tick := c.After(2*time.Second), c.Tick(10*time.Second)
		for range 7 {
			var at time.Time
			which, _, err := aio.Select(co, aio.From(timer.C, &at), aio.From(ticker.C, &at), aio.From(after, &at), aio.From(tick, &at))
			if err != nil {
				return err
			}
			note([]string{"timer", "ticker", "After", "Tick"}[which])
			if which == 0 {
				ticker.Stop()
			}
		}
		return nil
	})
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// fourTimers tells in which order four timers fire that are due together.
func fourTimers(told func(order string)) func(co *aio.Co) error {
	return with(func(co *aio.Co, c benbjohnson.Clock) error {
		order := ""
		for _, name := range []string{"a", "b", "c", "d"} {
			c.AfterFunc(time.Second, func() { order += name })
		}
		if err := aio.Sleep(co, 2*time.Second); err != nil {
			return err
		}
		told(order)
		return nil
	})
}

func TestTiesAreInTheOrderOfSetting(t *testing.T) {
	for range 1000 {
		if err := aio.Run(fourTimers(func(order string) {
			if order != "abcd" {
				t.Errorf("the order is %s", order)
			}
		})); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTiesAreExplored: all orders of four timers are found, and made again by their tokens.
func TestTiesAreExplored(t *testing.T) {
	seen := map[string]bool{}
	_, err := explore.Run(t.Context(), explore.Config{Workers: 1, Schedules: 3000, All: true}, fourTimers(func(order string) { seen[order] = true }))
	if err != nil || len(seen) != 24 {
		t.Fatalf("%d orders of 24, %v", len(seen), err)
	}
	for want := range seen {
		wanted := func(co *aio.Co) error {
			var err error
			if failed := fourTimers(func(order string) {
				if order == want {
					err = errors.New("this order")
				}
			})(co); failed != nil {
				return failed
			}
			return err
		}
		config := explore.Config{Workers: 1, Schedules: 3000}
		r, err := explore.Run(t.Context(), config, wanted)
		if err != nil || r.First == nil {
			t.Fatalf("%s: %+v, %v", want, r, err)
		}
		report, err := explore.Explain(t.Context(), config, r.First, wanted)
		if err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		if again, err := explore.Replay(config, report.Token, wanted); err != nil || again.Err == nil || len(again.Misfits) > 0 {
			t.Errorf("%s is not replayed: %v", want, err)
		}
	}
}

func TestContexts(t *testing.T) {
	type key struct{}
	runOnLoop(t, func(co *aio.Co, c benbjohnson.Clock) error {
		ended := func(ctx context.Context) string {
			if _, _, err := aio.Recv(co, ctx.Done()); err != nil {
				return err.Error()
			}
			return fmt.Sprint(co.Now(), " ", ctx.Err())
		}
		parent, cancel := c.WithTimeout(context.Background(), 10*time.Second)
		child, _ := c.WithTimeout(parent, time.Minute)
		standard, cancelStandard := context.WithCancel(child)
		defer cancelStandard()
		if at, ok := child.Deadline(); !ok || c.Until(at) != 10*time.Second {
			t.Errorf("the child's deadline is %v", at)
		}
		for _, ctx := range []context.Context{standard, child, parent} {
			if got := ended(ctx); got != "10s context deadline exceeded" {
				t.Error(got)
			}
		}
		cancel()
		outer, end := context.WithCancel(context.WithValue(context.Background(), key{}, "v"))
		inner, stop := c.WithDeadline(outer, c.Now().Add(time.Hour))
		defer stop()
		co.Loop().CallLater("end", time.Second, end)
		if got := ended(inner); got != "11s context canceled" || inner.Value(key{}) != "v" || context.Cause(inner) != context.Canceled {
			t.Error(got)
		}
		late, _ := c.WithTimeout(context.Background(), 0)
		dead, _ := c.WithTimeout(inner, time.Hour)
		if late.Err() != context.DeadlineExceeded || dead.Err() != context.Canceled {
			t.Error(late.Err(), dead.Err())
		}
		early, cancelEarly := c.WithTimeout(context.Background(), time.Hour)
		cancelEarly()
		if got := ended(early); got != "11s context canceled" {
			t.Error(got)
		}
		return nil
	})
}

func TestSleepOutsideOfATask(t *testing.T) {
	runOnLoop(t, func(co *aio.Co, c benbjohnson.Clock) error {
		var told any
		co.Loop().CallSoon("callback", func() {
			defer func() { told = recover() }()
			c.Sleep(time.Second)
		})
		if err := aio.Sleep(co, time.Second); err != nil {
			return err
		}
		if usage := new(sim.UsageError); !errors.As(told.(error), &usage) || !strings.Contains(usage.Error(), `callback "callback"`) {
			t.Errorf("it says %v", told)
		}
		return nil
	})
}

// TestCancelledSleep: a sleep without a result to put an error in lasts as long as it should, and the cancellation comes
// at the next await, once.
func TestCancelledSleep(t *testing.T) {
	runOnLoop(t, func(co *aio.Co, c benbjohnson.Clock) error {
		var slept time.Duration
		task := aio.Go(co, "sleeper", func(co *aio.Co) error {
			c.Sleep(time.Minute)
			slept = co.Now()
			return aio.Sleep(co, time.Hour)
		})
		if err := aio.Sleep(co, time.Second); err != nil {
			return err
		}
		task.Cancel()
		if _, err := task.Await(co); !errors.Is(err, aio.ErrCancelled) || slept != time.Minute || co.Now() != time.Minute || task.Cancelling() != 1 {
			t.Errorf("slept until %v, %v at %v, %d cancellations", slept, err, co.Now(), task.Cancelling())
		}
		return nil
	})
}

// TestFarTimers never fire: who waits for one alone waits for ever, and is told so.
func TestFarTimers(t *testing.T) {
	err := aio.Run(with(func(co *aio.Co, c benbjohnson.Clock) error {
		c.Sleep(time.Second)
		_, _, err := aio.Recv(co, c.Timer(1<<63-1).C)
		return err
	}))
	if deadlock := new(sim.DeadlockError); !errors.As(err, &deadlock) {
		t.Error(err)
	}
}

// TestParentIsCancelled: a context says so at once, also where the loop is never idle.
func TestParentIsCancelled(t *testing.T) {
	runOnLoop(t, func(co *aio.Co, c benbjohnson.Clock) error {
		parent, cancel := context.WithCancel(context.Background())
		ctx, stop := c.WithTimeout(parent, time.Hour)
		defer stop()
		cancel()
		for range 10 {
			if ctx.Err() == context.Canceled {
				return nil
			}
			if err := aio.Sleep(co, 0); err != nil {
				return err
			}
		}
		t.Error("it does not say so")
		return nil
	})
}

// TestClosedLoop has no clock.
func TestClosedLoop(t *testing.T) {
	r, err := aio.NewRunner(aio.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := clock.New(r.Loop()); !errors.Is(err, sim.ErrClosed) {
		t.Error(err)
	}
}
