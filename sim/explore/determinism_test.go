package explore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func TestNotDeterministic(t *testing.T) {
	runs := 0
	failed := errors.New("failed")
	for _, test := range []struct {
		name    string
		main    func(co *aio.Co) error
		failure Failure
		event   bool
		says    []string
	}{
		{"what it prints", func(co *aio.Co) error {
			runs++
			co.Printf("run %d\n", runs)
			return failed
		}, Failure{Err: failed}, true, []string{"event 3, at 0s", `"output run`, "range over a map", "time.Now", "goroutine", "outside of main"}},
		{"what it waits for", func(co *aio.Co) error {
			runs++
			if err := aio.Sleep(co, time.Duration(runs)*time.Second); err != nil {
				return err
			}
			return failed
		}, Failure{Err: failed}, true, []string{"suspended sleep until"}},
		{"how long it is", func(co *aio.Co) error {
			if runs++; runs%2 == 0 {
				co.Printf("more\n")
			}
			return failed
		}, Failure{Err: failed}, true, []string{"returned", "more"}},
		{"it passes", func(co *aio.Co) error { return nil }, Failure{Err: failed}, false, []string{"ended with: failed", "its replay passes"}},
		{"another error", func(co *aio.Co) error { return errMixed }, Failure{Err: failed}, false, []string{"its replay ends with: mixed"}},
		{"too many choices", func(co *aio.Co) error {
			co.Choose("x", 2)
			return failed
		}, Failure{Err: failed}, false, []string{"its replay ends with: failed"}},
		{"too few choices", func(co *aio.Co) error { return failed }, Failure{Err: failed, Decisions: []uint32{1}}, false, nil},
		{"a choice of fewer", func(co *aio.Co) error {
			co.Choose("x", 2)
			return failed
		}, Failure{Err: failed, Decisions: []uint32{2}}, false, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			runs = 0
			_, err := Explain(context.Background(), Config{Strategy: RandomWalk}, &test.failure, test.main)
			var e *NotDeterministicError
			if !errors.As(err, &e) || !errors.Is(err, failed) {
				t.Fatalf("got %v", err)
			}
			if e.Event > 0 != test.event {
				t.Errorf("the first event that differs is %d: %v", e.Event, e)
			}
			if test.name == "how long it is" {
				return
			}
			for _, text := range test.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("it does not say %q: %v", text, err)
				}
			}
		})
	}
}

// TestAddressesAreNoDifference: what printing a pointer gives differs, and nothing depends on it.
func TestAddressesAreNoDifference(t *testing.T) {
	var kept []*int
	main := func(co *aio.Co) error {
		p := new(int)
		kept = append(kept, p)
		co.Printf("%p\n", p)
		return fmt.Errorf("%p is wrong", p)
	}
	config := Config{Strategy: RandomWalk, Workers: 1}
	result, err := Run(context.Background(), config, main)
	if err != nil || result.First == nil {
		t.Fatalf("%+v, %v", result, err)
	}
	if _, err := Explain(context.Background(), config, result.First, main); err != nil {
		t.Error(err)
	}
}

func TestExplainNothing(t *testing.T) {
	for _, failure := range []*Failure{nil, {}} {
		if _, err := Explain(context.Background(), Config{}, failure, pairs); !errors.Is(err, errNotFailed) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := Explain(context.Background(), Config{Schedules: -1}, &Failure{Err: errMixed}, pairs); err == nil {
		t.Error("a negative limit is taken")
	}
}
