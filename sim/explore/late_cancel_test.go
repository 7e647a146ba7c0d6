package explore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// explained returns the report of the failure that is found, which the token must make again; nil: there is none.
func explained(t *testing.T, config explore.Config, main program) (*explore.Report, *explore.Result) {
	t.Helper()
	result, err := explore.Run(context.Background(), config, main)
	if err != nil {
		t.Fatal(err)
	}
	if result.First == nil {
		return nil, result
	}
	report, err := explore.Explain(context.Background(), config, result.First, main)
	if err != nil {
		t.Fatal(err)
	}
	again, err := explore.Replay(config, report.Token, main)
	if err != nil || len(again.Misfits) > 0 || again.Token != report.Token || again.Err == nil || again.Err.Error() != report.Err.Error() {
		t.Fatalf("the token makes another run: %v, %+v", err, again)
	}
	return report, result
}

func wantText(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, line) {
			t.Errorf("the report does not say %q:\n%s", line, text)
		}
	}
}

// scopes calls test for each scope.
func scopes(t *testing.T, test func(t *testing.T, config explore.Config)) {
	for _, strict := range []bool{false, true} {
		for _, strategy := range []string{explore.Exhaustive, explore.Portfolio} {
			t.Run(fmt.Sprintf("strict %v, %s", strict, strategy), func(t *testing.T) {
				test(t, explore.Config{Strict: strict, Strategy: strategy})
			})
		}
	}
}

var errAlthough = errors.New("timed out although the reply had come")

// request waits a second for a reply that comes after so long.
func request(reply time.Duration) program {
	return func(co *aio.Co) error {
		answer := aio.NewFuture[int](co, "answer")
		co.Loop().CallLater("reply", reply, func() { _ = answer.SetResult(1) })
		err := aio.Timeout(co, time.Second, func(*aio.TimeoutScope) error {
			_, err := answer.Await(co)
			return err
		})
		if err != nil && answer.Done() && !answer.Cancelled() {
			return errAlthough
		}
		return nil
	}
}

// TestSlack: a timeout races a completion that comes shortly before or after it, with as much slack and no less.
func TestSlack(t *testing.T) {
	const apart = time.Millisecond
	for _, test := range []struct {
		reply    time.Duration
		switches int
		says     []string
	}{
		{time.Second - apart, 0, []string{
			": in asyncio's own order, with the loop late",
			"asyncio's own order, on time, passes",
			"at 999ms: the loop is late for timer \"reply\": the clock goes on to the next deadline, 1s (timer \"timeout\")\n",
		}},
		{time.Second + apart, 1, []string{
			": 1 switch away from asyncio's order",
			"at 1s: the loop is late for timer \"timeout\": the clock goes on to the next deadline, 1.001s (timer \"reply\")\n",
			`at 1.001s: callback "reply" of task "main" runs ahead of callback "timeout" of task "main"`,
		}},
	} {
		scopes(t, func(t *testing.T, config explore.Config) {
			for _, config.Slack = range []time.Duration{0, apart - 1, apart, time.Hour} {
				report, result := explained(t, config, request(test.reply))
				if report == nil {
					if config.Slack >= apart || result.Stopped != explore.Exhausted {
						t.Errorf("slack %v, reply after %v: nothing is found; stopped: %s", config.Slack, test.reply, result.Stopped)
					}
					continue
				}
				if config.Slack < apart || !errors.Is(report.Err, errAlthough) || report.Switches != test.switches {
					t.Errorf("slack %v, reply after %v: %d switches, %v", config.Slack, test.reply, report.Switches, report.Err)
				}
				wantText(t, report.Text(""), test.says...)
			}
		})
	}
}

// TestSlackIsShrunk: of many moments at which the loop may be late, those are left that it takes.
func TestSlackIsShrunk(t *testing.T) {
	main := func(co *aio.Co) error {
		for i := range 20 {
			co.Loop().CallLater("noise", time.Duration(i)*100*time.Millisecond, func() {})
			co.Loop().CallLater("noise", time.Duration(i)*100*time.Millisecond+time.Millisecond, func() {})
		}
		return request(1001 * time.Millisecond)(co)
	}
	config := explore.Config{Slack: 10 * time.Millisecond, Strategy: explore.RandomWalk}
	report, _ := explained(t, config, main)
	if report == nil || report.Found < 5 {
		t.Fatalf("%+v", report)
	}
	text := report.Text("")
	if report.Switches != 1 || strings.Count(text, "the loop is late") != 1 {
		t.Error(text)
	}
	config.Slack = 0
	_, err := explore.Replay(config, report.Token, main)
	want := "the run never came to this: the clock on to the next deadline, the 1st time at 1s"
	if !errors.Is(err, explore.ErrTokenMisfit) || !strings.Contains(err.Error(), want) {
		t.Errorf("without slack: %v", err)
	}
}

// TestLateTimersAreNamed, sleeps among them, and not one that was cancelled.
func TestLateTimersAreNamed(t *testing.T) {
	report, _ := explained(t, explore.Config{Slack: time.Second}, func(co *aio.Co) error {
		late := false
		nap := func(co *aio.Co) error {
			err := aio.Sleep(co, time.Minute)
			late = late || co.Now() > time.Minute
			return err
		}
		a, b := aio.Go(co, "a", nap), aio.Go(co, "b", nap)
		co.Loop().CallLater("never", time.Minute, func() {}).Cancel()
		for range 3 {
			co.Loop().CallLater("beep", time.Minute+time.Millisecond, func() {})
		}
		co.Loop().CallLater("boop", time.Minute+time.Millisecond, func() {})
		if _, err := aio.Gather(co, a, b).Await(co); err != nil {
			return err
		}
		if late {
			return errAlthough
		}
		return nil
	})
	wantText(t, report.Text(""), "at 1m0s: the loop is late for the sleep of task \"a\", the sleep of task \"b\": "+
		"the clock goes on to the next deadline, 1m0.001s (timer \"beep\", timer \"beep\", timer \"beep\", 1 more)\n")
}

// TestLatenciesAreTold as times, not as numbers.
func TestLatenciesAreTold(t *testing.T) {
	report, _ := explained(t, explore.Config{}, func(co *aio.Co) error {
		err := aio.Timeout(co, 1500*time.Millisecond, func(*aio.TimeoutScope) error {
			return aio.Latency{Min: time.Second, Max: 2 * time.Second}.Sleep(co)
		})
		return err
	})
	wantText(t, report.Text(""), "in asyncio's own order, with latencies that are not the least",
		"asyncio's own order, with every latency the least, passes",
		"at 0s: latency 1.5s, the 1st of task \"main\", instead of the least\n")
}

// leaky opens a connection and comes to the clean-up one await too late.
func leaky(co *aio.Co) error {
	open := 0
	worker := aio.Go(co, "worker", func(co *aio.Co) error {
		if err := aio.Sleep(co, time.Second); err != nil {
			return err
		}
		open++
		if err := aio.Sleep(co, time.Second); err != nil { // says hello
			return err
		}
		defer func() { open-- }()
		return aio.Sleep(co, time.Second)
	})
	_, err := worker.Await(co)
	if open != 0 {
		return fmt.Errorf("%d connections are left open: %w", open, errors.Join(err, errRace))
	}
	return err
}

var errRace = errors.New("raced")

// TestCancel: the leak is found, with the await at which the cancellation comes; runs that are just cancelled pass.
func TestCancel(t *testing.T) {
	scopes(t, func(t *testing.T, config explore.Config) {
		if report, result := explained(t, config, leaky); report != nil || result.Stopped != explore.Exhausted {
			t.Fatalf("without cancellations: %+v", report)
		}
		config.Cancel, config.All = true, true
		report, result := explained(t, config, leaky)
		if report == nil || !errors.Is(report.Err, errRace) || report.Switches != 0 {
			t.Fatalf("%+v", report)
		}
		if config.Strategy == explore.Exhaustive && (result.Failures != 1 || result.Schedules != 4) {
			t.Errorf("%d of %d runs failed", result.Failures, result.Schedules)
		}
		wantText(t, report.Text(""),
			": in asyncio's own order, with a task cancelled",
			"asyncio's own order, without the cancellation, passes",
			`at 1s: a cancellation of task "worker" at its 2nd suspension (sleep until 2s)`)
	})
}

// TestCancelVisitsEveryAwait of every kind once, and no operation of a Shared.
func TestCancelVisitsEveryAwait(t *testing.T) {
	for awaits := range 6 {
		for _, strict := range []bool{false, true} {
			cancelledAt := map[int]bool{}
			main := func(co *aio.Co) error {
				variable := aio.NewShared("variable", 0)
				future, queue := aio.NewFuture[int](co, ""), aio.NewQueue[int]("", 0)
				co.Loop().CallLater("", time.Minute, func() { _ = future.SetResult(1) })
				co.Loop().CallLater("", time.Hour, func() { _ = queue.PutNowait(1) })
				at := -1
				worker := aio.Go(co, "worker", func(co *aio.Co) (err error) {
					for i := range awaits {
						variable.Store(co, i)
						switch i {
						case 1:
							_, err = future.Await(co)
						case 2:
							_, err = queue.Get(co)
						default:
							err = aio.Sleep(co, time.Second)
						}
						if err != nil {
							at = i
							return err
						}
					}
					return nil
				})
				_, err := worker.Await(co)
				cancelledAt[at] = true
				return err
			}
			config := explore.Config{Cancel: true, Strict: strict, Strategy: explore.Exhaustive, Workers: 1}
			result, err := explore.Run(context.Background(), config, main)
			if err != nil || result.Failures != 0 || result.Stopped != explore.Exhausted {
				t.Fatalf("%v, %+v", err, result)
			}
			if result.Schedules != awaits+1 || len(cancelledAt) != awaits+1 || !cancelledAt[-1] {
				t.Errorf("%d awaits, strict %v: %d runs, cancelled at %v", awaits, strict, result.Schedules, cancelledAt)
			}
		}
	}
}

// TestCancelledIsNoFailure where a cancellation was asked for and nothing else went wrong.
func TestCancelledIsNoFailure(t *testing.T) {
	ends := func(end func(err error) error) program {
		return func(co *aio.Co) error {
			worker := aio.Go(co, "worker", func(co *aio.Co) error { return aio.Sleep(co, time.Second) })
			_, err := worker.Await(co)
			if err == nil {
				return nil
			}
			return end(err)
		}
	}
	for name, test := range map[string]struct {
		end   func(err error) error
		fails bool
	}{
		"as it is":        {func(err error) error { return err }, false},
		"wrapped":         {func(err error) error { return fmt.Errorf("worker: %w", errors.Join(err)) }, false},
		"beside another":  {func(err error) error { return errors.Join(err, errRace) }, true},
		"in a group":      {func(err error) error { return &aio.ExceptionGroup{Errors: []error{err, errRace}} }, true},
		"another instead": {func(error) error { return errRace }, true},
	} {
		result, err := explore.Run(context.Background(), explore.Config{Cancel: true}, ends(test.end))
		if err != nil || (result.First != nil) != test.fails {
			t.Errorf("%s: %v, %+v", name, err, result)
		}
	}
	own := func(*aio.Co) error { return &aio.CancelledError{} } // nobody cancelled it
	if result, err := explore.Run(context.Background(), explore.Config{Cancel: true}, own); err != nil || result.First == nil {
		t.Errorf("an error of its own: %v, %+v", err, result)
	}
}

// TestLatencies come in either order, and in the simplest run both are as short as can be.
func TestLatencies(t *testing.T) {
	race := func(first string) program {
		return func(co *aio.Co) error {
			order := ""
			call := func(name string, l aio.Latency) *aio.Task[aio.None] {
				return aio.Go(co, name, func(co *aio.Co) error {
					err := l.Sleep(co)
					order += name
					return err
				})
			}
			a := call("a", aio.Latency{Min: 2 * time.Millisecond, Max: 9 * time.Millisecond})
			b := call("b", aio.Latency{Min: 5 * time.Millisecond, Max: 20 * time.Millisecond})
			if _, err := aio.Gather(co, a, b).Await(co); err != nil || order[:1] != first {
				return err
			}
			return fmt.Errorf("%s was first: %w", first, errRace)
		}
	}
	scopes(t, func(t *testing.T, config explore.Config) {
		if report, _ := explained(t, config, race("a")); report == nil || report.Token == "" || strings.Contains(report.Text(""), "latency") {
			t.Errorf("a comes first in asyncio's order: %+v", report)
		}
		report, _ := explained(t, config, race("b"))
		if report == nil {
			t.Fatal("b is never first")
		}
		// In a tie b is first by a switch, or else a takes a nanosecond longer than b.
		wantText(t, report.Text(""), `at 0s: latency 5.000001ms, the 1st of task "a", instead of the least`)
		if last := report.Events[len(report.Events)-1].Time; last > 5*time.Millisecond+1 || strings.Contains(report.Text(""), `of task "b", instead`) {
			t.Errorf("the simplest run takes %v:\n%s", last, report.Text(""))
		}
	})
}

func TestNegativeSlack(t *testing.T) {
	if _, err := explore.Run(context.Background(), explore.Config{Slack: -1}, request(0)); err == nil || !strings.Contains(err.Error(), "slack") {
		t.Error(err)
	}
	_, err := explore.Replay(explore.Config{Slack: -1}, "1.", request(0))
	if err == nil || !strings.Contains(err.Error(), "slack") {
		t.Error(err)
	}
	var config *sim.ConfigError
	if _, err := sim.NewLoop(sim.Config{Slack: -1}); !errors.As(err, &config) || config.Field != "Slack" {
		t.Error(err)
	}
}
