package sim_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/asyncsim/asyncsim/sim"
)

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// open returns a loop that is closed when the test ends. What the program prints is dropped unless the test asks for it.
func open(t tester, config sim.Config) *sim.Loop {
	t.Helper()
	if config.Output == nil {
		config.Output = io.Discard
	}
	if config.Log == nil {
		config.Log = io.Discard
	}
	l, err := sim.NewLoop(config)
	if err != nil {
		t.Fatalf("NewLoop: %v", err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return l
}

// drain runs the loop until nothing is left to do, which for a kernel without a main task is a deadlock of nobody.
func drain(t tester, l *sim.Loop) {
	t.Helper()
	err := l.Run()
	var deadlock *sim.DeadlockError
	if !errors.As(err, &deadlock) || len(deadlock.Waiting) > 0 {
		t.Fatalf("Run: %v, want everything to come to its end", err)
	}
}

// want compares and reports the difference.
func want[T any](t tester, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", what, diff)
	}
}

// journal is what a program under test notes, in order.
type journal []string

func (j *journal) note(format string, args ...any) { *j = append(*j, fmt.Sprintf(format, args...)) }

// noting returns a callback that notes s.
func (j *journal) noting(s string) func() { return func() { j.note("%s", s) } }

func (j *journal) want(t tester, lines ...string) {
	t.Helper()
	want(t, "the journal", []string(*j), lines)
}

// turns is a trace that notes the turn and the virtual time of every callback and of every step of a task.
func (j *journal) turns(e sim.Event) {
	switch e.Kind {
	case sim.CallbackRun:
		j.note("%d %v %s", e.Turn, e.Time, e.Object)
	case sim.TaskStarted, sim.TaskResumed:
		j.note("%d %v %s", e.Turn, e.Time, e.Task)
	}
}

// on is something to wait for.
type on string

func (o on) String() string { return string(o) }

// panicked returns what f panics with, or nil.
func panicked(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// leavesNoGoroutine fails the test if more goroutines exist at its end, after its loops are closed, than now.
func leavesNoGoroutine(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		t.Helper()
		for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; {
			if time.Now().After(deadline) {
				t.Errorf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks())
				return
			}
			time.Sleep(100 * time.Microsecond) // a goroutine takes a moment to end after its last word
		}
	})
}

func stacks() string {
	buf := make([]byte, 1<<16)
	return string(buf[:runtime.Stack(buf, true)])
}

// wantUsage checks that err is a *UsageError for the reason, whose text has all of the parts.
func wantUsage(t tester, err any, reason error, parts ...string) {
	t.Helper()
	e, _ := err.(error)
	var usage *sim.UsageError
	if !errors.As(e, &usage) || !errors.Is(e, reason) {
		t.Errorf("got %v, want a *UsageError: %v", err, reason)
		return
	}
	for _, part := range parts {
		if !strings.Contains(usage.Error(), part) {
			t.Errorf("%q does not mention %s", usage, part)
		}
	}
}

// wantError returns err as an E.
func wantError[E error](t tester, err error) (e E) {
	t.Helper()
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a %T", err, e)
	}
	return e
}
