package explore_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// endless has tasks that never end: they come to switch points, to suspensions alone, or to values.
var endless = map[string]program{
	"switch points": func(co *aio.Co) error {
		var x aio.Shared[int]
		return together(co, times(2, func(co *aio.Co) error {
			for {
				aio.Add(co, &x, 1)
			}
		})...)
	},
	"a task alone": func(co *aio.Co) error {
		for {
			if err := aio.Sleep(co, time.Second); err != nil {
				return err
			}
		}
	},
	"what recovers": func(co *aio.Co) error {
		var x aio.Shared[int]
		return together(co, times(2, func(co *aio.Co) (err error) {
			defer func() {
				if value := recover(); value != nil {
					err = fmt.Errorf("it has recovered from %v", value)
				}
			}()
			for {
				aio.Add(co, &x, 1)
			}
		})...)
	},
	"values": func(co *aio.Co) error {
		for {
			co.Choose("value", 3)
		}
	},
}

// TestASearchEndsInASchedule: neither a cancelled context nor the time waits for the end of a schedule that has none.
func TestASearchEndsInASchedule(t *testing.T) {
	for name, main := range endless {
		for _, strategy := range []string{explore.Portfolio, explore.RandomWalk} {
			for _, stop := range []explore.Stop{explore.Cancelled, explore.Deadline} {
				before := runtime.NumGoroutine()
				ctx, cancel := context.WithCancel(context.Background())
				config := explore.Config{Strategy: strategy, Workers: 2, MaxSteps: 1 << 62}
				if stop == explore.Deadline {
					config.Time = 20 * time.Millisecond
				} else {
					time.AfterFunc(20*time.Millisecond, cancel)
				}
				began := time.Now()
				r, err := explore.Run(ctx, config, main)
				cancel()
				if err != nil || r.Stopped != stop || r.Schedules != 0 || r.First != nil || r.Distinct != 0 {
					t.Errorf("%s, %s: %+v, %v", name, strategy, *r, err)
				}
				if took := time.Since(began); took > 3*time.Second {
					t.Errorf("%s, %s: it took %v", name, strategy, took)
				}
				noMoreThan(t, before)
			}
		}
	}
}

// TestAFailureBesideAnEndlessScheduleCounts though the schedules before it are not all there.
func TestAFailureBesideAnEndlessScheduleCounts(t *testing.T) {
	for _, all := range []bool{false, true} {
		var runs atomic.Int32
		main := func(co *aio.Co) error {
			switch runs.Add(1) {
			case 3:
				return endless["switch points"](co)
			case 4:
				return errTorn
			}
			return nil
		}
		config := explore.Config{Strategy: explore.RandomWalk, Workers: 2, MaxSteps: 1 << 62, Time: 50 * time.Millisecond, All: all}
		want := explore.Failed
		if all {
			want = explore.Deadline
		}
		r := search(t, config, main)
		if r.Stopped != want || r.First == nil || r.Failures != 1 || r.Schedules != 3 {
			t.Fatalf("all %t: %+v", all, *r)
		}
		if n := r.First.Schedule; !errors.Is(r.First.Err, errTorn) || n != 3 && n != 4 {
			t.Errorf("all %t: schedule %d: %v", all, n, r.First.Err)
		}
	}
}

// TestAStepWithoutEndIsGivenUp: it neither chooses nor ends, so its goroutine is left behind.
func TestAStepWithoutEndIsGivenUp(t *testing.T) {
	t.Parallel()
	var release, left atomic.Bool
	main := func(co *aio.Co) error {
		defer left.Store(true)
		for !release.Load() {
			runtime.Gosched()
		}
		return aio.Sleep(co, 0)
	}
	began := time.Now()
	r := search(t, explore.Config{Workers: 2, Time: 20 * time.Millisecond}, main)
	if r.Stopped != explore.Deadline || r.Schedules != 0 || r.First != nil {
		t.Errorf("%+v", *r)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	for release.Store(true); !left.Load(); {
		time.Sleep(time.Millisecond)
	}
}

// TestBlockedIsFoundThoughTheTimeIsUp: a short time does not make a program that blocks one that is slow.
func TestBlockedIsFoundThoughTheTimeIsUp(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	r := search(t, explore.Config{Time: 20 * time.Millisecond}, func(*aio.Co) error {
		<-release
		return nil
	})
	if blocked := new(sim.BlockedError); r.First == nil || !errors.As(r.First.Err, &blocked) || r.Stopped != explore.Failed {
		t.Errorf("%+v", *r)
	}
}
