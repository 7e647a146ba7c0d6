package explore_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// TestEagerTaskAtASwitchPoint: its creator goes on, whatever the chooser says, and may change what is ready meanwhile.
func TestEagerTaskAtASwitchPoint(t *testing.T) {
	r := search(t, explore.Config{Strategy: explore.RandomWalk, Schedules: 2000}, func(co *aio.Co) error {
		var m aio.Mutex
		var x aio.Shared[int]
		locked := func(co *aio.Co) error {
			x.Load(co)
			return m.With(co, func() error { return nil })
		}
		return together(co, locked, locked, func(co *aio.Co) error {
			eager := aio.NewTask(co, aio.TaskConfig{Name: "eager", Eager: true}, func(co *aio.Co) (int, error) {
				return x.Load(co) + x.Load(co), nil
			})
			if err := m.With(co, func() error { return aio.Sleep(co, time.Second) }); err != nil {
				return err
			}
			_, err := eager.Await(co)
			return err
		})
	})
	if r.First != nil {
		t.Error(r.First.Err)
	}
}

// TestMendedLeak: a run in which a task gives in to its cancellation has not failed, also where it is replayed.
func TestMendedLeak(t *testing.T) {
	leaks := true
	main := func(co *aio.Co) error {
		open := 0
		task := aio.Go(co, "task", func(co *aio.Co) error {
			open++
			if err := aio.Sleep(co, time.Second); err != nil && leaks {
				return err
			} else if err != nil {
				open--
				return err
			}
			open--
			return nil
		})
		_, err := task.Await(co)
		if open > 0 {
			return errors.New("leaked")
		}
		return err
	}
	config := explore.Config{Cancel: true, Workers: 1}
	r := search(t, config, main)
	if r.First == nil {
		t.Fatal(r.Text())
	}
	report, err := explore.Explain(t.Context(), config, r.First, main)
	if err != nil {
		t.Fatal(err)
	}
	leaks = false
	if again, err := explore.Replay(config, report.Token, main); err != nil || again.Err != nil {
		t.Errorf("%v, %v", err, again.Err)
	}
}

// TestTimersOfOneTask have no order among each other: every strategy that samples finds all, and they are traces of their own.
func TestTimersOfOneTask(t *testing.T) {
	for _, strategy := range []string{explore.RandomWalk, explore.POS, explore.PCT, explore.URW, explore.SURW, explore.Portfolio} {
		orders := map[string]int{}
		r := search(t, explore.Config{Strategy: strategy, Schedules: 3000, All: true, Workers: 1}, func(co *aio.Co) error {
			order := ""
			for i := range 4 {
				co.Loop().CallLater(fmt.Sprint("callback ", i), time.Second, func() { order += fmt.Sprint(i) })
			}
			err := aio.Sleep(co, 2*time.Second)
			orders[order]++
			return err
		})
		if len(orders) != 24 || r.Distinct < 24 {
			t.Errorf("%s comes to %d orders of 24, %d traces", strategy, len(orders), r.Distinct)
		}
	}
}

// TestNotSaturatedByPlainMemory: where tasks share what is no object, runs of one trace may differ.
func TestNotSaturatedByPlainMemory(t *testing.T) {
	for seed := range uint64(5) {
		r := search(t, explore.Config{Seed: seed}, func(co *aio.Co) error {
			var x aio.Shared[int]
			order := ""
			var bodies []program
			for i := range 8 {
				bodies = append(bodies, func(co *aio.Co) error {
					x.Load(co)
					order += fmt.Sprint(i)
					return nil
				})
			}
			if err := together(co, bodies...); err != nil || !strings.HasPrefix(order, "753") {
				return err
			}
			return errWrong
		})
		if r.First == nil {
			t.Errorf("seed %d: %s", seed, r.Text())
		}
	}
}

// TestCancelledBeforeAMutexAgain: a task that could have had a mutex, and waits again, may be cancelled there too.
func TestCancelledBeforeAMutexAgain(t *testing.T) {
	var mutex sync.Mutex
	cancelled := false
	search(t, explore.Config{Cancel: true, Strategy: explore.Exhaustive, All: true}, func(co *aio.Co) error {
		var m aio.Mutex
		return together(co, func(co *aio.Co) error {
			if err := m.Lock(co); err != nil {
				return err
			}
			b := aio.Go(co, "b", func(co *aio.Co) error { return m.With(co, func() error { return nil }) })
			if err := m.Unlock(co); err != nil {
				return err
			}
			if err := m.Lock(co); err != nil {
				mutex.Lock()
				cancelled = true
				mutex.Unlock()
				return err
			}
			if err := m.Unlock(co); err != nil {
				return err
			}
			_, err := b.Await(co)
			return err
		})
	})
	if !cancelled {
		t.Error("it never was")
	}
}

// TestSelfCancelledBeforeAMutex: the cancellation is not lost where another task takes the mutex first.
func TestSelfCancelledBeforeAMutex(t *testing.T) {
	r := search(t, explore.Config{Strategy: explore.Exhaustive}, func(co *aio.Co) error {
		var m aio.Mutex
		var x aio.Shared[int]
		holder := aio.Go(co, "holder", m.Lock)
		a := aio.Go(co, "a", func(co *aio.Co) error {
			x.Load(co)
			aio.CurrentTask(co).Cancel()
			return m.Lock(co)
		})
		_, held := holder.Await(co)
		if _, err := a.Await(co); err != nil && !errors.Is(err, aio.ErrCancelled) {
			return err
		}
		if errors.Is(held, aio.ErrCancelled) {
			return held
		}
		return nil
	})
	var deadlock interface{ Error() string }
	if r.First != nil && errors.As(r.First.Err, &deadlock) && strings.Contains(r.First.Err.Error(), `task "a"`) {
		t.Error(r.First.Err)
	}
}

// TestChoiceOfTooMany: what a token cannot hold is refused.
func TestChoiceOfTooMany(t *testing.T) {
	r := search(t, explore.Config{}, func(co *aio.Co) error {
		co.Choose("v", 1<<32+1)
		return nil
	})
	if r.First == nil || !strings.Contains(r.First.Err.Error(), "1 to 4294967296 possibilities") {
		t.Errorf("%+v", r.First)
	}
}

// TestManyValuesAreSaturated: they are too many to try them all, but in the end none is new.
func TestManyValuesAreSaturated(t *testing.T) {
	r := search(t, explore.Config{}, func(co *aio.Co) error {
		co.Choose("v", 300)
		return nil
	})
	if r.Stopped != explore.Saturated || r.Distinct != 300 {
		t.Error(r.Text())
	}
}
