package explore

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestFailuresReplayTheSame: failing schedules of a random walk, or of the strategy that finds most where those are rare,
// have the same trace and the same error when they are made again from a token: from that of all they did, and from that
// of the simplest run.
func TestFailuresReplayTheSame(t *testing.T) {
	wanted, explained := 50, 10
	if testing.Short() {
		wanted, explained = 10, 2
	}
	if *everything {
		wanted, explained = 1000, 100
		fmt.Printf("%-36s %-8s %8s %12s %12s\n", "program", "strategy", "failures", "token of all", "of simplest")
	}
	eachBuggy(t, func(t *testing.T, b buggy) {
		main, strategy, want := b.main(t), RandomWalk, wanted
		if b.rare != "" {
			strategy = b.rare
		}
		if b.failures > 0 {
			want = min(want, b.failures)
		}
		w := newWorker(Config{MaxSteps: defaultMaxSteps, Seed: 1}, main)
		defer w.close()
		s := searcher{w, newStrategy(strategy)}
		failures, all, simplest := 0, 0, 0
		s.each(func(i int, o outcome) bool {
			if o.err == nil {
				return i < 2_000_000
			}
			failures++
			var events []sim.Event
			w.config.Trace = func(e sim.Event) { events = append(events, e) }
			traced := s.run(s.strategy, i)
			w.config.Trace = nil
			if traced.fingerprint != o.fingerprint {
				t.Fatalf("schedule %d is another one with a trace", i)
			}
			failure := newFailure(i+1, &o)
			all = max(all, len(replaysAll(t, main, failure, events)))
			if failures <= explained {
				simplest = max(simplest, len(replaysSimplest(t, main, failure)))
			}
			return failures < want
		})
		if failures < want || simplest > 200 {
			t.Errorf("%d failures, a token of %d characters", failures, simplest)
		}
		if *everything {
			fmt.Printf("%-36s %-8s %8d %12d %12d\n", b, strategy, failures, all, simplest)
		}
	})
}

// replaysAll makes a token of all that a failing run did, and replays that. The events are those of the run.
func replaysAll(t *testing.T, main func(co *aio.Co) error, failure *Failure, events []sim.Event) string {
	t.Helper()
	w := newWorker(Config{MaxSteps: defaultMaxSteps}, main)
	defer w.close()
	again, err := w.repeat(failure)
	if err != nil {
		t.Fatal(err)
	}
	token := encode(again.decisions())
	replaysTo(t, main, token, failure.Err, events)
	return token
}

// replaysSimplest replays the token that the user is given.
func replaysSimplest(t *testing.T, main func(co *aio.Co) error, failure *Failure) string {
	t.Helper()
	report, err := Explain(context.Background(), Config{}, failure, main)
	if err != nil {
		t.Fatal(err)
	}
	replaysTo(t, main, report.Token, report.Err, report.Events)
	return report.Token
}

func replaysTo(t *testing.T, main func(co *aio.Co) error, token string, ended error, events []sim.Event) {
	t.Helper()
	r, err := Replay(Config{}, token, main)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Misfits) > 0 || r.Token != token || r.Err == nil || textOf(r.Err) != textOf(ended) {
		t.Fatalf("ends with %v, not with %v; misfits %v", r.Err, ended, r.Misfits)
	}
	if !slices.Equal(events, r.Events) {
		t.Fatalf("the trace is another one (- the run, + the replay):\n%s", cmp.Diff(events, r.Events))
	}
}
