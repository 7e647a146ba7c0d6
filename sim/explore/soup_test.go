package explore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// kinds returns the steps that there are for soup.
func kinds() []string {
	return []string{"yield", "sleep", "soon", "chain", "later", "shared", "value", "random", "lock", "timeout", "eager", "group", "cancel", "latency"}
}

// soup is everything that can be chosen: tasks of one name, sleeps that end together, callbacks of one name, of tasks and
// of none, timers, shared variables, values, random bits, locks and cancellations.
func soup(steps []string) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		x := aio.NewShared("x", 0)
		lock := aio.NewLock("lock")
		queue := aio.NewQueue[int]("queue", 0)
		task := func(co *aio.Co) error {
			for _, step := range steps {
				var err error
				switch step {
				case "yield":
					err = aio.Sleep(co, 0)
				case "sleep":
					err = aio.Sleep(co, time.Second)
				case "soon":
					for range 2 {
						co.Loop().CallSoon("soon", func() {})
					}
				case "chain":
					l := co.Loop()
					l.CallSoon("chain", func() { l.CallSoon("link", func() {}); l.CallLater("link", time.Second, func() {}) })
				case "later":
					co.Loop().CallLater("later", time.Second, func() {})
				case "shared":
					x.Store(co, x.Load(co)+1)
				case "value":
					co.Printf("%d\n", co.Choose("value", 5))
				case "random":
					co.Printf("%d\n", co.Rand().Uint32())
				case "lock":
					err = lock.With(co, func() error { return aio.Sleep(co, 0) })
				case "eager":
					aio.NewTask(co, aio.TaskConfig{Name: "task", Eager: true}, func(co *aio.Co) (aio.None, error) {
						x.Store(co, x.Load(co)+co.Choose("eager", 3))
						return aio.None{}, aio.Sleep(co, 0)
					})
				case "group":
					err = aio.TaskGroup(co, func(g *aio.Group) error {
						for range 2 {
							if _, err := g.Go("", func(co *aio.Co) error { return queue.Put(co, 1) }); err != nil {
								return err
							}
						}
						_, err := queue.Get(co)
						return err
					})
				case "cancel":
					sleeper := aio.Go(co, "task", func(co *aio.Co) error { return aio.Sleep(co, time.Second) })
					aio.Go(co, "canceller", func(*aio.Co) error { sleeper.Cancel(); return nil })
					_, err = aio.Gather(co, sleeper).Await(co)
					if errors.Is(err, aio.ErrCancelled) {
						err = nil
					}
				case "latency":
					err = aio.Latency{Min: time.Second, Max: 2 * time.Second}.Sleep(co)
				case "timeout":
					err = aio.Timeout(co, time.Second, func(*aio.TimeoutScope) error { return aio.Sleep(co, time.Second) })
				}
				if err != nil && !errors.Is(err, aio.ErrTimeout) {
					return err
				}
			}
			return nil
		}
		a, b, c := aio.Go(co, "task", task), aio.Go(co, "task", task), aio.Go(co, "other", task)
		if err := all(co, a, b, c); err != nil {
			return err
		}
		co.Printf("x is %d\n", x.Load(co))
		return errMixed
	}
}

// stew is soup that fails in some orders only: where the lists of what its tasks print last are as asked.
func stew(steps []string, modulus, rest int) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		sum := 0
		note := func(n int) { sum = 3*sum + n }
		task := func(n int) func(co *aio.Co) error {
			return func(co *aio.Co) error {
				defer note(n)
				note(n)
				return soup(steps)(co)
			}
		}
		a, b := aio.Go(co, "pot", task(1)), aio.Go(co, "pot", task(2))
		for _, t := range []*aio.Task[aio.None]{a, b} {
			if _, err := t.Await(co); !errors.Is(err, errMixed) {
				return err
			}
		}
		if sum%modulus == rest {
			return errMixed
		}
		return nil
	}
}

// TestExplainAnything: whatever fails in some order is explained by a run that is not further from asyncio's order, and
// that the token makes again.
func TestExplainAnything(t *testing.T) {
	explained, shrunk := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.SampledFrom(kinds()), 1, 5).Draw(t, "steps")
		modulus := rapid.IntRange(3, 7).Draw(t, "modulus")
		main := stew(steps, modulus, rapid.IntRange(0, modulus-1).Draw(t, "rest"))
		config := Config{Workers: 1, Seed: rapid.Uint64().Draw(t, "seed"), Strategy: RandomWalk, Schedules: 50}
		config.Slack = rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(t, "slack")
		config.Cancel, config.Strict = rapid.Bool().Draw(t, "cancel"), rapid.Bool().Draw(t, "strict")
		result, err := Run(context.Background(), config, main)
		if err != nil {
			t.Fatal(err)
		}
		if result.First == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		report, err := Explain(ctx, config, result.First, main)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Replay(config, report.Token, main)
		if err != nil || len(r.Misfits) > 0 || !slices.Equal(r.Events, report.Events) || r.Err.Error() != report.Err.Error() {
			t.Fatalf("the token makes another run: %v, %v, %v", err, r.Misfits, r.Err)
		}
		if report.Switches > report.Found || !strings.Contains(report.Text("again"), "\nreplay: again\n") {
			t.Errorf("from %d to %d switches:\n%s", report.Found, report.Switches, report.Text("again"))
		}
		explained++
		shrunk += report.Found - report.Switches
	})
	if explained == 0 || shrunk == 0 {
		t.Errorf("%d failures were explained, and %d switches taken away", explained, shrunk)
	}
}
