package clockworkclock_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/asyncsim/asyncsim/clock/clockworkclock"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// retry is existing code: it knows clockwork, and nothing of asyncsim.
func retry(c clockwork.Clock, attempts int, do func() error) (err error) {
	wait := time.Second
	for range attempts {
		if err = do(); err == nil {
			return nil
		}
		c.Sleep(wait)
		wait *= 2
	}
	return err
}

func Example() {
	_ = aio.Run(func(co *aio.Co) error {
		c := clockworkclock.New(co)
		err := retry(c, 16, func() error { return errors.New("no answer") })
		co.Printf("%v after %v, at %v\n", err, co.Now(), c.Now())
		return nil
	})
	// Output: no answer after 18h12m15s, at 2000-01-01 18:12:15 +0000 UTC
}

// What would be a select over timers is an aio.Select.
func ExampleNew() {
	_ = aio.Run(func(co *aio.Co) error {
		c := clockworkclock.New(co)
		begin := c.Now()
		ticker, enough := c.NewTicker(time.Hour), c.NewTimer(150*time.Minute)
		defer ticker.Stop()
		c.AfterFunc(90*time.Minute, func() { fmt.Println("a task of its own, after", c.Since(begin)) })
		for {
			var at time.Time
			chosen, _, err := aio.Select(co, aio.From(ticker.Chan(), &at), aio.From(enough.Chan(), nil))
			if err != nil || chosen == 1 {
				return err
			}
			fmt.Println("a tick after", at.Sub(begin))
		}
	})
	// Output:
	// a tick after 1h0m0s
	// a task of its own, after 1h30m0s
	// a tick after 2h0m0s
}

// TestBothOrdersAreFound explores two timers of one date.
func TestBothOrdersAreFound(t *testing.T) {
	var mu sync.Mutex
	orders := map[string]int{}
	result, err := explore.Run(t.Context(), explore.Config{Schedules: 200}, func(co *aio.Co) error {
		c := clockworkclock.New(co)
		order := ""
		a, b := c.NewTimer(time.Second), c.NewTimer(time.Second)
		for _, which := range []struct {
			name string
			c    <-chan time.Time
		}{{"a", a.Chan()}, {"b", b.Chan()}} {
			c.AfterFunc(time.Second, func() { order += which.name })
			aio.Go(co, which.name, func(co *aio.Co) error {
				_, _, err := aio.Recv(co, which.c)
				order += which.name
				return err
			})
		}
		c.Sleep(2 * time.Second)
		mu.Lock()
		defer mu.Unlock()
		orders[order]++
		return nil
	})
	if err != nil || result.First != nil || len(orders) != 6 {
		t.Errorf("%v, %v; %d orders of 6: %v", err, result.First, len(orders), orders)
	}
}

// TestOneOrder is without a chooser: timers of one date fire in the order in which they were set.
func TestOneOrder(t *testing.T) {
	for range 100 {
		order := ""
		err := aio.Run(func(co *aio.Co) error {
			c := clockworkclock.New(co)
			for _, name := range []string{"a", "b", "c", "d"} {
				c.AfterFunc(time.Second, func() { order += name })
			}
			c.Sleep(time.Minute)
			return nil
		})
		if err != nil || order != "abcd" {
			t.Fatalf("%v: the order is %s", err, order)
		}
	}
}

// TestMisuse ends runs, and the errors say why.
func TestMisuse(t *testing.T) {
	for _, test := range []struct {
		name   string
		do     func(co *aio.Co, c clockwork.Clock)
		reason error // nil: one of the clock's own
		says   string
	}{
		{"no loop", func(*aio.Co, clockwork.Clock) { clockworkclock.New(nil) }, nil, "new clock: the co or loop"},
		{"a nil loop", func(*aio.Co, clockwork.Clock) { clockworkclock.New((*aio.Loop)(nil)) }, nil, "new clock: the co"},
		{"a nil co", func(*aio.Co, clockwork.Clock) { clockworkclock.New((*aio.Co)(nil)) }, sim.ErrForeignCo, "nil co"},
		{"a sleep in a callback", func(co *aio.Co, c clockwork.Clock) {
			co.Loop().CallSoon("thief", func() { c.Sleep(time.Second) })
			_ = aio.Sleep(co, time.Second)
		}, nil, `sleep 1s in callback "thief" at 0s: no task runs`},
		{"a sleep of no time in a callback", func(co *aio.Co, c clockwork.Clock) {
			co.Loop().CallSoon("thief", func() { c.Sleep(0) })
			_ = aio.Sleep(co, time.Second)
		}, nil, `sleep 0s in callback "thief"`},
		{"a sleep past the range", func(_ *aio.Co, c clockwork.Clock) {
			c.Sleep(time.Second)
			c.Sleep(math.MaxInt64)
		}, sim.ErrTimeRange, `in task "main" at 1s`},
		{"a ticker of no time", func(_ *aio.Co, c clockwork.Clock) { c.NewTicker(0) }, nil, "NewTicker 0s"},
		{"a ticker reset to less", func(_ *aio.Co, c clockwork.Clock) { c.NewTicker(1).Reset(-1) }, nil, "Ticker.Reset -1ns"},
		{"no function", func(_ *aio.Co, c clockwork.Clock) { c.AfterFunc(1, nil) }, sim.ErrNilFunction, "AfterFunc 1ns"},
		{"a function that panics", func(_ *aio.Co, c clockwork.Clock) {
			c.AfterFunc(time.Hour, func() { panic(sim.ErrClosed) })
			c.Sleep(time.Hour + 1)
		}, sim.ErrClosed, `task "AfterFunc" panicked at 1h0m0s`},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := aio.Run(func(co *aio.Co) error {
				aio.CurrentTask(co).SetName("main")
				test.do(co, clockworkclock.New(co))
				return nil
			})
			if !errors.As(err, new(*sim.PanicError)) || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("it ended with %v", err)
			}
			if test.reason != nil && !errors.Is(err, test.reason) {
				t.Errorf("%v is no %v", err, test.reason)
			}
			if test.reason == nil && !errors.As(err, new(*sim.UsageError)) {
				t.Errorf("%v is no usage error", err)
			}
		})
	}
}

// TestAfterTheRun uses a clock whose loop is closed: it tells the time, and its timers can be stopped but not set. The
// run's end ends a task that sleeps.
func TestAfterTheRun(t *testing.T) {
	var c clockwork.Clock
	var timer clockwork.Timer
	err := aio.Run(func(co *aio.Co) error {
		c = clockworkclock.New(co)
		timer = c.NewTimer(time.Hour)
		aio.Go(co, "straggler", func(co *aio.Co) error {
			defer timer.Stop()
			c.Sleep(time.Hour)
			return nil
		})
		c.Sleep(time.Minute)
		return nil
	})
	if err != nil || c.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) != time.Minute || timer.Stop() {
		t.Errorf("%v; it is %v", err, c.Now())
	}
	for _, use := range []func(){func() { timer.Reset(time.Hour) }, func() { c.After(time.Hour) }} {
		if err := panicOf(use); !errors.Is(err, sim.ErrClosed) {
			t.Errorf("a timer of a closed loop: %v", err)
		}
	}
	if err := panicOf(func() { c.Sleep(time.Hour) }); !errors.As(err, new(*sim.UsageError)) {
		t.Errorf("a sleep outside of a run: %v", err)
	}
}

func panicOf(use func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	use()
	return nil
}
