package explore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// leavesNone fails the test if there are more goroutines after the function than before.
func leavesNone(t *testing.T, what string, function func()) {
	t.Helper()
	before := runtime.NumGoroutine()
	function()
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i == 100 {
			buf := make([]byte, 1<<16)
			t.Fatalf("%s: %d goroutines, %d before\n%s", what, runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
		time.Sleep(10 * time.Millisecond) // a goroutine ends a little behind its last statement
	}
}

// stuck deadlocks in every order, with tasks that wait, sleep and have not begun.
func stuck(co *aio.Co) error {
	never := aio.NewEvent("never")
	var tasks []*aio.Task[aio.None]
	for i := range 3 {
		tasks = append(tasks, aio.Go(co, "waits", func(co *aio.Co) error {
			if err := aio.Sleep(co, time.Duration(i)*time.Second); err != nil {
				return err
			}
			return never.Wait(co)
		}))
	}
	return all(co, tasks...)
}

// abandons fails at once, and leaves tasks that are asleep, wait and have not begun.
func abandons(co *aio.Co) error {
	for range 3 {
		aio.Go(co, "sleeps", func(co *aio.Co) error { return aio.Sleep(co, time.Hour) })
	}
	if err := aio.Sleep(co, 0); err != nil {
		return err
	}
	aio.Go(co, "late", func(co *aio.Co) error { return nil })
	return errMixed
}

// holds succeeds in every order, of which there are very many.
func holds(co *aio.Co) error {
	x := aio.NewShared("x", 0)
	var tasks []*aio.Task[aio.None]
	for range 6 {
		tasks = append(tasks, aio.Go(co, "adds", func(co *aio.Co) error {
			for range 6 {
				aio.Add(co, x, 1)
			}
			return nil
		}))
	}
	return all(co, tasks...)
}

// panics panics in one of its tasks.
func panics(co *aio.Co) error {
	return all(co, aio.Go(co, "sleeps", func(co *aio.Co) error { return aio.Sleep(co, time.Hour) }),
		aio.Go(co, "panics", func(co *aio.Co) error { panic("no") }))
}

// TestSearchesLeaveNoGoroutine, however they end.
func TestSearchesLeaveNoGoroutine(t *testing.T) {
	programs := map[string]func(co *aio.Co) error{
		"holds": holds, "stuck": stuck, "abandons": abandons, "panics": panics, "pairs": pairs,
	}
	for _, strategy := range append(Strategies(), PCT+"-3") {
		for name, main := range programs {
			for _, workers := range []int{1, 4} {
				what := fmt.Sprintf("%s of %s, %d workers", strategy, name, workers)
				config := Config{Strategy: strategy, Workers: workers, Schedules: 60, Seed: 1, All: true}
				leavesNone(t, what, func() {
					ends(t, config, main, 0, Budget, Exhausted)
					config.All = false
					ends(t, config, main, 0, Failed, Budget, Exhausted)
				})
			}
		}
	}
}

// TestInterruptedSearchesLeaveNoGoroutine: a search ends soon after its deadline, and after it is cancelled.
func TestInterruptedSearchesLeaveNoGoroutine(t *testing.T) {
	for _, strategy := range Strategies() {
		if strategy == FIFO { // it has one schedule
			continue
		}
		for _, main := range []func(co *aio.Co) error{holds, stuck, abandons} {
			config := Config{Strategy: strategy, Workers: 3, Schedules: 1 << 30, All: true}
			leavesNone(t, strategy+", cancelled", func() { ends(t, config, main, 3*time.Millisecond, Cancelled, Exhausted) })
			config.Time = 3 * time.Millisecond
			leavesNone(t, strategy+", at its deadline", func() { ends(t, config, main, 0, Deadline, Exhausted) })
		}
	}
}

// ends runs a search, cancels it after some time if that is not 0, and looks why it ended.
func ends(t *testing.T, config Config, main func(co *aio.Co) error, cancelled time.Duration, want ...Stop) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if cancelled > 0 {
		timer := time.AfterFunc(cancelled, cancel)
		defer timer.Stop()
	}
	r, err := Run(ctx, config, main)
	if err != nil {
		t.Fatal(err)
	}
	for _, stop := range want {
		if r.Stopped == stop {
			return
		}
	}
	t.Errorf("%s: stopped for %s, want %v", config.Strategy, r.Stopped, want)
}

// TestExplainAndReplayLeaveNoGoroutine, also where they are cancelled or refuse.
func TestExplainAndReplayLeaveNoGoroutine(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	calls := 0
	config := Config{Workers: 2, Seed: 1}
	for name, main := range map[string]func(co *aio.Co) error{
		"stuck": stuck, "abandons": abandons, "panics": panics, "pairs": pairs, "large": lost(12, 4),
		"not deterministic": func(co *aio.Co) error {
			calls++
			aio.Go(co, "sleeps", func(co *aio.Co) error { return aio.Sleep(co, time.Duration(calls)) })
			return abandons(co)
		},
	} {
		leavesNone(t, name, func() {
			config := config
			if name == "not deterministic" {
				config.Workers = 1
			}
			r, err := Run(context.Background(), config, main)
			if err != nil || r.First == nil {
				t.Fatalf("%s: %+v, %v", name, r, err)
			}
			for _, ctx := range []context.Context{context.Background(), cancelled} {
				report, err := Explain(ctx, config, r.First, main)
				if broken := new(NotDeterministicError); errors.As(err, &broken) != (name == "not deterministic") {
					t.Errorf("%s: %v", name, err)
				}
				if report == nil {
					continue
				}
				if again, err := Replay(config, report.Token, main); err != nil || again.Err == nil {
					t.Errorf("%s: the replay ends with %+v, %v", name, again, err)
				}
			}
			if _, err := Replay(config, "no token", main); err == nil {
				t.Error("what is no token is replayed")
			}
		})
	}
}
