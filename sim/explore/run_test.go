package explore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// TestWhatWasRunBeforeTheEndCounts: a search that is cancelled in the middle of a batch counts the runs before, and
// tells of a failure among them.
func TestWhatWasRunBeforeTheEndCounts(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	runs := 0
	main := func(*aio.Co) error {
		switch runs++; runs {
		case 5:
			return errTorn
		case 7:
			cancel()
		}
		return nil
	}
	r, err := explore.Run(ctx, explore.Config{Workers: 1, Strategy: explore.RandomWalk, All: true}, main)
	if err != nil {
		t.Fatal(err)
	}
	if r.Stopped != explore.Cancelled || r.Schedules != 7 || r.Failures != 1 || !errors.Is(r.First.Err, errTorn) || r.First.Schedule != 5 {
		t.Errorf("%+v", *r)
	}
}

func TestTimeLimit(t *testing.T) {
	r, err := explore.Run(context.Background(), explore.Config{Time: time.Nanosecond, Strategy: explore.RandomWalk},
		func(*aio.Co) error { return nil })
	if err != nil || r.Stopped != explore.Deadline {
		t.Errorf("%+v, %v", *r, err)
	}
}
