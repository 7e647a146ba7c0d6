package scenarios_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
	"github.com/asyncsim/asyncsim/sim/simtest"
)

// lived runs a scenario and returns what it prints and when it ends.
func lived(t *testing.T, name string, c aio.Config) (output string, ended time.Duration) {
	t.Helper()
	s, ok := scenarios.All().Lookup(name)
	if !ok {
		t.Fatalf("no scenario %s", name)
	}
	var text bytes.Buffer
	c.Output = &text
	r, err := aio.NewRunner(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Run(s.Main); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	return text.String(), r.Loop().Now()
}

const year = 366 * 24 * time.Hour

// TestAYear of each takes well below a second, or some under the race detector, and is the same each time.
func TestAYear(t *testing.T) {
	for _, test := range []struct {
		name, output string
		ended        time.Duration
	}{
		{"clock/cache", "there were rates on each of 366 days\n", year + 12*time.Hour},
		{"clock/cron", "mail was fetched 8732 times and skipped 52 times, 366 backups, 12 reports\n", year},
		{"clock/rate_limiter", "103398 pages: slow 17234, fast 34464, fastest 51700\n", year + 15*time.Minute},
		{"clock/retry", "104177 calls succeeded, 1262 failed; the longest wait for one was 48h7m25.629852254s\n",
			year + 90*time.Second + 128_511_266},
	} {
		t.Run(test.name, func(t *testing.T) {
			begin := time.Now()
			for range 3 {
				output, ended := lived(t, test.name, aio.Config{})
				if output != test.output || ended != test.ended {
					t.Errorf("at %v it had printed %q, want %q at %v", ended, output, test.output, test.ended)
				}
			}
			took := time.Since(begin) / 3
			t.Logf("a year takes %v", took)
			if took > 10*time.Second {
				t.Errorf("a year takes %v", took)
			}
		})
	}
}

// TestClocksInOtherOrders: the programs without a bug hold whatever the order, and so do those numbers that do not
// depend on it; so does the retry whatever the jitter.
func TestClocksInOtherOrders(t *testing.T) {
	for seed := range uint64(2) {
		random := rand.New(rand.NewPCG(3, seed))
		config := func() aio.Config {
			return aio.Config{Log: io.Discard, Seed: seed + 1, Choose: func(c *sim.Choice) int { return random.IntN(c.N) }}
		}
		if got, _ := lived(t, "clock/cron", config()); !strings.HasPrefix(got, "mail was fetched 8732 times") {
			t.Error(got)
		}
		if got, _ := lived(t, "clock/rate_limiter", config()); !strings.HasPrefix(got, "103398 pages") {
			t.Error(got)
		}
		got, _ := lived(t, "clock/retry", aio.Config{Seed: seed + 1})
		if !strings.HasSuffix(got, "s\n") || strings.Contains(got, "48h7m25.6") {
			t.Errorf("another seed gives the same jitter: %s", got)
		}
	}
}

// cacheFor is clock/cache with other arguments.
func cacheFor(t *testing.T, days, fixed int) func(co *aio.Co) error {
	t.Helper()
	s, _ := scenarios.All().Lookup("clock/cache")
	s, err := s.With(scenarios.Args{"days": days, "fixed": fixed})
	if err != nil {
		t.Fatal(err)
	}
	return s.Main
}

// TestCacheLosesAnEntry: the bug is found in a year of refreshes, shrunk to the one pair of timers whose order matters,
// and made again by its token; nothing but the order of simultaneous timers is needed. The cache that looks whose entry
// it deletes holds in every order.
func TestCacheLosesAnEntry(t *testing.T) {
	for _, config := range []explore.Config{{}, {Strict: true}, {Strategy: explore.RandomWalk, Seed: 5}} {
		main := cacheFor(t, 366, 0)
		r, err := explore.Run(t.Context(), config, main)
		if err != nil || r.First == nil {
			t.Fatalf("%+v: it is not found: %v", config, err)
		}
		report, err := explore.Explain(t.Context(), config, r.First, main)
		if err != nil {
			t.Fatal(err)
		}
		if report.Switches != 1 {
			t.Errorf("%+v: it is not shrunk to one switch:\n%s", config, report.Text(""))
		}
		again, err := explore.Replay(config, report.Token, main)
		if err != nil || again.Err == nil || len(again.Misfits) > 0 || again.Err.Error() != `at noon of 2000-01-02 the rates are ""` {
			t.Errorf("%+v: %s is replayed as %+v, %v", config, report.Token, again, err)
		}
	}
	r, err := explore.Run(t.Context(), explore.Config{}, cacheFor(t, 2, 1))
	if err != nil || r.Failures > 0 || r.Stopped != explore.Exhausted {
		t.Errorf("without the bug: %+v, %v", r, err)
	}
}

func TestGoldenTraceOfTheCache(t *testing.T) {
	simtest.Golden(t, "../testdata/clock/cache.txt", cacheFor(t, 2, 0))
}
