package explore_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// A program may end its goroutine, panic, or block for real. Each is a failure of its run, and of nothing else.

// second runs last where asyncio's order is left, and is told then.
func second(last func(co *aio.Co) error) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		ran := 0
		return both(co, "a", "b", func(co *aio.Co, name string) error {
			if ran++; name == "a" && ran == 2 {
				co.Printf("about to\n")
				return last(co)
			}
			return nil
		})
	}
}

func TestGoexitIsAFailure(t *testing.T) {
	leave := func(*aio.Co) error {
		runtime.Goexit()
		return nil
	}
	inCleanup := func(co *aio.Co) error {
		aio.Go(co, "left behind", func(co *aio.Co) error {
			defer runtime.Goexit()
			return aio.Sleep(co, time.Hour)
		})
		return aio.Sleep(co, 0)
	}
	for name, main := range map[string]func(co *aio.Co) error{
		"in main": leave, "in a task": second(leave), "as the run is closed": inCleanup,
		"with tasks that sleep": func(co *aio.Co) error {
			aio.Go(co, "sleeper", func(co *aio.Co) error { return aio.Sleep(co, time.Hour) })
			return second(leave)(co)
		},
		"in a callback": second(func(co *aio.Co) error {
			co.Loop().CallSoon("leave", runtime.Goexit)
			return aio.Sleep(co, 0)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			report := explain(t, 7, main)
			if !errors.Is(report.Err, explore.ErrGoexit) || !strings.Contains(report.Text(""), "runtime.Goexit") {
				t.Errorf("the report is\n%s", report.Text(""))
			}
			r, err := explore.Replay(config(7), report.Token, main)
			if err != nil || !errors.Is(r.Err, explore.ErrGoexit) {
				t.Errorf("the replay ends with %v, %v", r.Err, err)
			}
			all := config(7)
			all.All, all.Schedules, all.Workers = true, 200, 3
			if s := search(t, all, main); s.Schedules != 200 || s.Failures == 0 {
				t.Errorf("%+v", *s)
			}
			noMoreThan(t, before)
		})
	}
}

func TestGoexitNamesTheTask(t *testing.T) {
	text := explain(t, 7, second(func(co *aio.Co) error {
		if err := aio.Sleep(co, time.Minute); err != nil {
			return err
		}
		runtime.Goexit()
		return nil
	})).Text("")
	if !strings.Contains(text, "\n\ttask \"a\", at 1m0s\n") || !strings.Contains(text, "1 switch away") {
		t.Errorf("the report is\n%s", text)
	}
}

func TestPanicIsAFailure(t *testing.T) {
	text := explain(t, 7, second(func(*aio.Co) error { panic("lost") })).Text("")
	if !strings.Contains(text, "panicked at 0s: lost\n\tendings_test.go:") || !strings.Contains(text, "1 switch away") {
		t.Errorf("the report is\n%s", text)
	}
}

// noMoreThan waits until there are no more goroutines than so many: one ends a little behind its last statement.
func noMoreThan(t *testing.T, before int) {
	t.Helper()
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i == 100 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestBlockedIsAFailure of the search, of its report and of the replay.
func TestBlockedIsAFailure(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	main := func(*aio.Co) error {
		<-release
		return nil
	}
	config := explore.Config{Workers: 3}
	report := explainBlocked(t, config, main)
	if text := report.Text(""); !strings.HasSuffix(text, "asyncio's own order fails\n") {
		t.Errorf("the report is\n%s", text)
	}
	again, err := explore.Replay(config, report.Token, main)
	if blocked := new(sim.BlockedError); err != nil || !errors.As(again.Err, &blocked) {
		t.Errorf("the replay ends with %v, %v", again.Err, err)
	}
}

// TestWaitingForRealIsNoBlock as long as it takes less than a second, however many schedules do so.
func TestWaitingForRealIsNoBlock(t *testing.T) {
	t.Parallel()
	r := search(t, explore.Config{Schedules: 6, Workers: 3, Strategy: explore.RandomWalk}, func(*aio.Co) error {
		<-time.After(700 * time.Millisecond)
		return nil
	})
	if r.Stopped != explore.Budget || r.Schedules != 6 || r.Failures != 0 {
		t.Errorf("%+v", *r)
	}
}

// TestBlockedInOneOrder ends also a search for all failures.
func TestBlockedInOneOrder(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	main := second(func(co *aio.Co) error {
		<-release
		return aio.Sleep(co, 0)
	})
	report := explainBlocked(t, explore.Config{Seed: 7, Workers: 3, All: true}, main)
	if text := report.Text(""); !strings.Contains(text, "none with fewer was looked for") || !strings.Contains(text, "about to") {
		t.Errorf("the report is\n%s", text)
	}
	close(release) // what was left behind goes on, and ends
}

// explainBlocked finds and reports a run that is blocked.
func explainBlocked(t *testing.T, config explore.Config, main func(co *aio.Co) error) *explore.Report {
	t.Helper()
	began := time.Now()
	r := search(t, config, main)
	var blocked *sim.BlockedError
	if r.Stopped != explore.Failed || r.Failures != 1 || !errors.As(r.First.Err, &blocked) || blocked.State != "chan receive" {
		t.Fatalf("%+v", *r)
	}
	report, err := explore.Explain(context.Background(), config, r.First, main)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 6*time.Second { // half of it on a machine at rest
		t.Errorf("it took %v", took)
	}
	for _, want := range []string{"blocked outside the simulation", "chan receive", "\n\tendings_test.go:", "schedule "} {
		if text := report.Text(""); !strings.Contains(text, want) {
			t.Errorf("the report does not say %q:\n%s", want, text)
		}
	}
	return report
}

// TestComputingIsNoBlock: a schedule that takes longer than the search's patience counts like any other.
func TestComputingIsNoBlock(t *testing.T) {
	t.Parallel()
	r := search(t, explore.Config{Schedules: 1, Strategy: explore.RandomWalk}, func(*aio.Co) error {
		sum := 0
		for began := time.Now(); time.Since(began) < 3*time.Second; {
			for i := range 1_000_000 { // the clock alone would leave no moment to interrupt it
				sum ^= i
			}
		}
		if sum == 1 { // or the loop might be left out
			return errTorn
		}
		return nil
	})
	if r.Stopped != explore.Budget || r.Schedules != 1 || r.Failures != 0 {
		t.Errorf("%+v", *r)
	}
}
