package simtest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// TestSkipWhileExploring: in asyncio's order it skips the test, in another one it ends the run.
func TestSkipWhileExploring(t *testing.T) {
	t.Chdir(t.TempDir())
	errFound := errors.New("found behind what is skipped")
	inATask := func(t testing.TB) func(co *aio.Co) error {
		return func(co *aio.Co) error {
			_, err := aio.Go(co, "task", func(co *aio.Co) error {
				if lostUpdate(co) != nil {
					t.Skip("not this order")
				}
				return nil
			}).Await(co)
			return err
		}
	}
	for _, test := range []struct {
		name    string
		main    func(t testing.TB) func(co *aio.Co) error
		skipped bool
		errors  string // a part of the only one
		logs    string
	}{
		{"the first order", func(t testing.TB) func(co *aio.Co) error {
			return func(*aio.Co) error { t.Skip("not today"); return nil }
		}, true, "", "not today"},
		{"other orders", func(t testing.TB) func(co *aio.Co) error {
			return func(co *aio.Co) error {
				if lostUpdate(co) != nil {
					t.Skip("not this order")
				}
				return nil
			}
		}, true, "", "of these called t.Skip, which ended them and counts as passed"},
		{"a task", inATask, true, "", "proved: all orders were tried"},
		{"a failure too", func(t testing.TB) func(co *aio.Co) error {
			return func(co *aio.Co) error {
				ran := 0
				a := aio.Go(co, "a", func(*aio.Co) error {
					if ran++; ran == 2 {
						t.Skip("b came first")
					}
					return nil
				})
				b := aio.Go(co, "b", func(*aio.Co) error { ran++; return nil })
				c := aio.Go(co, "c", func(*aio.Co) error {
					if ran < 2 {
						return errFound
					}
					return nil
				})
				_, err := aio.Gather(co, a, b, c).Await(co)
				return err
			}
		}, true, errFound.Error(), ""},
		{"t.FailNow too", func(t testing.TB) func(co *aio.Co) error {
			return func(co *aio.Co) error {
				switch v := co.Choose("value", 4); v {
				case 1, 2:
					t.Skip("no such value")
				case 3:
					t.Fatal("three")
				}
				return nil
			}
		}, true, "3 for \"value\"", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := try(func(t testing.TB) { Explore(t, test.main(t)) })
			report := ""
			if len(f.errors) > 0 {
				report = f.errors[len(f.errors)-1]
			}
			if f.skipped != test.skipped || (report != "") != (test.errors != "") || !strings.Contains(report, test.errors) ||
				!strings.Contains(strings.Join(f.logs, "\n"), test.logs) {
				t.Errorf("skipped %t, errors %q, logs %q", f.skipped, f.errors, f.logs)
			}
		})
	}
}

// TestErrorWhileExploring: the first run that calls t.Error ends the search, and the test is told why there is no report.
func TestErrorWhileExploring(t *testing.T) {
	t.Chdir(t.TempDir())
	f := try(func(t testing.TB) {
		ExploreWith(t, explore.Config{Workers: 1}, func(co *aio.Co) error {
			if err := lostUpdate(co); err != nil {
				t.Error(err)
			}
			return nil
		})
	})
	if len(f.errors) != 1 || len(f.logs) != 1 || !strings.Contains(f.logs[0], "return an error instead") {
		t.Errorf("%q, %q", f.errors, f.logs)
	}
	if _, err := os.Stat("testdata"); !os.IsNotExist(err) {
		t.Errorf("something was kept: %v", err)
	}
}

// TestErrorThenFatal: a run that calls t.FailNow is found and explained whatever others have told the test.
func TestErrorThenFatal(t *testing.T) {
	t.Chdir(t.TempDir())
	f := try(func(t testing.TB) {
		ExploreWith(t, explore.Config{Workers: 1}, func(co *aio.Co) error {
			if err := lostUpdate(co); err != nil {
				t.Fatal(err)
			}
			return nil
		})
	})
	if report := f.errors[len(f.errors)-1]; !strings.Contains(report, "runtime.Goexit") || !strings.Contains(report, "2 switches away") {
		t.Errorf("%q", f.errors)
	}
}

// TestExploreTwice in one test: each call has its token, which is kept, tried first and replayed for itself.
func TestExploreTwice(t *testing.T) {
	t.Chdir(t.TempDir())
	blind := func(co *aio.Co) error {
		if co.Choose("value", 3) == 2 {
			return errors.New("a two")
		}
		return nil
	}
	both := func() *fake {
		return try(func(t testing.TB) {
			Explore(t, lostUpdate)
			Explore(t, blind)
		})
	}
	says := func(f *fake, want ...string) {
		t.Helper()
		if len(f.errors) != len(want) {
			t.Fatalf("%d errors, not %d: %q", len(f.errors), len(want), f.errors)
		}
		for i, text := range want {
			if !strings.Contains(f.errors[i], text) {
				t.Errorf("%q does not say %q", f.errors[i], text)
			}
		}
	}
	fresh := both()
	says(fresh, "an update was lost", "a two")
	kept, err := filepath.Glob("testdata/sim/TestFake/*")
	if err != nil || len(kept) != 2 {
		t.Errorf("kept: %q, %v", kept, err)
	}
	again := both()
	says(again, "\nreplayed: 2 switches away", "\nreplayed: in asyncio's own order, with values")
	for i, want := range []string{"an update was lost", "a two"} {
		_, token, _ := strings.Cut(fresh.errors[i], "-sim.replay=")
		if strings.HasPrefix(token, "2:") != (i == 1) {
			t.Errorf("the token of call %d is %q", i+1, token)
		}
		t.Setenv("ASYNCSIM_REPLAY", strings.TrimSpace(token))
		says(both(), want)
	}
	t.Setenv("ASYNCSIM_REPLAY", "0:1.x")
	says(try(func(t testing.TB) { Explore(t, blind) }), "the number of a call of Explore")
}

// TestNoProgram is said so at once.
func TestNoProgram(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, call := range map[string]func(t testing.TB){
		"Run":         func(t testing.TB) { Run(t, nil) },
		"Golden":      func(t testing.TB) { Golden(t, "golden.txt", nil) },
		"Explore":     func(t testing.TB) { Explore(t, nil) },
		"ExploreWith": func(t testing.TB) { ExploreWith(t, explore.Config{}, nil) },
	} {
		f := try(call)
		if len(f.errors) != 1 || !strings.HasPrefix(f.errors[0], "simtest: the program is nil") {
			t.Errorf("%s: %q", name, f.errors)
		}
	}
}
