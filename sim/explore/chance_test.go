package explore_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// sampling is the strategies that draw values at random.
var sampling = []string{
	explore.Portfolio, explore.RandomWalk, explore.PCT, explore.POS, explore.URW, explore.SURW,
}

// TestBoundsAndTiesOfLatencies: what needs a latency at its least or its greatest, or two that end together, is found,
// though each of a million latencies is as likely as a value drawn uniformly.
func TestBoundsAndTiesOfLatencies(t *testing.T) {
	const from, to = time.Millisecond, 2 * time.Millisecond
	wait := func(co *aio.Co) (time.Duration, error) {
		err := aio.Latency{Min: from, Max: to}.Sleep(co)
		return co.Now(), err
	}
	// ends returns when two latencies end, the second of which begins later.
	ends := func(later time.Duration, wrong func(a, b time.Duration) bool) program {
		return func(co *aio.Co) error {
			var ended [2]time.Duration
			each := func(i int, after time.Duration) func(co *aio.Co) error {
				return func(co *aio.Co) (err error) {
					if err = aio.Sleep(co, after); err == nil {
						ended[i], err = wait(co)
					}
					return err
				}
			}
			if err := together(co, each(0, 0), each(1, later)); err != nil {
				return err
			}
			if wrong(ended[0], ended[1]) {
				return errTorn
			}
			return nil
		}
	}
	for name, p := range map[string]program{
		"the least":            ends(0, func(a, b time.Duration) bool { return a != from && b == from }),
		"the greatest":         ends(0, func(a, b time.Duration) bool { return a != to && b == to }),
		"both bounds":          ends(0, func(a, b time.Duration) bool { return a == to && b == from }),
		"a tie":                ends(0, func(a, b time.Duration) bool { return a == b && a != from && a != to }),
		"a tie of a later one": ends(time.Microsecond, func(a, b time.Duration) bool { return a == b && a != from && a != to }),
		"a tie with a deadline": func(co *aio.Co) error {
			err := aio.Timeout(co, 1234567*time.Nanosecond, func(*aio.TimeoutScope) error {
				_, err := wait(co)
				return err
			})
			if err == nil && co.Now() == 1234567 {
				return errTorn
			}
			return nil
		},
		"no bound and no tie": ends(0, func(a, b time.Duration) bool { return a > from && a < b && b < to }),
	} {
		for _, strategy := range sampling {
			for seed := range uint64(3) {
				config := explore.Config{Strategy: strategy, Seed: seed, Schedules: 1000}
				if r := search(t, config, p); r.Stopped != explore.Failed {
					t.Errorf("%s, %s, seed %d: %s after %d schedules", name, strategy, seed, r.Stopped, r.Schedules)
				}
			}
		}
	}
}

// TestValuesAreExact: up to 64 values are equally likely; of more the first is every fourth, the last every eighth.
func TestValuesAreExact(t *testing.T) {
	for _, strategy := range []string{explore.RandomWalk, explore.PCT, explore.POS, explore.URW, explore.SURW} {
		for _, test := range []struct {
			n, value int
			p        float64
		}{
			{3, 0, 1. / 3}, {64, 0, 1. / 64}, {64, 63, 1. / 64},
			{1 << 20, 0, 1. / 4}, {1 << 20, 1<<20 - 1, 1. / 8}, {1 << 20, 12345, 0}, {1 << 32, 1<<32 - 1, 1. / 8},
		} {
			const schedules = 4000
			r := search(t, explore.Config{Strategy: strategy, Schedules: schedules, All: true}, func(co *aio.Co) error {
				if co.Choose("value", test.n) == test.value {
					return errTorn
				}
				return nil
			})
			p := float64(r.Failures) / schedules
			if within := 3.3*math.Sqrt(test.p*(1-test.p)/schedules) + 4./schedules; math.Abs(p-test.p) > within {
				t.Errorf("%s: %d of %d with probability %.4f, want %.4f", strategy, test.value, test.n, p, test.p)
			}
		}
	}
}

// TestRandomBitsAreUniform: the bits of co.Rand have no favourites, however wide the choice is that they are.
func TestRandomBitsAreUniform(t *testing.T) {
	r := search(t, explore.Config{Strategy: explore.RandomWalk, Schedules: 1000, All: true}, func(co *aio.Co) error {
		if high := co.Rand().Uint64() >> 32; high == 0 || high == math.MaxUint32 {
			return errTorn
		}
		return nil
	})
	if r.Failures > 0 {
		t.Errorf("%d of %d", r.Failures, r.Schedules)
	}
}

// TestEarlierValuesThatDoNotFit are not repeated: the choices of a run have different ranges.
func TestEarlierValuesThatDoNotFit(t *testing.T) {
	search(t, explore.Config{Strategy: explore.RandomWalk, Schedules: 2000}, func(co *aio.Co) error {
		for _, n := range []int{1 << 32, 100, 65, 1 << 20, 70} {
			if v := co.Choose("value", n); v < 0 || v >= n {
				return fmt.Errorf("%d of %d", v, n)
			}
			if err := aio.Sleep(co, time.Second); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestGreatestOfAllValuesIsTried also by the exhaustive search, which tries a few of them.
func TestGreatestOfAllValuesIsTried(t *testing.T) {
	for _, n := range []int{257, 258, 259, 1 << 20, 1_000_001, 1 << 32} {
		r := search(t, explore.Config{Strategy: explore.Exhaustive, Schedules: 4}, func(co *aio.Co) error {
			if co.Choose("value", n) == n-1 {
				return errTorn
			}
			return nil
		})
		if r.First == nil || !errors.Is(r.First.Err, errTorn) {
			t.Errorf("%d values: %s", n, r.Text())
		}
	}
}
