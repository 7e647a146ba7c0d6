package sim_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

func TestAbsurdConfigurations(t *testing.T) {
	closed := sim.NewPool()
	closed.Close()
	date := func(year int) time.Time { return time.Date(year, time.June, 1, 0, 0, 0, 0, time.UTC) }
	tests := []struct {
		config sim.Config
		field  string // "" is a configuration that is not absurd
		value  string
	}{
		{sim.Config{}, "", ""},
		{sim.Config{MaxSteps: -1}, "MaxSteps", "-1"},
		{sim.Config{MaxSteps: math.MinInt64}, "MaxSteps", "-9223372036854775808"},
		{sim.Config{MaxSteps: math.MaxInt64}, "", ""},
		{sim.Config{MaxTime: -time.Second}, "MaxTime", "-1s"},
		{sim.Config{MaxTime: math.MaxInt64}, "", ""},
		{sim.Config{Pool: closed}, "Pool", "closed pool"},
		{sim.Config{Start: date(-1)}, "Start", "-0001-06-01 00:00:00 +0000 UTC"},
		{sim.Config{Start: date(0)}, "Start", "0000-06-01 00:00:00 +0000 UTC"},
		{sim.Config{Start: date(1)}, "", ""},
		{sim.Config{Start: date(9699)}, "", ""},
		{sim.Config{Start: date(9700)}, "Start", "9700-06-01 00:00:00 +0000 UTC"},
		{sim.Config{Start: time.Unix(math.MaxInt64, 0)}, "Start", time.Unix(math.MaxInt64, 0).String()},
		{sim.Config{Watchdog: -1}, "", ""},
		{sim.Config{Watchdog: 1}, "", ""},
		{sim.Config{Watchdog: math.MaxInt64}, "", ""},
	}
	for _, test := range tests {
		l, err := sim.NewLoop(test.config)
		if test.field == "" {
			if err != nil {
				t.Errorf("%+v: %v", test.config, err)
				continue
			}
			l.CallSoon("stop", l.Stop)
			run(t, l)
			continue
		}
		var config *sim.ConfigError
		if !errors.As(err, &config) {
			t.Errorf("%+v: %v, want a *ConfigError", test.config, err)
			continue
		}
		want(t, "the field", config.Field, test.field)
		want(t, "the value", config.Value, test.value)
		want(t, "the loop", l == nil, true)
	}
}

func TestDate(t *testing.T) {
	zone := time.FixedZone("zone", 3600)
	tests := []struct {
		start, want time.Time
	}{
		{time.Time{}, time.Date(2000, time.January, 1, 0, 0, 1, 0, time.UTC)},
		{time.Date(9699, time.December, 31, 0, 0, 0, 0, zone), time.Date(9699, time.December, 31, 0, 0, 1, 0, zone)},
	}
	for _, test := range tests {
		l := open(t, sim.Config{Start: test.start})
		l.CallLater("", time.Second, func() {})
		drain(t, l)
		want(t, "the date", l.Date().Format(time.RFC3339), test.want.Format(time.RFC3339))
	}
	// All of virtual time can be written.
	l := open(t, sim.Config{Start: time.Date(9699, time.December, 31, 23, 59, 59, 0, time.UTC)})
	l.CallAt("", math.MaxInt64, func() {})
	drain(t, l)
	if _, err := l.Date().MarshalText(); err != nil {
		t.Error(err)
	}
	// A start that was read off the machine's clock has a monotonic reading, which virtual time must not have.
	l = open(t, sim.Config{Start: time.Now()})
	want(t, "the date without a monotonic reading", l.Date() == l.Date().Round(0), true)
}
