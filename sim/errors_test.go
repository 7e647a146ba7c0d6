package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// uses is everything that only the running coroutine may do with its co.
var uses = []struct {
	name string
	use  func(co *sim.Co)
}{
	{"Loop", func(co *sim.Co) { co.Loop() }},
	{"Now", func(co *sim.Co) { co.Now() }},
	{"Printf", func(co *sim.Co) { co.Printf("") }},
	{"Stdout", func(co *sim.Co) { co.Stdout() }},
	{"Rand", func(co *sim.Co) { co.Rand() }},
	{"wait", func(co *sim.Co) { co.Arm() }},
	{"yield", func(co *sim.Co) { co.Yield(ready{}) }},
	{"sleep", func(co *sim.Co) { _ = co.Sleep(time.Second) }},
	{"a check of its own", func(co *sim.Co) { co.Check("a check of its own") }},
}

// TestForeignCo uses a co where it does not belong. That ends the run, and the error names both sides.
func TestForeignCo(t *testing.T) {
	tests := []struct {
		name    string
		program func(l *sim.Loop, use func(co *sim.Co))
		reason  error
		who     string
	}{
		{"in another task", func(l *sim.Loop, use func(co *sim.Co)) {
			owner := start(l, "owner", func(co *sim.Co) { wait(co, "nothing") })
			start(l, "thief", func(*sim.Co) { use(owner) })
		}, sim.ErrForeignCo, `task "thief"`},
		{"in a callback", func(l *sim.Loop, use func(co *sim.Co)) {
			start(l, "owner", func(co *sim.Co) {
				l.CallSoon("thief", func() { use(co) })
				wait(co, "nothing")
			})
		}, sim.ErrForeignCo, `callback "thief"`},
		{"before it starts", func(l *sim.Loop, use func(co *sim.Co)) {
			co := new(sim.Co)
			l.CallSoon("thief", func() { use(co) })
			co.Init(l, "owner", bodyFunc(func(*sim.Co) {}))
			co.Start()
		}, sim.ErrForeignCo, `callback "thief"`},
		{"in an eager task on top of its own", func(l *sim.Loop, use func(co *sim.Co)) {
			start(l, "owner", func(outer *sim.Co) {
				eagerly(l, "thief", func(*sim.Co) { use(outer) })
				_ = outer.Sleep(time.Hour)
			})
		}, sim.ErrForeignCo, `task "thief"`},
		{"when it is over", func(l *sim.Loop, use func(co *sim.Co)) {
			owner := start(l, "owner", func(*sim.Co) {})
			start(l, "thief", func(*sim.Co) { use(owner) })
		}, sim.ErrFinishedCo, `task "thief"`},
	}
	for _, test := range tests {
		for _, u := range uses {
			t.Run(test.name+"/"+u.name, func(t *testing.T) {
				leavesNoGoroutine(t)
				l := open(t, sim.Config{})
				survived := false
				test.program(l, func(co *sim.Co) {
					u.use(co)
					survived = true
				})
				err := wantError[*sim.PanicError](t, l.Run())
				wantUsage(t, err, test.reason, u.name, `task "owner"`, test.who, "at 0s")
				want(t, "the user of the co went on", survived, false)
			})
		}
	}
}

func TestForeignCoText(t *testing.T) {
	l := open(t, sim.Config{})
	owner := start(l, "owner", func(co *sim.Co) { wait(co, "nothing") })
	start(l, "thief", func(co *sim.Co) {
		_ = co.Sleep(time.Second)
		_ = owner.Sleep(time.Second)
	})
	text, _, _ := strings.Cut(l.Run().Error(), "\n\n")
	want(t, "the error", text, `task "thief" panicked at 1s: sleep with the co of task "owner" in task "thief" at 1s: `+
		`a co serves only the coroutine that it was given to, while that one runs`)
}

func TestNestedRun(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	l.CallSoon("callback", func() { j.note("%v", l.Run()) })
	start(l, "task", func(*sim.Co) { j.note("%v", l.Run()) })
	start(l, "closing", func(*sim.Co) { j.note("%v", l.Close()) })
	l.CallLater("after", time.Second, j.noting("and the loop goes on"))
	drain(t, l)
	j.want(t,
		`run loop in callback "callback" at 0s: event loop is already running`,
		`run loop in task "task" at 0s: event loop is already running`,
		`close loop in task "closing" at 0s: event loop is already running`,
		"and the loop goes on")
}

// TestLoopInLoop runs one loop within another, which is no misuse.
func TestLoopInLoop(t *testing.T) {
	leavesNoGoroutine(t)
	outer := open(t, sim.Config{})
	start(outer, "outer", func(co *sim.Co) {
		_ = co.Sleep(time.Second)
		inner := open(t, sim.Config{})
		start(inner, "inner", func(co *sim.Co) { _ = co.Sleep(time.Hour) })
		drain(t, inner)
		want(t, "the inner time", inner.Now(), time.Hour)
		want(t, "the outer time", co.Now(), time.Second)
	})
	drain(t, outer)
}

func TestUseOfAClosedLoop(t *testing.T) {
	l := open(t, sim.Config{})
	l.CallLater("late", time.Second, func() {})
	drain(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	scheduling := []struct {
		op  string
		use func()
	}{
		{`CallSoon "x"`, func() { l.CallSoon("x", func() {}) }},
		{`CallSoon "x"`, func() { l.CallSoonIn(new(sim.Context), "x", func() {}) }},
		{`CallAt "x"`, func() { l.CallLater("x", 0, func() {}) }},
		{`CallAt "x"`, func() { l.CallAt("x", 0, func() {}) }},
		{`create task "x"`, func() { new(sim.Co).Init(l, "x", bodyFunc(func(*sim.Co) {})) }},
	}
	for _, s := range scheduling {
		wantUsage(t, panicked(s.use), sim.ErrClosed, s.op, "1s")
	}
	wantUsage(t, l.Run(), sim.ErrClosed, "run")
	if err := l.Close(); err != nil {
		t.Errorf("Close again: %v", err)
	}
}

func TestTextsOfErrors(t *testing.T) {
	texts := []struct {
		err  error
		want string
	}{
		{&sim.UsageError{Op: "run", Err: sim.ErrClosed}, "run at 0s: event loop is closed"},
		{&sim.UsageError{Op: "put", Object: "queue", Who: `task "a"`, Time: time.Second, Err: sim.ErrClosed},
			`put queue in task "a" at 1s: event loop is closed`},
		{&sim.ConfigError{Field: "MaxSteps", Value: "-1", Reason: "why"}, "config: MaxSteps = -1: why"},
		{&sim.PanicError{Task: "a", Time: time.Second, Value: "boom", Stack: []byte("stack")},
			"task \"a\" panicked at 1s: boom\n\nstack"},
		{&sim.PanicError{Callback: "b", Value: fmt.Errorf("boom")}, "callback \"b\" panicked at 0s: boom\n\n"},
		{&sim.PanicError{Value: 1}, "a callback panicked at 0s: 1\n\n"},
		{&sim.BlockedError{Task: "a", Time: 1, Wait: 2, State: "select", Stack: "stack"},
			"task \"a\" has blocked outside the simulation for 2ns (select), at virtual time 1ns: " +
				"use the simulation's own primitives, here aio.Select(co, cases...)\n\nstack"},
		{&sim.BlockedError{Wait: 2, State: "sleep"},
			"a callback has blocked outside the simulation for 2ns (sleep), at virtual time 0s: " +
				"use the simulation's own primitives, here aio.Sleep(co, d)\n\n"},
		{&sim.BlockedError{Wait: 2, State: "sync.Mutex.Lock"},
			"a callback has blocked outside the simulation for 2ns (sync.Mutex.Lock), at virtual time 0s: " +
				"use the simulation's own primitives, here an aio.Lock\n\n"},
		{&sim.BlockedError{Wait: 2, State: "IO wait"},
			"a callback has blocked outside the simulation for 2ns (IO wait), at virtual time 0s: use the simulation's own primitives\n\n"},
	}
	for _, test := range texts {
		want(t, "the text", test.err.Error(), test.want)
	}
}
