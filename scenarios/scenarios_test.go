package scenarios_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/simtest"
	"github.com/asyncsim/asyncsim/sim/trace"
)

func recorded(name, file string) string {
	return filepath.Join("..", "testdata", "scenarios", name, file)
}

// run runs a scenario and checks how it ends.
func run(t *testing.T, s scenarios.Scenario, c aio.Config) {
	t.Helper()
	if c.Output == nil {
		c.Output = io.Discard
	}
	err := aio.RunWith(c, s.Main)
	if s.Fails == nil && err != nil || s.Fails != nil && !errors.Is(err, s.Fails) {
		t.Fatalf("%s ended with %v, want %v", s.Name, err, s.Fails)
	}
}

// each calls f with every program of the tutorial.
func each(t *testing.T, f func(t *testing.T, s scenarios.Scenario)) {
	t.Helper()
	eachOf(t, false, f)
}

// eachBuggy calls f with every program that has a bug.
func eachBuggy(t *testing.T, f func(t *testing.T, s scenarios.Scenario)) {
	t.Helper()
	eachOf(t, true, f)
}

func eachOf(t *testing.T, buggy bool, f func(t *testing.T, s scenarios.Scenario)) {
	t.Helper()
	r := scenarios.All()
	for _, name := range r.Names() {
		if s, _ := r.Lookup(name); s.Buggy == buggy && (buggy || !s.Apart) {
			t.Run(name, func(t *testing.T) { f(t, s) })
		}
	}
}

func TestOutputIsCPythons(t *testing.T) {
	each(t, func(t *testing.T, s scenarios.Scenario) {
		want, err := os.ReadFile(recorded(s.Name, "stdout.txt"))
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		run(t, s, aio.Config{Output: &got})
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("- CPython, + asyncsim:\n%s", diff)
		}
	})
}

// TestTimesAreCPythons compares when each line was printed, and how main ended, with the recording.
func TestTimesAreCPythons(t *testing.T) {
	each(t, func(t *testing.T, s scenarios.Scenario) {
		want, err := os.ReadFile(recorded(s.Name, "cpython.txt"))
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		run(t, s, aio.Config{Trace: func(e sim.Event) {
			switch {
			case e.Kind == sim.Output:
				fmt.Fprintf(&got, "%.9f %s\n", e.Time.Seconds(), e.Text)
			case e.Kind == sim.TaskFinished && e.Task == "main" && s.Fails != nil:
				fmt.Fprintf(&got, "%.9f ! %s\n", e.Time.Seconds(), inPython(t, e.Text))
			}
		}})
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("- CPython, + asyncsim:\n%s", diff)
		}
	})
}

// inPython says in CPython's words how main failed.
func inPython(t *testing.T, failed string) string {
	t.Helper()
	text, ok := strings.CutPrefix(failed, "failed: invalid state: exception is not set (")
	if !ok || text == "" {
		t.Errorf("main ended with %q", failed)
	}
	return "InvalidStateError: Exception is not set."
}

func TestGoldenTraces(t *testing.T) {
	each(t, func(t *testing.T, s scenarios.Scenario) {
		simtest.Golden(t, recorded(s.Name, "trace.txt"), s.Main)
	})
}

// TestEveryRecordingHasAScenario finds a recording that nothing is compared with.
func TestEveryRecordingHasAScenario(t *testing.T) {
	dirs, err := os.ReadDir(recorded("", ""))
	if err != nil {
		t.Fatal(err)
	}
	var recordings []string
	for _, d := range dirs {
		recordings = append(recordings, d.Name())
	}
	r := scenarios.All()
	names := slices.DeleteFunc(r.Names(), func(name string) bool {
		s, _ := r.Lookup(name)
		return s.Buggy || s.Apart
	})
	if diff := cmp.Diff(recordings, names); diff != "" {
		t.Errorf("- recordings, + scenarios:\n%s", diff)
	}
}

// TestThousandRunsGiveOneTrace also runs the scenarios side by side.
func TestThousandRunsGiveOneTrace(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("parallel", func(t *testing.T) {
		each(t, func(t *testing.T, s scenarios.Scenario) {
			t.Parallel()
			first := text(t, s)
			for i := range 1000 {
				if again := text(t, s); again != first {
					t.Fatalf("run %d differs:\n%s", i+2, cmp.Diff(first, again))
				}
			}
		})
	})
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond) // goroutines of subtests end behind their test
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

func text(t *testing.T, s scenarios.Scenario) string {
	t.Helper()
	var r trace.Recorder
	run(t, s, aio.Config{Trace: r.Record})
	var b strings.Builder
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAddRefuses(t *testing.T) {
	main := func(co *aio.Co) error { return nil }
	create := func(scenarios.Args) func(co *aio.Co) error { return main }
	for _, s := range []scenarios.Scenario{
		{Name: "", Main: main},
		{Name: "two words", Main: main},
		{Name: "all", Main: main},
		{Name: "-x", Main: main},
		{Name: "nothing to run"},
		{Name: "ex_5_1", Main: main},
		{Name: "both", Main: main, New: create, Params: []scenarios.Param{{Name: "n"}}},
		{Name: "no-params", New: create},
		{Name: "no-new", Main: main, Params: []scenarios.Param{{Name: "n"}}},
		{Name: "twice", New: create, Params: []scenarios.Param{{Name: "n"}, {Name: "n"}}},
		{Name: "not-a-word", New: create, Params: []scenarios.Param{{Name: "n=1"}}},
		{Name: "no-name", New: create, Params: []scenarios.Param{{}}},
		{Name: "too-small", New: create, Params: []scenarios.Param{{Name: "n", Default: 1, Min: 2}}},
	} {
		r := scenarios.All()
		before := r.Names()
		if err := r.Add(s); err == nil {
			t.Errorf("Add(%q) succeeded", s.Name)
		}
		if diff := cmp.Diff(before, r.Names()); diff != "" {
			t.Errorf("Add(%q) changed the registry:\n%s", s.Name, diff)
		}
	}
}

func Example() {
	r := scenarios.All()
	s, _ := r.Lookup("ex_5_3")
	if err := aio.Run(s.Main); err != nil {
		fmt.Println(err)
	}
	// Output: main(): cancel_me is cancelled now
}
