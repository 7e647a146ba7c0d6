package clock_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	upstream "github.com/benbjohnson/clock"
	"github.com/google/go-cmp/cmp"

	"github.com/asyncsim/asyncsim/clock"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
	"github.com/asyncsim/asyncsim/sim/simtest"
)

// heartbeat is existing code: it knows the clock's interface, goroutines and channels, and nothing of asyncsim.
func heartbeat(c upstream.Clock, every time.Duration, stop <-chan struct{}) (beats int) {
	ticker := c.Ticker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			beats++
		case <-stop:
			return beats
		}
	}
}

// TestHeartbeat takes a year, in no time.
func TestHeartbeat(t *testing.T) {
	clock.Test(t, func(c upstream.Clock) error {
		stop, beats := make(chan struct{}), make(chan int)
		go func() { beats <- heartbeat(c, time.Hour, stop) }()
		c.Sleep(365*24*time.Hour + time.Minute)
		close(stop)
		if n := <-beats; n != 365*24 {
			return fmt.Errorf("%d beats in a year of hours", n)
		}
		return nil
	})
}

// run runs body in a bubble, in asyncio's order.
func run(t *testing.T, body func(c upstream.Clock) error) error {
	t.Helper()
	return aio.RunWith(aio.Config{Output: io.Discard}, clock.Bubble(t, body))
}

// notes is what several goroutines note.
type notes struct {
	mu    sync.Mutex
	c     upstream.Clock
	lines []string
}

func (n *notes) add(what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	begin := time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	n.lines = append(n.lines, fmt.Sprintf("%v %s", n.c.Since(begin), what))
}

type key struct{}

func TestBubbleClock(t *testing.T) {
	for _, test := range []struct {
		name string
		run  func(c upstream.Clock, n *notes)
		want []string
	}{
		{"Sleep, After, Timer", func(c upstream.Clock, n *notes) {
			c.Sleep(time.Second)
			n.add("slept")
			c.Sleep(0)
			c.Sleep(-time.Hour)
			n.add("did not sleep")
			<-c.After(0)
			n.add("after nothing")
			<-c.After(time.Minute)
			n.add("after a minute")
			<-c.Timer(time.Hour).C
			n.add("an hour later")
		}, []string{"1s slept", "1s did not sleep", "1s after nothing", "1m1s after a minute", "1h1m1s an hour later"}},
		{"Stop and Reset", func(c upstream.Clock, n *notes) {
			timer := c.Timer(time.Second)
			n.add(fmt.Sprint(timer.Stop(), timer.Stop(), timer.Reset(3*time.Second), timer.Reset(2*time.Second)))
			<-timer.C
			n.add(fmt.Sprint(timer.Stop(), timer.Reset(time.Second)))
			c.Sleep(5 * time.Second)
			n.add(fmt.Sprint("has fired ", len(timer.C)))
			timer.Reset(time.Second) // it is not drained, and fires even so
			c.Sleep(5 * time.Second)
			n.add(fmt.Sprint("has fired ", len(timer.C)))
		}, []string{"0s true false false true", "2s false false", "7s has fired 1", "12s has fired 1"}},
		{"AfterFunc", func(c upstream.Clock, n *notes) {
			var timer *upstream.Timer
			timer = c.AfterFunc(time.Second, func() {
				n.add("called")
				c.Sleep(time.Second) // it may block: it has a goroutine of its own
				n.add("goes on")
				timer.Reset(10 * time.Second)
			})
			c.AfterFunc(time.Second, func() { n.add("never") }).Stop()
			c.Sleep(20 * time.Second)
		}, []string{"1s called", "2s goes on", "12s called", "13s goes on"}},
		{"Ticker and Tick", func(c upstream.Clock, n *notes) {
			ticker := c.Ticker(2 * time.Second)
			for range 2 {
				<-ticker.C
				n.add("tick")
			}
			ticker.Reset(5 * time.Second)
			<-ticker.C
			n.add("tick")
			c.Sleep(time.Minute) // what nobody takes is dropped
			ticker.Stop()
			<-ticker.C
			n.add(fmt.Sprint("left ", len(ticker.C), c.Tick(0) == nil))
			<-c.Tick(time.Second)
			n.add("tick")
		}, []string{"2s tick", "4s tick", "9s tick", "1m9s left 0 true", "1m10s tick"}},
		{"contexts", func(c upstream.Clock, n *notes) {
			parent, stop := context.WithCancel(context.WithValue(context.Background(), key{}, "value"))
			ctx, cancel := c.WithTimeout(parent, time.Minute)
			defer cancel()
			deadline, ok := ctx.Deadline()
			n.add(fmt.Sprint(c.Until(deadline), ok, ctx.Err(), ctx.Value(key{})))
			sooner, cancelSooner := c.WithTimeout(ctx, time.Hour)
			defer cancelSooner()
			<-sooner.Done()
			<-ctx.Done()
			n.add(fmt.Sprint(sooner.Err(), ctx.Err()))
			ctx, cancel = c.WithTimeout(parent, time.Minute)
			cancel()
			n.add(fmt.Sprint(ctx.Err()))
			ctx, cancel = c.WithTimeout(parent, time.Minute)
			defer cancel()
			stop()
			<-ctx.Done()
			n.add(fmt.Sprint(ctx.Err()))
		}, []string{"0s 1m0s true <nil>value", "1m0s context deadline exceeded context deadline exceeded",
			"1m0s context canceled", "1m0s context canceled"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var n notes
			err := run(t, func(c upstream.Clock) error {
				n.c = c
				test.run(c, &n)
				return nil
			})
			if diff := cmp.Diff(test.want, n.lines); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// four starts as many timers for the same moment, and returns the order in which they fired.
func four(c upstream.Clock) string {
	fired := make(chan string, 4)
	for _, name := range []string{"a", "b", "c", "d"} {
		c.AfterFunc(time.Second, func() { fired <- name })
	}
	c.Sleep(2 * time.Second)
	return <-fired + <-fired + <-fired + <-fired
}

func TestSimultaneousTimersHaveOneOrder(t *testing.T) {
	for range 1000 {
		clock.Test(t, func(c upstream.Clock) error {
			if order := four(c); order != "abcd" {
				return fmt.Errorf("the order is %s", order)
			}
			return nil
		})
	}
}

// TestEveryOrderIsFoundAndReplayed explores the timers of four: there are 24 orders. Each is found again by its token.
func TestEveryOrderIsFoundAndReplayed(t *testing.T) {
	var mu sync.Mutex
	orders := map[string]bool{}
	_, err := explore.Run(t.Context(), explore.Config{Schedules: 1000}, clock.Bubble(t, func(c upstream.Clock) error {
		order := four(c)
		mu.Lock()
		defer mu.Unlock()
		orders[order] = true
		return nil
	}))
	if err != nil || len(orders) != 24 {
		t.Fatalf("%v; %d orders of 24: %v", err, len(orders), orders)
	}
	for bad := range orders {
		if bad == "abcd" {
			continue
		}
		main := clock.Bubble(t, func(c upstream.Clock) error {
			if four(c) == bad {
				return errors.New("the order is " + bad)
			}
			return nil
		})
		result, err := explore.Run(t.Context(), explore.Config{}, main)
		if err != nil || result.First == nil {
			t.Fatalf("%s is not found: %v", bad, err)
		}
		report, err := explore.Explain(t.Context(), explore.Config{}, result.First, main)
		if err != nil {
			t.Fatal(err)
		}
		replayed, err := explore.Replay(explore.Config{}, report.Token, main)
		if err != nil || replayed.Err == nil || replayed.Err.Error() != "the order is "+bad || len(replayed.Misfits) > 0 {
			t.Errorf("%s is replayed as %v, %v", bad, replayed, err)
		}
	}
}

// TestExploreTakesABubble has two goroutines whose waits end together, under a lock: no order does harm.
func TestExploreTakesABubble(t *testing.T) {
	t.Chdir(t.TempDir())
	simtest.Explore(t, clock.Bubble(t, func(c upstream.Clock) error {
		var mu sync.Mutex
		var wg sync.WaitGroup
		balance := 0
		for range 2 {
			wg.Go(func() {
				c.Sleep(time.Second)
				mu.Lock()
				defer mu.Unlock()
				balance++
			})
		}
		wg.Wait()
		if balance != 2 {
			return errors.New("an update was lost")
		}
		return nil
	}))
}

func TestEndsOfABubble(t *testing.T) {
	errBody := errors.New("body failed")
	for _, test := range []struct {
		name string
		body func(c upstream.Clock) error
		want func(err error) bool
	}{
		{"an error", func(upstream.Clock) error { return errBody }, func(err error) bool { return errors.Is(err, errBody) }},
		{"a deadlock", func(c upstream.Clock) error { c.Sleep(time.Minute); <-make(chan int); return nil }, func(err error) bool {
			var deadlock *sim.DeadlockError
			return errors.As(err, &deadlock) && deadlock.Time == time.Minute
		}},
		{"a panic", func(c upstream.Clock) error { c.Sleep(time.Minute); panic("ouch") }, func(err error) bool {
			var p *sim.PanicError
			return errors.As(err, &p) && p.Value == "ouch" && p.Time == time.Minute && strings.Contains(string(p.Stack), "synctest_test.go")
		}},
		{"runtime.Goexit", func(upstream.Clock) error { runtime.Goexit(); return nil }, func(err error) bool {
			return err != nil && strings.Contains(err.Error(), "runtime.Goexit")
		}},
		{"a goroutine that is left behind", func(c upstream.Clock) error { go c.Sleep(time.Second); return nil }, func(err error) bool {
			return err != nil && strings.Contains(err.Error(), "goroutines of it are not: deadlock") &&
				strings.Contains(err.Error(), "goroutine waits in clock_test.TestEndsOfABubble")
		}},
		{"a ticker of no time", func(c upstream.Clock) error { c.Ticker(0); return nil }, func(err error) bool {
			var p *sim.PanicError
			return errors.As(err, &p)
		}},
		{"no body", nil, func(err error) bool { return errors.Is(err, sim.ErrNilFunction) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := run(t, test.body); !test.want(err) {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}

// TestLimitEndsABubble: the loop outside learns that time passes, though no choice is asked for.
func TestLimitEndsABubble(t *testing.T) {
	err := aio.RunWith(aio.Config{MaxTime: time.Hour}, clock.Bubble(t, func(c upstream.Clock) error {
		for {
			c.Sleep(time.Second)
		}
	}))
	if limit := new(sim.LimitError); !errors.As(err, &limit) {
		t.Errorf("it ended with %v", err)
	}
}

// TestFireCost logs what a timer costs that wakes a goroutine, with few and with many others that are set.
func TestFireCost(t *testing.T) {
	const fires = 5_000
	var costs []time.Duration
	for _, others := range []int{0, 1000} {
		var least time.Duration
		for range 3 {
			begin := time.Now() // outside of the bubble, whose clock stands
			clock.Test(t, func(c upstream.Clock) error {
				for range others {
					c.Timer(365 * 24 * time.Hour)
				}
				ticker := c.Ticker(time.Second)
				for range fires {
					<-ticker.C
				}
				return nil
			})
			if took := time.Since(begin) / fires; least == 0 || took < least {
				least = took
			}
		}
		costs = append(costs, least)
	}
	t.Logf("a fire costs %v with no other timer, %v with a thousand", costs[0], costs[1])
	if slices.Max(costs) > time.Millisecond {
		t.Error("that is far too much")
	}
}

// TestPanicOfAFunction in a bubble is a failure of the run, as one of the body is.
func TestPanicOfAFunction(t *testing.T) {
	err := aio.Run(clock.Bubble(t, func(c upstream.Clock) error {
		c.AfterFunc(time.Second, func() { panic("too late") })
		c.Sleep(time.Minute)
		return nil
	}))
	if panicked := new(sim.PanicError); !errors.As(err, &panicked) || panicked.Value != "too late" {
		t.Error(err)
	}
}

// TestBubbleKeepsTheLoopsTime: its date, and its limit.
func TestBubbleKeepsTheLoopsTime(t *testing.T) {
	start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	config := aio.Config{Start: start, MaxTime: time.Minute}
	err := aio.RunWith(config, clock.Bubble(t, func(c upstream.Clock) error {
		if !c.Now().Equal(start) {
			t.Errorf("it begins at %v", c.Now())
		}
		c.Sleep(time.Hour)
		return nil
	}))
	if limit := new(sim.LimitError); !errors.As(err, &limit) {
		t.Error(err)
	}
}

// TestContextOfTheTest may be a parent in a bubble.
func TestContextOfTheTest(t *testing.T) {
	if err := aio.Run(clock.Bubble(t, func(c upstream.Clock) error {
		ctx, cancel := c.WithTimeout(t.Context(), time.Second)
		defer cancel()
		<-ctx.Done()
		return nil
	})); err != nil {
		t.Error(err)
	}
}
