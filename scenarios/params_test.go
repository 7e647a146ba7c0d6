package scenarios_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
)

// counted is a registry with a scenario that tells its arguments.
func counted(t *testing.T, got *scenarios.Args) scenarios.Scenario {
	t.Helper()
	r := new(scenarios.Registry)
	err := r.Add(scenarios.Scenario{
		Name:   "counted",
		Params: []scenarios.Param{{Name: "tasks", Default: 2, Min: 1}, {Name: "rounds", Default: 10}},
		New: func(args scenarios.Args) func(co *aio.Co) error {
			return func(*aio.Co) error {
				*got = args
				return nil
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := r.Lookup("counted")
	return s
}

func TestWith(t *testing.T) {
	var got scenarios.Args
	s := counted(t, &got)
	for _, test := range []struct {
		args, want scenarios.Args
		fails      string
	}{
		{args: nil, want: scenarios.Args{"tasks": 2, "rounds": 10}},
		{args: scenarios.Args{"tasks": 7}, want: scenarios.Args{"tasks": 7, "rounds": 10}},
		{args: scenarios.Args{"tasks": 1, "rounds": 0}, want: scenarios.Args{"tasks": 1, "rounds": 0}},
		{args: scenarios.Args{"tasks": 0}, fails: `scenario "counted": tasks=0: it must be at least 1`},
		{args: scenarios.Args{"y": 1, "x": 1}, fails: `scenario "counted" has no parameter "x": it has tasks, rounds`},
	} {
		with, err := s.With(test.args)
		if test.fails != "" {
			if err == nil || err.Error() != test.fails {
				t.Errorf("With(%v): %v, want %s", test.args, err, test.fails)
			}
			continue
		}
		if err != nil {
			t.Errorf("With(%v): %v", test.args, err)
			continue
		}
		if err := aio.Run(with.Main); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("With(%v): - want, + got:\n%s", test.args, diff)
		}
	}
}

func TestMainHasTheDefaults(t *testing.T) {
	var got scenarios.Args
	if err := aio.Run(counted(t, &got).Main); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(scenarios.Args{"tasks": 2, "rounds": 10}, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestWithoutParameters(t *testing.T) {
	s, _ := scenarios.All().Lookup("ex_5_3")
	if _, err := s.With(nil); err != nil {
		t.Error(err)
	}
	if _, err := s.With(scenarios.Args{"n": 1}); err == nil || !strings.Contains(err.Error(), "it has none") {
		t.Errorf("With(n=1): %v", err)
	}
}
