package looptime_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/asyncsim/asyncsim/clock/internal/looptime"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestLateLoop has a loop that is as late as it can be, ten seconds at most: a timer sends the date for which it was set,
// and a ticker leaves out what it missed.
func TestLateLoop(t *testing.T) {
	const s = time.Second
	late := func(c *sim.Choice) int {
		if c.Kind == sim.Late {
			return c.N - 1
		}
		return 0
	}
	var got []string
	err := aio.RunWith(aio.Config{Choose: late, Slack: 10 * s}, func(co *aio.Co) error {
		c := looptime.New(co)
		begin := c.Now()
		timer, ticker := c.NewTimer(3*s), c.NewTicker(4*s)
		co.Loop().CallLater("later", 13*s, func() {})
		for _, ch := range []<-chan time.Time{timer.Chan(), ticker.Chan(), ticker.Chan()} {
			at, _, err := aio.Recv(co, ch)
			if err != nil {
				return err
			}
			got = append(got, fmt.Sprintf("%v at %v", at.Sub(begin), co.Now()))
		}
		return nil
	})
	want := []string{"3s at 13s", "4s at 13s", "16s at 20s"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestNever sets timers for dates past the range of the loop's clock: they are set, but do not fire.
func TestNever(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		c := looptime.New(co)
		c.Sleep(time.Second)
		timer := c.NewTimer(math.MaxInt64)
		ticker := c.NewTicker(math.MaxInt64)
		stopped := fmt.Sprint(timer.Stop(), timer.Stop(), timer.Reset(math.MaxInt64), timer.Reset(math.MaxInt64))
		if stopped != "true false false true" {
			t.Errorf("Stop and Reset returned %s", stopped)
		}
		_, _, err := aio.Select(co, aio.From(timer.Chan(), nil), aio.From(ticker.Chan(), nil))
		return err
	})
	if deadlock := new(sim.DeadlockError); !errors.As(err, &deadlock) || deadlock.Time != time.Second {
		t.Errorf("it ended with %v", err)
	}
}

// TestLastTick lets a ticker come to the end of the loop's time.
func TestLastTick(t *testing.T) {
	ticks := 0
	err := aio.Run(func(co *aio.Co) error {
		ticker := looptime.New(co).NewTicker(math.MaxInt64 / 3)
		for {
			if _, _, err := aio.Recv(co, ticker.Chan()); err != nil {
				return err
			}
			ticks++
		}
	})
	if deadlock := new(sim.DeadlockError); !errors.As(err, &deadlock) || ticks != 3 {
		t.Errorf("it ended after %d ticks with %v", ticks, err)
	}
}

// TestStopWhenDue stops a timer, and sets one anew, in the very turn in which they are due: they do not fire.
func TestStopWhenDue(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		c, l := looptime.New(co), co.Loop()
		var stopped, reset *looptime.Timer
		l.CallAt("first", time.Second, func() {
			if !stopped.Stop() || !reset.Reset(time.Second) {
				t.Error("a timer that has not fired counts as fired")
			}
		})
		stopped = c.NewTimer(time.Second)
		reset = c.AfterFunc(time.Second, func() {
			if now := l.Now(); now != 2*time.Second {
				t.Errorf("it fired at %v", now)
			}
		})
		c.Sleep(time.Minute)
		if len(stopped.Chan()) > 0 {
			t.Error("it fired, though it was stopped")
		}
		return nil
	})
	if err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// BenchmarkFire is what a tick costs, and with a task that receives it.
func BenchmarkFire(b *testing.B) {
	b.Run("alone", func(b *testing.B) {
		bench(b, func(_ *aio.Co, c looptime.Clock, n int) error {
			c.NewTicker(time.Second)
			c.Sleep(time.Duration(n) * time.Second)
			return nil
		})
	})
	b.Run("received", func(b *testing.B) {
		bench(b, func(co *aio.Co, c looptime.Clock, n int) error {
			ticker := c.NewTicker(time.Second)
			for range n {
				if _, _, err := aio.Recv(co, ticker.Chan()); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

func bench(b *testing.B, body func(co *aio.Co, c looptime.Clock, n int) error) {
	b.ReportAllocs()
	err := aio.Run(func(co *aio.Co) error {
		b.ResetTimer()
		return body(co, looptime.New(co), b.N)
	})
	if err != nil {
		b.Fatal(err)
	}
}
