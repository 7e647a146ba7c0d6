package explore_test

import (
	"context"
	"errors"
	"strings"
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

// TestTimeAloneLiftsTheDefaultOfSchedules: who gives a time wants it used; a number of schedules counts beside it.
func TestTimeAloneLiftsTheDefaultOfSchedules(t *testing.T) {
	for _, test := range []struct {
		schedules int
		want      explore.Stop
	}{{0, explore.Cancelled}, {20_000, explore.Budget}} {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		config := explore.Config{Strategy: explore.RandomWalk, Time: time.Hour, Schedules: test.schedules}
		config.Progress = func(p explore.Progress) {
			if p.Left <= 0 && !p.Done || p.Left > time.Hour {
				t.Errorf("%+v", p)
			}
			if p.Schedules > 20_000 {
				cancel()
			}
		}
		r, err := explore.Run(ctx, config, func(co *aio.Co) error {
			co.Choose("value", 1<<30) // something new comes again and again
			return nil
		})
		if err != nil || r.Stopped != test.want {
			t.Errorf("%d schedules: %s, %v", test.schedules, r.Text(), err)
		}
	}
}

// TestWhyTheContextEndedIsTold: a deadline is no cancellation, and who gave the context may have said why it ends.
func TestWhyTheContextEndedIsTold(t *testing.T) {
	past := time.Now().Add(-time.Hour)
	why := errors.New("the day is over")
	plain, cancel := context.WithDeadline(context.Background(), past)
	defer cancel()
	with, cancelWith := context.WithDeadlineCause(context.Background(), past, why)
	defer cancelWith()
	cancelled, cancelIt := context.WithCancelCause(context.Background())
	cancelIt(why)
	for _, test := range []struct {
		name string
		ctx  context.Context
		stop explore.Stop
		want string
	}{
		{"a deadline", plain, explore.Deadline, "none fails: the time is up (stopped: deadline)"},
		{"a deadline with a cause", with, explore.Deadline, "none fails: the day is over (stopped: deadline)"},
		{"a cause", cancelled, explore.Cancelled, "none fails: the search was cancelled: the day is over (stopped: cancelled)"},
	} {
		r, err := explore.Run(test.ctx, explore.Config{}, func(*aio.Co) error { return nil })
		if err != nil || r.Stopped != test.stop || !strings.HasSuffix(r.Text(), test.want) {
			t.Errorf("%s: %s, %v", test.name, r.Text(), err)
		}
	}
}

func TestTimeLimit(t *testing.T) {
	r, err := explore.Run(context.Background(), explore.Config{Time: time.Nanosecond, Strategy: explore.RandomWalk},
		func(*aio.Co) error { return nil })
	if err != nil || r.Stopped != explore.Deadline {
		t.Errorf("%+v, %v", *r, err)
	}
}
