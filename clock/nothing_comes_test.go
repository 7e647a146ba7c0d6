package clock_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	benbjohnson "github.com/benbjohnson/clock"
	"github.com/jonboulle/clockwork"

	"github.com/asyncsim/asyncsim/clock"
	"github.com/asyncsim/asyncsim/clock/clockworkclock"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// deadlockAt returns the deadlock that err is, and complains if it is none at that time.
func deadlockAt(t *testing.T, err error, at time.Duration) *sim.DeadlockError {
	t.Helper()
	var deadlock *sim.DeadlockError
	if !errors.As(err, &deadlock) || deadlock.Time != at {
		t.Fatalf("it is no deadlock at %v: %v", at, err)
	}
	return deadlock
}

// TestForgottenTickers: a ticker that nobody receives from, and that nobody stops, hides no deadlock.
func TestForgottenTickers(t *testing.T) {
	forever := func(co *aio.Co) error {
		_, _, err := aio.Recv(co, make(chan int))
		return err
	}
	for name, program := range map[string]func(co *aio.Co) error{
		"one": with(func(co *aio.Co, c benbjohnson.Clock) error { c.Ticker(time.Second); return forever(co) }),
		"two": with(func(co *aio.Co, c benbjohnson.Clock) error {
			c.Ticker(time.Second)
			c.Ticker(time.Second / 4)
			return forever(co)
		}),
		"of two clocks": with(func(co *aio.Co, c benbjohnson.Clock) error {
			c.Ticker(time.Second)
			clockworkclock.New(co).NewTicker(time.Second / 2)
			return forever(co)
		}),
		"in a bubble": clock.Bubble(t, func(c benbjohnson.Clock) error {
			c.Ticker(time.Second)
			<-make(chan int)
			return nil
		}),
	} {
		t.Run(name, func(t *testing.T) {
			deadlock := deadlockAt(t, aio.RunWith(aio.Config{MaxTime: time.Hour}, program), time.Second)
			if deadlock.Vain == 0 || !strings.Contains(deadlock.Error(), "nobody receives from the tickers") {
				t.Error(deadlock)
			}
		})
	}
}

// TestTickersThatCount: a tick that somebody receives, at whatever time, is none in vain.
func TestTickersThatCount(t *testing.T) {
	two := func(co *aio.Co, first, second <-chan time.Time) error {
		if err := aio.Sleep(co, 10*time.Second); err != nil { // both have ticked, and wait to be received
			return err
		}
		for range 3 {
			if _, _, err := aio.Recv(co, second); err != nil {
				return err
			}
		}
		_, _, err := aio.Recv(co, first)
		return err
	}
	for name, program := range map[string]func(co *aio.Co) error{
		"benbjohnson": with(func(co *aio.Co, c benbjohnson.Clock) error {
			return two(co, c.Ticker(time.Second).C, c.Ticker(time.Second).C)
		}),
		"clockwork": func(co *aio.Co) error {
			var c clockwork.Clock = clockworkclock.New(co)
			return two(co, c.NewTicker(time.Second).Chan(), c.NewTicker(time.Second).Chan())
		},
		"in a bubble": clock.Bubble(t, func(c benbjohnson.Clock) error {
			first, second := c.Ticker(time.Second), c.Ticker(time.Second)
			c.Sleep(10 * time.Second)
			for range 3 {
				<-second.C
			}
			<-first.C
			return nil
		}),
	} {
		t.Run(name, func(t *testing.T) {
			if err := aio.Run(program); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestDeadlockOfABubble says where the goroutines wait.
func TestDeadlockOfABubble(t *testing.T) {
	err := aio.Run(clock.Bubble(t, func(c benbjohnson.Clock) error {
		var done sync.WaitGroup
		done.Add(1)
		go done.Wait()
		go receiver(make(chan int))
		c.Sleep(time.Minute)
		receiver(make(chan int))
		return nil
	}))
	deadlockAt(t, err, time.Minute)
	lines := strings.Split(err.Error(), "\n\t")
	if len(lines) != 4 {
		t.Fatal(err)
	}
	for i, want := range []string{"no timer is set", "TestDeadlockOfABubble.func1: sync.WaitGroup.Wait", "receiver: chan receive", "receiver: chan receive"} {
		if !strings.Contains(lines[i], want) || i > 0 && !strings.Contains(lines[i], "nothing_comes_test.go:") {
			t.Errorf("line %d is %s, without %s", i, lines[i], want)
		}
	}
}

func receiver(c <-chan int) { <-c }

// counted is a context of which one can tell how many want to know that it ends.
type counted struct {
	context.Context
	links int
	f     func()
}

func (c *counted) AfterFunc(f func()) (stop func() bool) {
	c.links++
	c.f = f
	return func() bool { c.links--; return true }
}

// TestNothingIsLeftOfAContext that has ended: neither a link from its parent, nor its timer.
func TestNothingIsLeftOfAContext(t *testing.T) {
	err := aio.Run(with(func(co *aio.Co, c benbjohnson.Clock) error {
		outer, end := context.WithCancel(context.Background())
		defer end()
		parent := &counted{Context: outer}
		for range 10 {
			ctx, _ := c.WithTimeout(parent, time.Second)
			if _, _, err := aio.Recv(co, ctx.Done()); err != nil || ctx.Err() != context.DeadlineExceeded {
				return fmt.Errorf("%w, %w", ctx.Err(), err)
			}
		}
		if parent.links != 0 {
			t.Errorf("the parent has %d links", parent.links)
		}
		ctx, _ := c.WithTimeout(parent, time.Hour)
		end()
		parent.f()
		_, _, err := aio.Recv(co, ctx.Done())
		if err != nil || ctx.Err() != context.Canceled || parent.links != 0 {
			t.Errorf("%v, %v, %d links", err, ctx.Err(), parent.links)
		}
		_, _, err = aio.Recv(co, make(chan int))
		return err
	}))
	deadlockAt(t, err, 10*time.Second)
}

// TestSlackIsOfAClocksTimersToo: timers that are due within the slack fire in any order, those further apart in one.
func TestSlackIsOfAClocksTimersToo(t *testing.T) {
	const ms = time.Millisecond
	program := func(t *testing.T, slack time.Duration) map[string]bool {
		seen := map[string]bool{}
		timers := func(co *aio.Co, c benbjohnson.Clock) error {
			order := ""
			for i, name := range []string{"a", "b", "c"} {
				c.AfterFunc(10*ms+time.Duration(i)*ms, func() { order += name })
			}
			if err := aio.Sleep(co, time.Second); err != nil {
				return err
			}
			seen[order] = true
			return nil
		}
		config := explore.Config{Workers: 1, Schedules: 2000, All: true, Slack: slack}
		if _, err := explore.Run(t.Context(), config, with(timers)); err != nil {
			t.Fatal(err)
		}
		return seen
	}
	for slack, want := range map[time.Duration]string{0: "abc", ms: "abc acb bac", 2 * ms: "abc acb bac bca cab cba"} {
		seen := program(t, slack)
		for _, order := range strings.Fields(want) {
			if !seen[order] {
				t.Errorf("slack %v: %s is missing", slack, order)
			}
			delete(seen, order)
		}
		for order := range seen {
			t.Errorf("slack %v: %s", slack, order)
		}
	}
}

// TestSlackInABubble: no timer is later than that.
func TestSlackInABubble(t *testing.T) {
	const ms = time.Millisecond
	seen := map[string]bool{}
	latest := time.Duration(0)
	program := clock.Bubble(t, func(c benbjohnson.Clock) error {
		begin, order := c.Now(), ""
		for i, name := range []string{"a", "b", "c", "d"} {
			due := begin.Add(10*ms + time.Duration(i)*ms)
			c.AfterFunc(c.Until(due), func() {
				order += name
				latest = max(latest, c.Since(due))
			})
		}
		c.Sleep(time.Second)
		seen[order] = true
		return nil
	})
	config := explore.Config{Workers: 1, Schedules: 500, All: true, Slack: ms}
	if _, err := explore.Run(t.Context(), config, program); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 5 || !seen["abcd"] || !seen["bacd"] || !seen["badc"] || latest != ms {
		t.Errorf("%v, and %v late", seen, latest)
	}
}
