package simtest

import (
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
)

// checked is a test that rapid checks a property in, as its user's are, and whose failure is not ours.
type checked struct {
	fake
	log []string
}

func (c *checked) Logf(format string, args ...any) {
	c.log = append(c.log, fmt.Sprintf(format, args...))
}
func (c *checked) Log(args ...any) { c.log = append(c.log, fmt.Sprint(args...)) }
func (c *checked) Failed() bool    { return len(c.errors) > 0 }

// switches returns how many switches the log says that the order has, or -1.
func (c *checked) switches() int {
	for _, line := range c.log {
		if _, list, ok := strings.Cut(line, "[rapid] draw switches: "); ok {
			return strings.Count(list, "After:")
		}
	}
	return -1
}

// rapidly has rapid check the property, 3000 times at most.
func rapidly(t *testing.T, property func(rt *rapid.T)) *checked {
	t.Helper()
	t.Chdir(t.TempDir()) // rapid keeps what fails
	for name, value := range map[string]string{"rapid.checks": "3000", "rapid.seed": "1"} {
		f := flag.Lookup(name)
		before := f.Value.String()
		if err := f.Value.Set(value); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Value.Set(before) }()
	}
	c := new(checked)
	done := make(chan struct{})
	go func() {
		defer close(done)
		rapid.Check(c, property)
	}()
	<-done
	return c
}

func lookup(t testing.TB, name string) func(co *aio.Co) error {
	t.Helper()
	s, ok := scenarios.All().Lookup(name)
	if !ok {
		t.Fatalf("no scenario %s", name)
	}
	return s.Main
}

// TestRapidFindsAndShrinks bugs of the literature: what rapid ends with has as few switches as can be.
func TestRapidFindsAndShrinks(t *testing.T) {
	for _, test := range []struct {
		name, says string
		switches   int
	}{
		{"sct/reorder", "reorder: one write was seen without the other", 1},
		{"sct/deadlock01", "deadlock", 1},
		{"sct/twostage", "twostage: the second stage is missing", 1},
		{"sct/bluetooth", "bluetooth: the driver was used after it was stopped", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			main := lookup(t, test.name)
			c := rapidly(t, func(rt *rapid.T) { Rapid(rt, main) })
			if len(c.errors) == 0 || !strings.Contains(c.errors[0], test.says) {
				t.Fatalf("rapid found %q", c.errors)
			}
			if log := strings.Join(c.log, "\n"); strings.Count(log, "\nthis run: ") != 1 || !strings.Contains(log, "\n  time  ") ||
				!strings.Contains(log, " runs ahead of ") {
				t.Errorf("the run is not told once: %s", log)
			}
			if got := c.switches(); got != test.switches {
				t.Errorf("%d switches, want %d: %q", got, test.switches, c.log)
			}
		})
	}
}

func TestRapidOfAProgramThatHolds(t *testing.T) {
	if c := rapidly(t, func(rt *rapid.T) { Rapid(rt, safeUpdate) }); len(c.errors) > 0 {
		t.Errorf("rapid found %q", c.errors)
	}
}

// TestRapidShrinksWhatThePropertyDraws along with the order.
func TestRapidShrinksWhatThePropertyDraws(t *testing.T) {
	c := rapidly(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 1000).Draw(rt, "amount")
		Rapid(rt, func(co *aio.Co) error {
			if m := co.Choose("more", 1000); n < 77 || m < 88 || rapid.Bool().Draw(rt, "luck") {
				return nil
			}
			return errors.New("too much")
		})
	})
	if len(c.errors) == 0 || !strings.Contains(c.errors[0], "too much") {
		t.Fatalf("rapid found %q", c.errors)
	}
	log := strings.Join(c.log, "\n")
	for _, want := range []string{"draw amount: 77", "draw more: 88", "draw luck: false"} {
		if !strings.Contains(log, want) {
			t.Errorf("there is no %q in %s", want, log)
		}
	}
	if got := c.switches(); got != 0 {
		t.Errorf("%d switches: %s", got, log)
	}
}
