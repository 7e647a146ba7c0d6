package explore

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// TestNondeterminismIsCaught: a search finds a failure, as the user's would, and its explanation is what differs between
// two runs, and not a run that cannot be made again.
func TestNondeterminismIsCaught(t *testing.T) {
	names := map[string]bool{}
	for i := range 100 {
		names["worker "+strconv.Itoa(i)] = true
	}
	visits := 0
	race := func(co *aio.Co) error { // an order that fails is found at once
		return errors.Join(pairs(co), errMixed)
	}
	for _, test := range []struct {
		name string
		main func(co *aio.Co) error
		says []string // of the first event that differs
	}{
		{"a range over a map", func(co *aio.Co) error {
			for range 10 { // now and then a range begins where the last one did
				for name := range names {
					aio.Go(co, name, func(*aio.Co) error { return nil })
					break
				}
			}
			return race(co)
		}, []string{`, at 0s, was task "main": "created worker`, `in one run and task "main": "created worker`}},
		{"the machine's clock", func(co *aio.Co) error {
			if err := aio.Sleep(co, time.Duration(time.Now().UnixNano())%time.Hour); err != nil {
				return err
			}
			return race(co)
		}, []string{`event 3, at 0s, was task "main": "suspended sleep`, `in one run and task "main": "suspended sleep`}},
		{"a random number", func(co *aio.Co) error {
			co.Printf("%d\n", rand.Uint64())
			return race(co)
		}, []string{`event 3, at 0s, was task "main": "output`, `in one run and task "main": "output`}},
		{"a goroutine", func(co *aio.Co) error {
			answer := make(chan uint64)
			go func() { answer <- rand.Uint64() }()
			aio.Go(co, "asks "+strconv.FormatUint(<-answer, 10), func(*aio.Co) error { return nil })
			return race(co)
		}, []string{`event 3, at 0s, was task "main": "created asks`, `in one run and task "main": "created asks`}},
		{"a variable outside of main", func(co *aio.Co) error {
			visits++
			co.Printf("visitor %d\n", visits)
			return race(co)
		}, []string{`event 3, at 0s, was task "main": "output visitor`, `in one run and task "main": "output visitor`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := Config{Workers: 1, Strategy: RandomWalk, Seed: 1}
			result, err := Run(context.Background(), config, test.main)
			if err != nil || result.First == nil {
				t.Fatalf("%+v, %v", result, err)
			}
			_, err = Explain(context.Background(), config, result.First, test.main)
			broken := new(NotDeterministicError)
			if !errors.As(err, &broken) {
				t.Fatalf("got %v", err)
			}
			if broken.Event < 3 || broken.Event > 12 || broken.First == broken.Second || !errors.Is(err, errMixed) {
				t.Errorf("the first event that differs is %d: %s, %s", broken.Event, broken.First, broken.Second)
			}
			for _, want := range append(test.says, "the program is not deterministic", "likely causes: a range over a map") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("it does not say %q: %v", want, err)
				}
			}
		})
	}
}

// TestAsynciosOrderThatPassedIsNotBlamed: where it passed in one run and fails in another, the program is not
// deterministic, though the failing run could be made again.
func TestAsynciosOrderThatPassedIsNotBlamed(t *testing.T) {
	for _, test := range []struct {
		name     string
		strategy string
		passes   func(run int, chose bool) bool
		want     string
	}{
		{"the first run passes", Portfolio, func(run int, _ bool) bool { return run == 1 },
			"asyncio's own order passed in one run and ended in another with: mixed"},
		{"the first run of the shrinking passes", RandomWalk, func(run int, chose bool) bool { return !chose && run <= 20 },
			"asyncio's own order passed in one run and ended in another with: mixed"},
		{"asyncio's order ends with another error", Portfolio, func(run int, _ bool) bool { return run == 1 },
			"asyncio's own order passed in one run and ended in another with: again"},
		{"it holds", Portfolio, func(_ int, chose bool) bool { return !chose }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			runs := 0
			main := func(co *aio.Co) error {
				runs++
				run, chose := runs, co.Choose("value", 50) > 0
				switch {
				case test.passes(run, chose):
					return nil
				case !chose && strings.HasPrefix(test.name, "asyncio's"):
					return errors.New("again")
				}
				return errMixed
			}
			config := Config{Workers: 1, Strategy: test.strategy}
			result, err := Run(context.Background(), config, main)
			if err != nil || result.First == nil {
				t.Fatalf("%+v, %v", result, err)
			}
			if test.strategy == RandomWalk {
				runs = 16
			}
			_, err = Explain(context.Background(), config, result.First, main)
			broken := new(NotDeterministicError)
			if test.want == "" && err != nil ||
				test.want != "" && (!errors.As(err, &broken) || !errors.Is(err, errMixed) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("%+v is told as %v", result.First, err)
			}
		})
	}
}

// TestRareNondeterminismIsCaught also where only some runs are other ones: what is reported can be replayed, or the
// program is blamed.
func TestRareNondeterminismIsCaught(t *testing.T) {
	runs, caught := 0, 0
	main := func(co *aio.Co) error {
		if runs++; runs%17 == 0 {
			if err := aio.Sleep(co, time.Second); err != nil {
				return err
			}
		}
		return pairs(co)
	}
	for seed := range uint64(40) {
		config := Config{Workers: 1, Strategy: RandomWalk, Seed: seed}
		result, err := Run(context.Background(), config, main)
		if err != nil || result.First == nil {
			t.Fatalf("%+v, %v", result, err)
		}
		report, err := Explain(context.Background(), config, result.First, main)
		if broken := new(NotDeterministicError); errors.As(err, &broken) {
			caught++
			continue
		}
		if err != nil || !strings.Contains(report.Err.Error(), errMixed.Error()) {
			t.Errorf("seed %d: %+v, %v", seed, report, err)
		}
	}
	if caught == 0 {
		t.Error("none was caught")
	}
}
