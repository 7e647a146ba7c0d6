package clock_test

import (
	"context"
	"testing"
	"time"

	benbjohnson "github.com/benbjohnson/clock"

	"github.com/asyncsim/asyncsim/clock"
	aio "github.com/asyncsim/asyncsim/primitives"
)

// TestChecklist is what users of the library's Mock rely on: each lets time pass where they would call Add.
func TestChecklist(t *testing.T) {
	type clockTest = func(t *testing.T, c benbjohnson.Clock, add func(time.Duration))
	got := func(ch <-chan time.Time) bool {
		select {
		case <-ch:
			return true
		default:
			return false
		}
	}
	for name, test := range map[string]clockTest{
		"After receives once, when its time has come": func(t *testing.T, c benbjohnson.Clock, add func(time.Duration)) {
			ch := c.After(10 * time.Second)
			add(9 * time.Second)
			early := got(ch)
			add(time.Second)
			if on, again := got(ch), got(ch); early || !on || again {
				t.Error(early, on, again)
			}
		},
		"AfterFunc is called once, and may set the next one": func(t *testing.T, c benbjohnson.Clock, add func(time.Duration)) {
			calls := 0
			var again func()
			again = func() {
				if calls++; calls < 3 {
					c.AfterFunc(time.Second, again)
				}
			}
			c.AfterFunc(time.Second, again)
			add(10 * time.Second)
			if calls != 3 {
				t.Errorf("%d calls", calls)
			}
		},
		"AfterFunc of no time, and of less, is called at once": func(t *testing.T, c benbjohnson.Clock, add func(time.Duration)) {
			calls := 0
			c.AfterFunc(0, func() { calls++ })
			c.AfterFunc(-time.Second, func() { calls++ })
			add(1)
			if calls != 2 {
				t.Errorf("%d calls", calls)
			}
		},
		"a function that stops and resets its own timer": func(t *testing.T, c benbjohnson.Clock, add func(time.Duration)) {
			calls := 0
			var timer *benbjohnson.Timer
			timer = c.AfterFunc(time.Second, func() {
				if calls++; calls == 1 && (timer.Stop() || timer.Reset(time.Minute)) {
					t.Error("it counts as set while its function runs")
				}
			})
			add(time.Hour)
			if calls != 2 {
				t.Errorf("%d calls", calls)
			}
		},
		"a ticker whose values nobody takes drops them": func(t *testing.T, c benbjohnson.Clock, add func(time.Duration)) {
			ticker := c.Ticker(time.Second)
			add(10 * time.Second)
			if first, second := got(ticker.C), got(ticker.C); !first || second {
				t.Error(first, second)
			}
		},
		"tickers of different intervals": func(t *testing.T, c benbjohnson.Clock, add func(time.Duration)) {
			a, b, n := c.Ticker(time.Second), c.Ticker(3*time.Second), 0
			for range 12 {
				add(time.Second)
				for _, ticker := range []*benbjohnson.Ticker{a, b} {
					if got(ticker.C) {
						n++
					}
				}
			}
			if n != 16 {
				t.Errorf("%d ticks, want 16", n)
			}
		},
		"a stopped ticker is still, and goes on where it is reset": func(t *testing.T, c benbjohnson.Clock, add func(time.Duration)) {
			ticker := c.Ticker(time.Second)
			ticker.Stop()
			add(10 * time.Second)
			stopped := got(ticker.C)
			ticker.Reset(2 * time.Second)
			add(time.Second)
			early := got(ticker.C)
			add(time.Second)
			if on := got(ticker.C); stopped || early || !on {
				t.Error(stopped, early, on)
			}
		},
		"Tick is a ticker's channel, and nil without an interval": func(t *testing.T, c benbjohnson.Clock, add func(time.Duration)) {
			ch := c.Tick(time.Second)
			add(time.Second)
			if !got(ch) || c.Tick(0) != nil {
				t.Error("no tick")
			}
		},
		"a timer that is stopped never fires, and says whether it was set": func(t *testing.T, c benbjohnson.Clock, add func(time.Duration)) {
			timer := c.Timer(time.Second)
			first, second := timer.Stop(), timer.Stop()
			add(10 * time.Second)
			if fired := got(timer.C); !first || second || fired {
				t.Error(first, second, fired)
			}
		},
		"Reset to later and to earlier, and after the fire": func(t *testing.T, c benbjohnson.Clock, add func(time.Duration)) {
			timer := c.Timer(10 * time.Second)
			later := timer.Reset(20 * time.Second)
			add(15 * time.Second)
			early := got(timer.C)
			earlier := timer.Reset(time.Second)
			add(time.Second)
			on := got(timer.C)
			fired := timer.Reset(time.Second)
			add(time.Second)
			if again := got(timer.C); !later || early || !earlier || !on || fired || !again {
				t.Error(later, early, earlier, on, fired, again)
			}
		},
		"a fire that nobody took stays, also where the timer is stopped or reset": func(t *testing.T, c benbjohnson.Clock, add func(time.Duration)) {
			timer := c.Timer(time.Second)
			add(time.Second)
			stopped := timer.Stop()
			timer.Reset(time.Second)
			add(time.Second) // the second fire finds the first, and is lost
			if first, second := got(timer.C), got(timer.C); stopped || !first || second {
				t.Error(stopped, first, second)
			}
		},
		"a context ends in time, its children with it, and a cancelled one earlier": func(t *testing.T, c benbjohnson.Clock, add func(time.Duration)) {
			parent, _ := c.WithTimeout(context.Background(), time.Minute)
			child, _ := c.WithDeadline(parent, c.Now().Add(time.Hour))
			other, cancel := c.WithTimeout(context.Background(), time.Minute)
			cancel()
			add(59 * time.Second)
			early := parent.Err()
			add(time.Second)
			if early != nil || parent.Err() != context.DeadlineExceeded || child.Err() != context.DeadlineExceeded || other.Err() != context.Canceled {
				t.Error(early, parent.Err(), child.Err(), other.Err())
			}
		},
		"Sleep lasts as long as it says, Since and Until agree": func(t *testing.T, c benbjohnson.Clock, _ func(time.Duration)) {
			start := c.Now()
			c.Sleep(90 * time.Minute)
			if c.Since(start) != 90*time.Minute || c.Until(start) != -90*time.Minute {
				t.Error(c.Since(start))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := aio.Run(func(co *aio.Co) error {
				c, err := clock.New(co)
				if err != nil {
					return err
				}
				test(t, c, func(d time.Duration) {
					c.Sleep(d)
					for range 4 { // what fires now has begun, and has had its turn
						if err := aio.Sleep(co, 0); err != nil {
							t.Error(err)
						}
					}
				})
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSeveralClocks of one loop, and one of each of two loops, have nothing to do with each other.
func TestSeveralClocks(t *testing.T) {
	for range 2 {
		runOnLoop(t, func(co *aio.Co, c benbjohnson.Clock) error {
			other, err := clock.New(co)
			if err != nil {
				return err
			}
			a, b := c.Timer(time.Second), other.Timer(2*time.Second)
			for _, timer := range []*benbjohnson.Timer{a, b} {
				if _, _, err := aio.Recv(co, timer.C); err != nil {
					return err
				}
			}
			if co.Now() != 2*time.Second || !c.Now().Equal(other.Now()) {
				t.Errorf("%v, %v and %v", co.Now(), c.Now(), other.Now())
			}
			return nil
		})
	}
}
