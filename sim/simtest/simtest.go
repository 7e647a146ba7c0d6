// Package simtest runs programs in virtual time from go test.
//
// [Run] runs a program once and fails the test if it fails. [Golden] compares the program's trace with a file.
//
// [Explore] runs a program in other orders than asyncio's until a run fails, and [ExploreWith] does so as an
// explore.Config says. [Fuzz] has the fuzzer of go test look for the order, and [Rapid] a property of
// pgregory.net/rapid. All of them tell a failing run with a table of what each task did.
//
// # Flags
//
// Tests that import this package have these flags. In the command line of go test they come after the packages:
//
//	-sim.update        Golden writes its files instead of comparing with them
//	-sim.schedules N   how many orders Explore tries: 10000 by default, or what -sim.time allows; with -short 1000
//	-sim.time D        how long Explore searches: by default until shortly before the test's deadline
//	-sim.seed N        the seed of Explore's search
//	-sim.replay TOKEN  Explore makes that run alone; N:TOKEN is for the Nth call of Explore in a test
//
// The environment variable ASYNCSIM_REPLAY is another way to say -sim.replay. Where the variable CI is set, Explore
// shows no line of progress.
package simtest

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/trace"
)

// update is a flag of the test binary, like those of package testing.
var update = flag.Bool("sim.update", false, "write golden traces instead of comparing with them")

// Run runs main as aio.Run does, in virtual time, and fails the test with the error that it ends with. What the program
// prints, and what its exception handler reports, goes to the test's log. t.FailNow and its like work in every task.
func Run(t testing.TB, main func(co *aio.Co) error) {
	t.Helper()
	needs(t, main)
	if err := aio.RunWith(aio.Config{Output: t.Output(), Log: t.Output()}, main); err != nil {
		t.Error(err)
	}
}

// Golden runs main and compares the text of its trace with the file. An error that the run ends with is the last line
// and does not fail the test by itself, unless a task blocked outside the simulation. With the flag -sim.update it
// writes the file.
func Golden(t testing.TB, file string, main func(co *aio.Co) error) {
	t.Helper()
	needs(t, main)
	var r trace.Recorder
	ended := aio.RunWith(aio.Config{Output: t.Output(), Log: t.Output(), Trace: r.Record}, main)
	if blocked := new(sim.BlockedError); errors.As(ended, &blocked) {
		t.Fatal(ended)
	}
	var got bytes.Buffer
	if err := r.WriteText(&got); err != nil {
		t.Fatal(err)
	}
	if ended != nil {
		text, _, _ := strings.Cut(ended.Error(), "\n\n") // a stack differs from run to run
		fmt.Fprintf(&got, "ended with: %s\n", text)
	}
	if *update {
		write(t, file, got.Bytes())
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\nwrite it with: go test -run='^%s$' -sim.update", err, t.Name())
	}
	compare(t, file, string(want), got.String())
}

// needs ends the test where there is no program.
func needs(t testing.TB, main func(co *aio.Co) error) {
	t.Helper()
	if main == nil {
		t.Fatal("simtest: the program is nil: give it a func(co *aio.Co) error")
	}
}

func write(t testing.TB, file string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
}

func compare(t testing.TB, file, want, got string) {
	t.Helper()
	if want == got {
		return
	}
	wantLines, gotLines := strings.Split(want, "\n"), strings.Split(got, "\n")
	n := 0
	for n < min(len(wantLines), len(gotLines)) && wantLines[n] == gotLines[n] {
		n++
	}
	t.Errorf("%s:%d: the trace differs\n\twant: %s\n\tgot:  %s\n(- the file, + this run)\n%s\n"+
		"accept it with: go test -run='^%s$' -sim.update",
		file, n+1, lineOf(wantLines, n), lineOf(gotLines, n), cmp.Diff(want, got), t.Name())
}

func lineOf(lines []string, n int) string {
	if n == len(lines) {
		return "(nothing)"
	}
	return lines[n]
}
