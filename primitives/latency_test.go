package aio_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// slept returns how long a latency takes where the chooser says k, of how many.
func slept(t interface{ Fatal(...any) }, l aio.Latency, k func(n int) int) (d time.Duration, n int) {
	n = 1
	config := aio.Config{Choose: func(c *sim.Choice) int {
		if c.Kind != sim.Value || c.For != "latency" {
			return 0
		}
		n = c.N
		return k(n)
	}}
	err := aio.RunWith(config, func(co *aio.Co) error {
		err := l.Sleep(co)
		d = co.Now()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d, n
}

func least(int) int      { return 0 }
func greatest(n int) int { return n - 1 }

func TestLatencyIsOfItsRange(t *testing.T) {
	for _, test := range []struct {
		latency aio.Latency
		n       int
	}{
		{aio.Latency{}, 1},
		{aio.Latency{Min: time.Second, Max: time.Second}, 1},
		{aio.Latency{Min: time.Second, Max: time.Second + 1}, 2},
		{aio.Latency{Min: time.Millisecond, Max: 3 * time.Millisecond}, 2_000_001},
		{aio.Latency{Max: 1<<32 - 1}, 1 << 32},
		{aio.Latency{Max: 1 << 32}, 1 << 32},
		{aio.Latency{Max: math.MaxInt64}, 1 << 32},
	} {
		if d, n := slept(t, test.latency, least); d != test.latency.Min || n != test.n {
			t.Errorf("%v: the least of %d is %v", test.latency, n, d)
		}
		if d, _ := slept(t, test.latency, greatest); d != test.latency.Max {
			t.Errorf("%v: the greatest is %v", test.latency, d)
		}
	}
	err := aio.Run(func(co *aio.Co) error {
		err := aio.Latency{Min: time.Hour, Max: 2 * time.Hour}.Sleep(co)
		if co.Now() != time.Hour {
			t.Errorf("where nothing is explored it takes %v", co.Now())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestLatenciesOfARange: a greater choice is a longer latency, and each nanosecond of a short range has one.
func TestLatenciesOfARange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := aio.Latency{Min: time.Duration(rapid.Int64Range(0, math.MaxInt64).Draw(t, "min"))}
		l.Max = time.Duration(rapid.Int64Range(int64(l.Min), math.MaxInt64).Draw(t, "max"))
		k := 0
		d, n := slept(t, l, func(n int) int { k = rapid.IntRange(0, n-1).Draw(t, "k"); return k })
		if n == 1 {
			return
		}
		before, _ := slept(t, l, func(int) int { return max(0, k-1) })
		if d < l.Min || d > l.Max || k > 0 && d <= before || l.Max-l.Min < 1<<32 && d != l.Min+time.Duration(k) {
			t.Errorf("%v: %d of %d is %v, after %v", l, k, n, d, before)
		}
	})
}

func TestBadLatencies(t *testing.T) {
	for _, l := range []aio.Latency{{Min: -1}, {Min: -2, Max: -1}, {Min: 2, Max: 1}, {Min: 1}} {
		err := aio.Run(func(co *aio.Co) error { return l.Sleep(co) })
		var usage *sim.UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), `task "main" at 0s`) || !strings.Contains(err.Error(), l.Max.String()) {
			t.Errorf("%+v: %v", l, err)
		}
	}
}

// TestCancelledLatency ends at once.
func TestCancelledLatency(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		call := aio.Go(co, "call", func(co *aio.Co) error { return aio.Latency{Min: time.Hour, Max: time.Hour}.Sleep(co) })
		if err := aio.Sleep(co, time.Second); err != nil {
			return err
		}
		call.Cancel()
		if _, err := call.Await(co); !errors.Is(err, aio.ErrCancelled) || co.Now() != time.Second {
			t.Errorf("%v at %v", err, co.Now())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
