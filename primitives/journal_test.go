package aio_test

// The tests compare journals: everything that a program did, with the virtual time at which it did it. What they want was
// taken from CPython 3.14 or follows from its rules. Names such as CAN-11 number the behaviours that CPython's own tests
// of asyncio check: FUT, CB futures; TSK, CTX, CAN, SLP, WAI, ACO, GAT, SHD tasks and the functions over them; EAG eager
// tasks; WFR wait_for; TMO timeouts; TGR task groups; EVT events; LCK locks; CND conditions; SEM semaphores; BAR
// barriers; QUE queues; RUN runners. A trap is what versions of CPython, or others who followed it, got wrong.

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

const (
	ms  = time.Millisecond
	sec = time.Second
)

var errBoom = errors.New("boom")

// journal is what a program did, line by line: what it printed, each line after its virtual time; what the exception
// handler was told, after a "!"; how main ended; how closing the runner ended, unless well.
type journal struct {
	loop  *aio.Loop
	lines []string
}

func (j *journal) add(line string) {
	for l := range strings.Lines(line) {
		j.lines = append(j.lines, strings.TrimSpace(l))
	}
}

func (j *journal) Write(p []byte) (int, error) {
	j.add(fmt.Sprintf("%v %s", j.loop.Now(), p))
	return len(p), nil
}

// reports is the journal as the place where the default exception handler reports.
type reports journal

func (r *reports) Write(p []byte) (int, error) {
	(*journal)(r).add("! " + string(p))
	return len(p), nil
}

// record runs main and returns its journal.
func record(t *testing.T, config aio.Config, main func(co *aio.Co) error) []string {
	t.Helper()
	var j journal
	config.Output, config.Log = &j, (*reports)(&j)
	r, err := aio.NewRunner(config)
	if err != nil {
		t.Fatal(err)
	}
	j.loop = r.Loop()
	j.add("main: " + brief(r.Run(main)))
	if err := r.Close(); err != nil {
		j.add("close: " + brief(err))
	}
	return j.lines
}

// brief is an error's text without a stack, which differs from run to run.
func brief(err error) string {
	text, _, _ := strings.Cut(fmt.Sprint(err), "\n\n")
	return text
}

// check compares the journal of main with want, whose indentation does not count. It runs main as it is, and then
// traced and with a chooser that keeps asyncio's order, neither of which may make a difference.
func check(t *testing.T, want string, main func(co *aio.Co) error) {
	t.Helper()
	checkWith(t, aio.Config{}, want, main)
}

// checkBody is check for a main that does not fail; unless want says how main ends, that is its last line.
func checkBody(t *testing.T, want string, body func(co *aio.Co)) {
	t.Helper()
	if want = "\n" + strings.ReplaceAll(want, "\t", ""); !strings.Contains(want, "\nmain: ") {
		want += "\nmain: <nil>"
	}
	check(t, want, func(co *aio.Co) error { body(co); return nil })
}

func checkWith(t *testing.T, config aio.Config, want string, main func(co *aio.Co) error) {
	t.Helper()
	defer noGoroutineLeft(t)()
	var wanted journal
	wanted.add(strings.TrimSpace(want))
	if diff := cmp.Diff(wanted.lines, record(t, config, main)); diff != "" {
		t.Errorf("the journal differs (- wanted, + got):\n%s", diff)
		return
	}
	config.Trace = func(sim.Event) {}
	config.Choose = func(*sim.Choice) int { return 0 }
	if diff := cmp.Diff(wanted.lines, record(t, config, main)); diff != "" {
		t.Errorf("traced and with a chooser the journal differs (- wanted, + got):\n%s", diff)
	}
}

// noGoroutineLeft returns a function that fails the test when there are more goroutines than there were. A goroutine
// that has nothing more to do needs a moment to be gone.
func noGoroutineLeft(t *testing.T) func() {
	before := runtime.NumGoroutine()
	return func() {
		t.Helper()
		after := 0
		for deadline := time.Now().Add(2 * sec); time.Now().Before(deadline); time.Sleep(ms) {
			if after = runtime.NumGoroutine(); after <= before {
				return
			}
		}
		stacks := make([]byte, 1<<16)
		t.Errorf("there were %d goroutines and now there are %d:\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
	}
}

// sleeper returns a task function that sleeps and then returns err. It prints when it starts and how it ends.
func sleeper(d time.Duration, result error) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		co.Printf("%s starts\n", name(co))
		err := aio.Sleep(co, d)
		if err == nil {
			err = result
		}
		co.Printf("%s ends: %v\n", name(co), err)
		return err
	}
}

// valued returns a task function that returns value after d of virtual time, or an error if it is cancelled before.
func valued[T any](d time.Duration, value T) func(co *aio.Co) (T, error) {
	return func(co *aio.Co) (T, error) { return value, aio.Sleep(co, d) }
}

func name(co *aio.Co) string { return aio.CurrentTask(co).Name() }

// states returns how the awaitables stand, in a word each.
func states(as ...aio.Awaitable) string {
	words := make([]string, len(as))
	for i, a := range as {
		words[i] = a.Name() + " pending"
		switch {
		case a.Cancelled():
			words[i] = a.Name() + " cancelled"
		case a.Done():
			words[i] = a.Name() + " done"
		}
	}
	return strings.Join(words, ", ")
}
