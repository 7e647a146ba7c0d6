package k8sclock_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/utils/clock"

	"github.com/asyncsim/asyncsim/clock/k8sclock"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// cache is existing code: it knows k8s.io/utils/clock, and nothing of asyncsim.
type cache struct {
	c       clock.PassiveClock
	ttl     time.Duration
	entries map[string]entry
}

type entry struct {
	value string
	since time.Time
}

func (m *cache) put(key, value string) { m.entries[key] = entry{value, m.c.Now()} }

func (m *cache) get(key string) (value string, ok bool) {
	e, ok := m.entries[key]
	return e.value, ok && m.c.Since(e.since) < m.ttl
}

func Example() {
	_ = aio.Run(func(co *aio.Co) error {
		m := &cache{k8sclock.New(co), time.Hour, map[string]entry{}}
		m.put("answer", "42")
		for range 3 {
			value, ok := m.get("answer")
			co.Printf("%v: %q %v\n", co.Now(), value, ok)
			if err := aio.Sleep(co, 40*time.Minute); err != nil {
				return err
			}
		}
		return nil
	})
	// Output:
	// 0s: "42" true
	// 40m0s: "42" true
	// 1h20m0s: "42" false
}

// What would be a select over timers is an aio.Select.
func ExampleNew() {
	_ = aio.Run(func(co *aio.Co) error {
		c := k8sclock.New(co)
		begin := c.Now()
		ticker, enough := c.NewTicker(time.Hour), c.NewTimer(150*time.Minute)
		defer ticker.Stop()
		c.AfterFunc(90*time.Minute, func() { fmt.Println("a task of its own, after", c.Since(begin)) })
		for {
			var at time.Time
			chosen, _, err := aio.Select(co, aio.From(ticker.C(), &at), aio.From(enough.C(), nil))
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
	result, err := explore.Run(t.Context(), explore.Config{Schedules: 100}, func(co *aio.Co) error {
		c := k8sclock.New(co)
		order := ""
		c.AfterFunc(time.Second, func() { order += "a" })
		c.AfterFunc(time.Second, func() { order += "b" })
		c.Sleep(2 * time.Second)
		mu.Lock()
		defer mu.Unlock()
		orders[order]++
		return nil
	})
	if err != nil || result.First != nil || orders["ab"] == 0 || orders["ba"] == 0 {
		t.Errorf("%v, %v; the orders are %v", err, result.First, orders)
	}
}

// TestTick has a channel that ticks, and none for no interval, as the package time has it.
func TestTick(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		c := k8sclock.New(co)
		if c.Tick(0) != nil || c.Tick(-1) != nil {
			t.Error("it ticks without an interval")
		}
		ticks := c.Tick(time.Hour)
		for range 24 {
			if _, _, err := aio.Recv(co, ticks); err != nil {
				return err
			}
		}
		if now := co.Now(); now != 24*time.Hour {
			t.Errorf("24 ticks took %v", now)
		}
		return nil
	})
	if err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// TestPlainReceive is one that nothing can end: the loop, and with it the timer, waits for the task.
func TestPlainReceive(t *testing.T) {
	err := aio.RunWith(aio.Config{Watchdog: 50 * time.Millisecond}, func(co *aio.Co) error {
		<-k8sclock.New(co).After(time.Second)
		return nil
	})
	if !errors.As(err, new(*sim.BlockedError)) || !strings.Contains(err.Error(), "aio.Recv") {
		t.Errorf("it ended with %v", err)
	}
}

// TestMisuse ends runs, and the errors say why.
func TestMisuse(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(co *aio.Co, c clock.WithTickerAndDelayedExecution)
		says string
	}{
		{"no loop", func(*aio.Co, clock.WithTickerAndDelayedExecution) { k8sclock.New(nil) }, "new clock: the co or loop"},
		{"a sleep in a callback", func(co *aio.Co, c clock.WithTickerAndDelayedExecution) {
			co.Loop().CallSoon("thief", func() { c.Sleep(time.Second) })
			_ = aio.Sleep(co, time.Second)
		}, `sleep 1s in callback "thief" at 0s: no task runs`},
		{"a ticker of no time", func(_ *aio.Co, c clock.WithTickerAndDelayedExecution) { c.NewTicker(0) }, "NewTicker 0s"},
		{"no function", func(_ *aio.Co, c clock.WithTickerAndDelayedExecution) { c.AfterFunc(1, nil) }, "AfterFunc 1ns"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := aio.Run(func(co *aio.Co) error { test.do(co, k8sclock.New(co)); return nil })
			if !errors.As(err, new(*sim.UsageError)) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("it ended with %v", err)
			}
		})
	}
}
