package clock_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	upstream "github.com/benbjohnson/clock"
	"github.com/cenkalti/backoff/v4"
	"go.uber.org/ratelimit"

	"github.com/asyncsim/asyncsim/clock"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// Two libraries as they come from the module proxy: go.uber.org/ratelimit, which takes a clock and only sleeps by it, so
// that it runs in a loop as well as in a bubble; and github.com/cenkalti/backoff/v4, which takes a clock and a timer, and
// blocks in a select of its own, so that it runs in a bubble. Both are for what takes long in real time. Neither brings
// a dependency with it that is compiled.

const year = 366 * 24 * time.Hour

// TestRatelimitInALoop lives through a year of one request a minute.
func TestRatelimitInALoop(t *testing.T) {
	begin := time.Now()
	runOnLoop(t, func(co *aio.Co, c upstream.Clock) error {
		limiter := ratelimit.New(1, ratelimit.Per(time.Minute), ratelimit.WithoutSlack, ratelimit.WithClock(c))
		start := c.Now()
		for n := range int(year / time.Minute) {
			at, want := limiter.Take(), time.Duration(n)*time.Minute
			if at.Sub(start) != want || co.Now() != want {
				return fmt.Errorf("request %d was let through at %v, the loop's time is %v", n, at.Sub(start), co.Now())
			}
		}
		return nil
	})
	t.Logf("a year took %v", time.Since(begin))
}

// requests is who was let through when.
type requests struct {
	mu    sync.Mutex
	lines []string
}

func (r *requests) note(c upstream.Clock, who string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, c.Now().Format("15:04")+who)
}

// take takes three times of a limiter of its own.
func take(c upstream.Clock, name string, r *requests) {
	limiter := ratelimit.New(1, ratelimit.Per(time.Hour), ratelimit.WithoutSlack, ratelimit.WithClock(c))
	for range 3 {
		limiter.Take()
		r.note(c, name)
	}
}

const inOrder = "01:00a 01:00b 02:00a 02:00b 03:00a 03:00b"

// taking returns programs, in a loop and in a bubble, of two users of a limiter each, which let them through together.
func taking(t *testing.T, told func(order string)) map[string]func(co *aio.Co) error {
	body := func(c upstream.Clock) error {
		var r requests
		for _, name := range []string{"a", "b"} {
			c.AfterFunc(time.Hour, func() { take(c, name, &r) })
		}
		c.Sleep(12 * time.Hour)
		told(strings.Join(r.lines, " "))
		return nil
	}
	return map[string]func(co *aio.Co) error{
		"loop":   with(func(_ *aio.Co, c upstream.Clock) error { return body(c) }),
		"bubble": clock.Bubble(t, body),
	}
}

func TestRatelimitHasOneOrder(t *testing.T) {
	for name, program := range taking(t, func(order string) {
		if order != inOrder {
			t.Errorf("the order is %s", order)
		}
	}) {
		t.Run(name, func(t *testing.T) {
			for range 1000 {
				if err := aio.Run(program); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestRatelimitIsExplored: who comes first is open in each of three hours.
func TestRatelimitIsExplored(t *testing.T) {
	seen := map[string]bool{}
	programs := taking(t, func(order string) { seen[order] = true })
	for _, name := range []string{"loop", "bubble"} {
		clear(seen)
		if _, err := explore.Run(t.Context(), explore.Config{Workers: 1, Schedules: 300, All: true}, programs[name]); err != nil {
			t.Fatal(err)
		}
		if len(seen) != 8 || !seen[inOrder] {
			t.Errorf("%s: %d orders of 8: %v", name, len(seen), seen)
		}
	}
}

// timer is what backoff waits by; its own one is the same with package time.
type timer struct {
	clock upstream.Clock
	timer *upstream.Timer
}

func (t *timer) Start(d time.Duration) {
	if t.timer == nil {
		t.timer = t.clock.Timer(d)
	} else {
		t.timer.Reset(d)
	}
}

func (t *timer) Stop() {
	if t.timer != nil {
		t.timer.Stop()
	}
}

func (t *timer) C() <-chan time.Time { return t.timer.C }

var errDown = errors.New("the server is down")

// retry calls until up, and returns after how many calls and how long.
func retry(c upstream.Clock, up func() bool, patience time.Duration) (calls int, took time.Duration, err error) {
	policy := backoff.NewExponentialBackOff(backoff.WithClockProvider(c), backoff.WithMaxElapsedTime(patience),
		backoff.WithInitialInterval(time.Second), backoff.WithMultiplier(2), backoff.WithMaxInterval(time.Hour),
		backoff.WithRandomizationFactor(0)) // its jitter comes from the global math/rand
	begin := c.Now()
	err = backoff.RetryNotifyWithTimer(func() error {
		calls++
		if up() {
			return nil
		}
		return errDown
	}, policy, nil, &timer{clock: c})
	return calls, c.Since(begin), err
}

// TestBackoffInABubble: a server is down for half a year; who waits for a whole one sees it come back, and who waits for
// a month does not.
func TestBackoffInABubble(t *testing.T) {
	begin := time.Now()
	clock.Test(t, func(c upstream.Clock) error {
		back := c.Now().Add(year / 2)
		up := func() bool { return !c.Now().Before(back) }
		calls, took, err := retry(c, up, 30*24*time.Hour)
		const steep = 4095 * time.Second // the twelve waits that are shorter than an hour
		if !errors.Is(err, errDown) || calls != 1+12+718 || took != steep+718*time.Hour {
			t.Errorf("within a month: %d calls in %v, %v", calls, took, err)
		}
		if calls, took, err = retry(c, up, year); err != nil || calls != 1+12+3672 || took != steep+3672*time.Hour || !up() {
			t.Errorf("within a year: %d calls in %v, %v", calls, took, err)
		}
		return nil
	})
	t.Logf("half a year took %v", time.Since(begin))
}

// TestBackoffHasOneOrder: two clients of one policy come back together, each time.
func TestBackoffHasOneOrder(t *testing.T) {
	var want []string
	for range 8 {
		want = append(want, "a", "b")
	}
	for range 1000 {
		clock.Test(t, func(c upstream.Clock) error {
			var mu sync.Mutex
			var calls []string
			for _, name := range []string{"a", "b"} {
				c.AfterFunc(time.Minute, func() {
					_, _, _ = retry(c, func() bool { // it gives up
						mu.Lock()
						defer mu.Unlock()
						calls = append(calls, name)
						return false
					}, 3*time.Minute)
				})
			}
			c.Sleep(time.Hour)
			if !slices.Equal(calls, want) {
				return fmt.Errorf("they came in the order %s", calls)
			}
			return nil
		})
	}
}
