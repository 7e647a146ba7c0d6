package scenarios_test

import (
	"flag"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
	"github.com/asyncsim/asyncsim/sim/trace"
)

var realTime = flag.Bool("wallclock", false, "run the tutorial in real time, and measure for long how late it is")

// TestTutorialOnTheWallClock: what a program prints, and its trace too, is the same in virtual time and on the wall
// clock.
func TestTutorialOnTheWallClock(t *testing.T) {
	speed := 50.0
	if *realTime {
		speed = 1
	}
	each(t, func(t *testing.T, s scenarios.Scenario) {
		t.Parallel()
		observed := func(speed float64) (output, events string, took time.Duration) {
			var r trace.Recorder
			var out, text strings.Builder
			begin := time.Now()
			run(t, s, aio.Config{Speed: speed, Output: &out, Trace: r.Record})
			took = time.Since(begin)
			if err := r.WriteText(&text); err != nil {
				t.Fatal(err)
			}
			for _, e := range r.Events() {
				if real := time.Duration(float64(e.Time) / max(speed, 1)); speed > 0 && real > took {
					t.Errorf("the run took %v, before %v were over", took, real)
				}
			}
			return out.String(), text.String(), took
		}
		output, events, _ := observed(0)
		again, eventsAgain, took := observed(speed)
		if diff := cmp.Diff(output, again) + cmp.Diff(events, eventsAgain); diff != "" {
			t.Errorf("- virtual time, + wall clock:\n%s", diff)
		}
		t.Logf("it took %v", took)
	})
}

// TestDrift measures by how much a loop on the wall clock is late. How late it is at most, in the longer run of the
// flag, is a matter of the machine; that it is not later at the end than in between is ours.
func TestDrift(t *testing.T) {
	const tick = 20 * time.Millisecond
	bound := time.Second // for a machine that has other things to do
	lasts := map[float64]time.Duration{1: 200 * time.Millisecond, 10: 2 * time.Second}
	if *realTime {
		bound = 5 * time.Millisecond
		lasts = map[float64]time.Duration{1: 5 * time.Second, 10: time.Minute}
	}
	for speed, d := range lasts {
		var most, last time.Duration
		begin := time.Now()
		err := aio.RunWith(aio.Config{Speed: speed, Output: io.Discard}, func(co *aio.Co) error {
			for co.Now() < d {
				if err := aio.Sleep(co, tick); err != nil {
					return err
				}
				last = time.Since(begin) - time.Duration(float64(co.Now())/speed)
				most = max(most, last)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v at %vx: %v late at the end, %v at most", d, speed, last, most)
		if last > bound || last < 0 {
			t.Errorf("at %vx the loop is %v late after %v", speed, last, d)
		}
	}
}
