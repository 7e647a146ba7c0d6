package sim_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

var errBoom = errors.New("boom")

//go:noinline
func theFunctionThatPanics() { panic(errBoom) }

// TestPanics panics wherever the loop calls what is not its own. Run says where, with the stack of the place.
func TestPanics(t *testing.T) {
	tests := []struct {
		name           string
		config         sim.Config
		program        func(l *sim.Loop)
		task, callback string
	}{
		{name: "a task's first step", program: func(l *sim.Loop) {
			start(l, "culprit", func(*sim.Co) { theFunctionThatPanics() })
		}, task: "culprit"},
		{name: "a task's later step", program: func(l *sim.Loop) {
			start(l, "culprit", func(co *sim.Co) {
				co.Yield(ready{})
				theFunctionThatPanics()
			})
		}, task: "culprit"},
		{name: "an eager task", program: func(l *sim.Loop) {
			l.CallSoon("starter", func() { eagerly(l, "culprit", func(*sim.Co) { theFunctionThatPanics() }) })
		}, task: "culprit"},
		{name: "a callback", program: func(l *sim.Loop) {
			l.CallSoon("culprit", theFunctionThatPanics)
		}, callback: "culprit"},
		{name: "a timer's callback", program: func(l *sim.Loop) {
			l.CallLater("culprit", 0, theFunctionThatPanics)
		}, callback: "culprit"},
		{name: "the chooser", config: sim.Config{Choose: func(*sim.Choice) int { theFunctionThatPanics(); return 0 }}, program: func(l *sim.Loop) {
			start(l, "a", func(*sim.Co) {})
			start(l, "b", func(*sim.Co) {})
		}, callback: "chooser"},
		{name: "the tracer, of a task", config: tracer(sim.TaskSuspended), program: func(l *sim.Loop) {
			start(l, "culprit", func(co *sim.Co) { co.Yield(ready{}) })
		}, task: "culprit"},
		{name: "the tracer, of a task's start", config: tracer(sim.TaskStarted), program: func(l *sim.Loop) {
			start(l, "culprit", func(co *sim.Co) { t.Error("ran") })
		}, callback: "tracer"},
		{name: "the tracer, of a callback", config: tracer(sim.CallbackRun), program: func(l *sim.Loop) {
			l.CallSoon("culprit", func() {})
		}, callback: "tracer"},
		{name: "the exception handler", program: func(l *sim.Loop) {
			l.SetExceptionHandler(func(*sim.Loop, sim.ExceptionContext) { theFunctionThatPanics() })
			l.CallSoon("culprit", func() { l.CallExceptionHandler(sim.ExceptionContext{}) })
		}, callback: "culprit"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			leavesNoGoroutine(t)
			l := open(t, test.config)
			test.program(l)
			l.CallLater("later", time.Second, func() { t.Error("the run goes on") })
			err := l.Run()
			e := wantError[*sim.PanicError](t, err)
			want(t, "the task", e.Task, test.task)
			want(t, "the callback", e.Callback, test.callback)
			want(t, "the error of the panic", errors.Is(err, errBoom), true)
			if !strings.Contains(string(e.Stack), "theFunctionThatPanics") {
				t.Errorf("the stack is not that of the panic:\n%s", e.Stack)
			}
			want(t, "Run again gives the same error", l.Run() == err, true)
			want(t, "running", l.IsRunning(), false)
			want(t, "the running task", l.Current() == nil, true)
			want(t, "who runs", l.Usage("", "", errBoom).Who, "")
		})
	}
}

// TestTracerPanicsAtTheEnd lets the tracer panic when it is told why the run ends.
func TestTracerPanicsAtTheEnd(t *testing.T) {
	tests := []struct {
		name    string
		program func(l *sim.Loop)
		want    string
	}{
		{"deadlock", func(*sim.Loop) {}, "tracer: boom"},
		{"limit", func(l *sim.Loop) { l.CallLater("", time.Hour, func() {}) }, "tracer: boom"},
		{"panic, which came first", func(l *sim.Loop) { l.CallSoon("callback", func() { panic("first") }) }, "callback: first"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			config := tracer(sim.RunFailed)
			config.MaxTime = time.Second
			l := open(t, config)
			test.program(l)
			e := wantError[*sim.PanicError](t, l.Run())
			want(t, "the panic", fmt.Sprint(e.Callback, ": ", e.Value), test.want)
		})
	}
}

// tracer returns a configuration whose tracer panics at every event from the first of a kind.
func tracer(kind sim.Kind) sim.Config {
	broken := false
	return sim.Config{Trace: func(e sim.Event) {
		if broken = broken || e.Kind == kind; broken {
			theFunctionThatPanics()
		}
	}}
}

// TestStackIsOfTheCoroutine: the stack was taken where the panic was, not where Run noticed.
func TestStackIsOfTheCoroutine(t *testing.T) {
	l := open(t, sim.Config{})
	var mine string
	start(l, "culprit", func(*sim.Co) {
		mine = goroutine()
		theFunctionThatPanics()
	})
	e := wantError[*sim.PanicError](t, l.Run())
	if !strings.HasPrefix(string(e.Stack), mine+" ") {
		t.Errorf("the panic was in %s, the stack is\n%s", mine, e.Stack)
	}
}

// goroutine names the goroutine that calls it, as stacks do.
func goroutine() string {
	buf := make([]byte, 1<<12)
	name, _, _ := strings.Cut(string(buf[:runtime.Stack(buf, false)]), " [")
	return name
}

func TestValuesOfPanics(t *testing.T) {
	for _, value := range []any{"text", 42, nil, errBoom} {
		l := open(t, sim.Config{})
		start(l, "culprit", func(*sim.Co) { panic(value) })
		e := wantError[*sim.PanicError](t, l.Run())
		if value == nil {
			var runtimeError *runtime.PanicNilError
			want(t, "an error for nil", errors.As(e, &runtimeError), true)
			continue
		}
		want(t, "the value", fmt.Sprint(e.Value), fmt.Sprint(value))
	}
}

// TestTheFirstPanicCounts: on the way out of an eager task's panic, the one below it panics too.
func TestTheFirstPanicCounts(t *testing.T) {
	leavesNoGoroutine(t)
	l := open(t, sim.Config{})
	start(l, "outer", func(co *sim.Co) {
		eagerly(l, "inner", func(*sim.Co) { panic("first") })
		panic("second")
	})
	e := wantError[*sim.PanicError](t, l.Run())
	want(t, "the task and the value", fmt.Sprint(e.Task, ": ", e.Value), "inner: first")
}

// TestPanicsWhileClosing panics in the deferred functions of tasks that are unwound. The others are unwound all the same.
func TestPanicsWhileClosing(t *testing.T) {
	leavesNoGoroutine(t)
	var j journal
	l, err := sim.NewLoop(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "c"} {
		start(l, name, func(co *sim.Co) {
			defer j.note("%s unwound", name)
			defer func() {
				if name != "c" {
					panic("in " + name)
				}
			}()
			wait(co, "nothing")
		})
	}
	wantError[*sim.DeadlockError](t, l.Run())
	e := wantError[*sim.PanicError](t, l.Close())
	want(t, "the first", fmt.Sprint(e.Task, ": ", e.Value), "a: in a")
	j.want(t, "a unwound", "b unwound", "c unwound")
	want(t, "Close again", l.Close(), nil)
}

// TestForeignCoWhileClosing: the deferred function of a task uses another's co, which is no part of being unwound.
func TestForeignCoWhileClosing(t *testing.T) {
	l, err := sim.NewLoop(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	owner := start(l, "owner", func(co *sim.Co) { wait(co, "nothing") })
	start(l, "thief", func(co *sim.Co) {
		defer func() { owner.Now() }()
		wait(co, "nothing")
	})
	start(l, "third", func(co *sim.Co) { wait(co, "nothing") })
	wantError[*sim.DeadlockError](t, l.Run())
	wantUsage(t, l.Close(), sim.ErrFinishedCo, `task "owner"`, `task "thief"`)
}

func TestChooserOutOfRange(t *testing.T) {
	for _, k := range []int{-1, 2, 100} {
		l := open(t, sim.Config{Choose: func(*sim.Choice) int { return k }})
		start(l, "a", func(*sim.Co) {})
		start(l, "b", func(*sim.Co) {})
		e := wantError[*sim.PanicError](t, l.Run())
		want(t, "the error", fmt.Sprint(e.Callback, ": ", e.Value), fmt.Sprintf("chooser: chose %d of 2", k))
	}
}
