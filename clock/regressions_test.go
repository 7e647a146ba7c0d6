package clock_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	benbjohnson "github.com/benbjohnson/clock"

	"github.com/asyncsim/asyncsim/clock"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

const ms = time.Millisecond

// TestParentsOfOtherGoroutines: on the wall clock a parent may be cancelled by anybody, and the loop hears of it.
func TestParentsOfOtherGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithCancel(context.Background())
		go func() {
			time.Sleep(50 * ms)
			cancel()
		}()
		err := aio.RunWith(aio.Config{Speed: 1}, with(func(co *aio.Co, c benbjohnson.Clock) error {
			ctx, end := c.WithTimeout(parent, time.Hour)
			defer end()
			if _, _, err := aio.Recv(co, ctx.Done()); err != nil {
				return err
			}
			if ctx.Err() != context.Canceled || co.Now() != 50*ms {
				t.Errorf("%v at %v", ctx.Err(), co.Now())
			}
			return nil
		}))
		if err != nil {
			t.Error(err)
		}
	})
}

// TestContextsThatHaveNoTime are over at once, in a bubble too.
func TestContextsThatHaveNoTime(t *testing.T) {
	check := func(c benbjohnson.Clock) error {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		late, end := c.WithTimeout(context.Background(), 0)
		defer end()
		dead, end := c.WithTimeout(ended, time.Hour)
		defer end()
		if late.Err() != context.DeadlineExceeded || dead.Err() != context.Canceled {
			return fmt.Errorf("%w, %w", late.Err(), dead.Err())
		}
		return nil
	}
	clock.Test(t, check)
	runOnLoop(t, func(_ *aio.Co, c benbjohnson.Clock) error { return check(c) })
}

// TestALateLoopKeepsTheOrder: on the wall clock several deadlines may have passed when the loop looks; the clock's timers
// come among the loop's own in the order of their deadlines.
func TestALateLoopKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		note := func(what string) func() { return func() { got = append(got, what) } }
		err := aio.RunWith(aio.Config{Speed: 1}, with(func(co *aio.Co, c benbjohnson.Clock) error {
			l := co.Loop()
			for _, d := range []time.Duration{20, 10, 40} {
				ctx, end := c.WithTimeout(context.Background(), d*ms)
				defer end()
				ctx.(interface{ AfterFunc(f func()) func() bool }).AfterFunc(note(fmt.Sprint("clock ", int(d))))
			}
			l.CallLater("15", 15*ms, note("loop 15"))
			l.CallLater("30", 30*ms, note("loop 30"))
			l.CallLater("busy", 5*ms, func() {
				time.Sleep(60 * ms)
				if err := l.CallSoonThreadsafe("outside", note("outside")); err != nil {
					t.Error(err)
				}
			})
			return aio.Sleep(co, time.Second)
		}))
		want := []string{"outside", "clock 10", "loop 15", "clock 20", "loop 30", "clock 40"}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v: %q", err, got)
		}
	})
}

// TestSlackNeedsAChooser, in a bubble too, and what comes first is asyncio's order.
func TestSlackNeedsAChooser(t *testing.T) {
	order := ""
	timers := clock.Bubble(t, func(c benbjohnson.Clock) error {
		order = ""
		c.AfterFunc(1500*ms, func() { order += "b" })
		c.AfterFunc(1000*ms, func() { order += "a" })
		c.Sleep(time.Minute)
		return nil
	})
	first := func(*sim.Choice) int { return 0 }
	for name, config := range map[string]aio.Config{"no chooser": {Slack: time.Second}, "the first": {Slack: time.Second, Choose: first}} {
		if err := aio.RunWith(config, timers); err != nil || order != "ab" {
			t.Errorf("%s: %v, order %s", name, err, order)
		}
	}
}

// TestMaxTimeOfABubble: no timer fires after it, and the error has the bubble's time.
func TestMaxTimeOfABubble(t *testing.T) {
	went := false
	err := aio.RunWith(aio.Config{MaxTime: time.Hour}, clock.Bubble(t, func(c benbjohnson.Clock) error {
		c.Sleep(time.Minute)
		c.Sleep(2 * time.Hour)
		went = true
		return nil
	}))
	var limit *sim.LimitError
	if !errors.As(err, &limit) || limit.Time != time.Minute || went {
		t.Errorf("%v, went on: %v", err, went)
	}
}

// TestContextsMadeWhereOthersEnd are looked at like others.
func TestContextsMadeWhereOthersEnd(t *testing.T) {
	runOnLoop(t, func(co *aio.Co, c benbjohnson.Clock) error {
		first, endFirst := context.WithCancel(context.Background())
		second, endSecond := context.WithCancel(context.Background())
		defer endSecond()
		a, cancelA := c.WithTimeout(first, time.Hour)
		defer cancelA()
		var b context.Context
		a.(interface{ AfterFunc(f func()) func() bool }).AfterFunc(func() { b, _ = c.WithTimeout(second, 2*time.Hour) })
		endFirst()
		if _, _, err := aio.Recv(co, a.Done()); err != nil {
			return err
		}
		co.Loop().CallLater("second", time.Minute, endSecond)
		_, _, err := aio.Recv(co, b.Done())
		if b.Err() != context.Canceled || co.Now() != time.Minute {
			t.Errorf("%v at %v", b.Err(), co.Now())
		}
		return err
	})
}

// TestFarTimersOfABubble never fire.
func TestFarTimersOfABubble(t *testing.T) {
	err := aio.Run(clock.Bubble(t, func(c benbjohnson.Clock) error {
		c.Sleep(time.Second)
		<-c.Timer(math.MaxInt64).C
		return nil
	}))
	deadlockAt(t, err, time.Second)
}

// TestMisuse is told at once.
func TestMisuse(t *testing.T) {
	var usage *sim.UsageError
	if _, err := clock.New(nil); !errors.As(err, &usage) {
		t.Errorf("a clock of nothing: %v", err)
	}
	runOnLoop(t, func(_ *aio.Co, c benbjohnson.Clock) error {
		defer func() {
			if err, ok := recover().(error); !ok || !errors.Is(err, sim.ErrNilFunction) {
				t.Errorf("AfterFunc of nil: %v", err)
			}
		}()
		c.AfterFunc(time.Second, nil)
		return nil
	})
}

// TestNobodyCancelsTheTimersOfABubble: what asks the loop is no task of the program's, and a body that always fails does.
func TestNobodyCancelsTheTimersOfABubble(t *testing.T) {
	wrong := errors.New("always")
	program := clock.Bubble(t, func(c benbjohnson.Clock) error {
		c.AfterFunc(time.Second, func() {})
		c.Sleep(time.Second)
		return wrong
	})
	r, err := explore.Run(t.Context(), explore.Config{Workers: 1, Schedules: 20, All: true, Cancel: true}, program)
	if err != nil || r.Failures != r.Schedules || r.Schedules < 2 {
		t.Errorf("%d of %d fail, %v", r.Failures, r.Schedules, err)
	}
}

// TestStepsOfABubble: its fires are limited as the steps of a loop are, so that a body without end has one.
func TestStepsOfABubble(t *testing.T) {
	err := aio.RunWith(aio.Config{MaxSteps: 5000}, clock.Bubble(t, func(c benbjohnson.Clock) error {
		for {
			c.Sleep(time.Second)
		}
	}))
	var limit *sim.LimitError
	if !errors.As(err, &limit) || limit.Limit != "MaxSteps" || limit.Time != 5000*time.Second {
		t.Error(err)
	}
}

// TestABubbleDoesNotWait for the wall clock.
func TestABubbleDoesNotWait(t *testing.T) {
	began := time.Now()
	err := aio.RunWith(aio.Config{Speed: 1}, clock.Bubble(t, func(c benbjohnson.Clock) error {
		c.Sleep(24 * time.Hour)
		return nil
	}))
	if took := time.Since(began); err != nil || took > time.Minute {
		t.Errorf("%v, after %v", err, took)
	}
}

// TestFailuresOfABubbleAreExplained like others: panics, whose stacks are never the same, and runtime.Goexit, wherever.
func TestFailuresOfABubbleAreExplained(t *testing.T) {
	for name, test := range map[string]struct {
		body func(c benbjohnson.Clock) error
		want string
	}{
		"a panic":               {func(benbjohnson.Clock) error { panic("ouch") }, "ouch"},
		"a panic of a function": {func(c benbjohnson.Clock) error { c.AfterFunc(1, func() { panic("ouch") }); c.Sleep(2); return nil }, "ouch"},
		"a Goexit":              {func(benbjohnson.Clock) error { runtime.Goexit(); return nil }, "the body was left by runtime.Goexit"},
		"a Goexit of a function": {func(c benbjohnson.Clock) error { c.AfterFunc(1, runtime.Goexit); c.Sleep(2); return nil },
			"the AfterFunc was left by runtime.Goexit"},
	} {
		t.Run(name, func(t *testing.T) {
			program := clock.Bubble(t, test.body)
			r, err := explore.Run(t.Context(), explore.Config{Workers: 1}, program)
			if err != nil || r.First == nil {
				t.Fatalf("%+v, %v", r, err)
			}
			report, err := explore.Explain(t.Context(), explore.Config{Workers: 1}, r.First, program)
			if err != nil || !strings.Contains(report.Text(""), test.want) {
				t.Errorf("%v, %+v", err, report)
			}
		})
	}
}
