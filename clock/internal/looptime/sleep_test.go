package looptime_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/asyncsim/asyncsim/clock/internal/looptime"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestSleepIsNotEndedByACancellation cancels a task, and takes cancellations back, while it sleeps for ten seconds.
func TestSleepIsNotEndedByACancellation(t *testing.T) {
	type result struct {
		Slept    time.Duration
		Pending  int    // cancellations, after Sleep
		Awaited  string // the error of the next await
		Again    string // and of the one after
		Finished time.Duration
	}
	at := func(l *aio.Loop, seconds int, f func()) { l.CallAt("test", time.Duration(seconds)*time.Second, f) }
	for _, test := range []struct {
		name string
		do   func(l *aio.Loop, task *aio.Task[aio.None])
		want result
	}{
		{"none", func(*aio.Loop, *aio.Task[aio.None]) {},
			result{10 * time.Second, 0, "<nil>", "<nil>", 12 * time.Second}},
		{"one", func(l *aio.Loop, task *aio.Task[aio.None]) {
			at(l, 3, func() { task.Cancel("enough") })
		}, result{10 * time.Second, 1, "cancelled: enough", "<nil>", 11 * time.Second}},
		{"two", func(l *aio.Loop, task *aio.Task[aio.None]) {
			at(l, 3, func() { task.Cancel("enough") })
			at(l, 4, func() { task.Cancel() })
		}, result{10 * time.Second, 2, "cancelled", "<nil>", 11 * time.Second}},
		{"two in one turn", func(l *aio.Loop, task *aio.Task[aio.None]) {
			at(l, 3, func() { task.Cancel("first"); task.Cancel("second") })
		}, result{10 * time.Second, 2, "cancelled: first", "<nil>", 11 * time.Second}},
		{"in the turn in which it ends", func(l *aio.Loop, task *aio.Task[aio.None]) {
			at(l, 10, func() { task.Cancel("late") })
		}, result{10 * time.Second, 1, "cancelled: late", "<nil>", 11 * time.Second}},
		{"one that is taken back", func(l *aio.Loop, task *aio.Task[aio.None]) {
			at(l, 3, func() { task.Cancel() })
			at(l, 4, func() { task.Uncancel() })
		}, result{10 * time.Second, 0, "<nil>", "<nil>", 12 * time.Second}},
		{"one of two that is taken back", func(l *aio.Loop, task *aio.Task[aio.None]) {
			at(l, 3, func() { task.Cancel(); task.Cancel() })
			at(l, 4, func() { task.Uncancel() })
		}, result{10 * time.Second, 1, "cancelled", "<nil>", 11 * time.Second}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got result
			err := aio.Run(func(co *aio.Co) error {
				c := looptime.New(co)
				var sleeper *aio.Task[aio.None]
				sleeper = aio.Go(co, "sleeper", func(co *aio.Co) error {
					c.Sleep(10 * time.Second)
					got.Slept, got.Pending = co.Now(), sleeper.Cancelling()
					got.Awaited = text(aio.Sleep(co, time.Second))
					got.Again = text(aio.Sleep(co, time.Second))
					got.Finished = co.Now()
					return nil
				})
				test.do(co.Loop(), sleeper)
				_, err := sleeper.Await(co)
				return err
			})
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func text(err error) string {
	var cancelled *aio.CancelledError
	switch {
	case !errors.As(err, &cancelled):
		return fmt.Sprint(err)
	case cancelled.Message == nil:
		return "cancelled"
	}
	return fmt.Sprintf("cancelled: %v", cancelled.Message)
}

// TestSleepOfATaskThatIsCancelledAlready: the cancellation waits for the await that comes after.
func TestSleepOfATaskThatIsCancelledAlready(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		c := looptime.New(co)
		var task *aio.Task[aio.None]
		task = aio.Go(co, "hasty", func(co *aio.Co) error {
			task.Cancel()
			c.Sleep(0)
			c.Sleep(time.Hour)
			if now := co.Now(); now != time.Hour {
				return fmt.Errorf("it slept until %v", now)
			}
			return aio.Sleep(co, time.Hour)
		})
		_, err := task.Await(co)
		if now := co.Now(); now != time.Hour {
			t.Errorf("it went on until %v", now)
		}
		return err
	})
	if !errors.Is(err, aio.ErrCancelled) {
		t.Errorf("it ended with %v", err)
	}
}

// TestTimeoutAroundASleep: the scope's time is over, but the sleep goes on; what comes after it is cut short.
func TestTimeoutAroundASleep(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		err := aio.Timeout(co, time.Second, func(*aio.TimeoutScope) error {
			looptime.New(co).Sleep(time.Minute)
			return aio.Sleep(co, time.Minute)
		})
		if now := co.Now(); now != time.Minute {
			t.Errorf("the scope was left at %v", now)
		}
		return err
	})
	if !errors.Is(err, aio.ErrTimeout) {
		t.Errorf("it ended with %v", err)
	}
}

// TestUnwoundWhileItSleeps closes a loop: deferred functions run, which may stop timers, and do not sleep any more.
func TestUnwoundWhileItSleeps(t *testing.T) {
	l, err := sim.NewLoop(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	c := looptime.New(l)
	stopped := false
	aio.Go(l, "sleeper", func(*aio.Co) error {
		timer := c.NewTimer(time.Hour)
		defer func() {
			stopped = timer.Stop()
			c.Sleep(time.Hour)
			t.Error("it went on")
		}()
		c.Sleep(time.Hour)
		return nil
	})
	l.CallAt("stop", time.Minute, l.Stop)
	if err := errors.Join(l.Run(), l.Close()); err != nil || !stopped || l.Now() != time.Minute {
		t.Errorf("it ended at %v, with %v; the timer was stopped: %v", l.Now(), err, stopped)
	}
}
