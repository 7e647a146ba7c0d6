package sim_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

func TestDefaultExceptionHandler(t *testing.T) {
	var log bytes.Buffer
	l := open(t, sim.Config{Log: &log})
	l.CallLater("", time.Second, func() {
		l.CallExceptionHandler(sim.ExceptionContext{Message: "only a message"})
		l.CallExceptionHandler(sim.ExceptionContext{Message: "all of it", Object: "future-1", Exception: errBoom, Time: time.Hour})
		l.CallExceptionHandler(sim.ExceptionContext{Message: "in a context", Exception: errBoom, Context: new(sim.Context)})
	})
	drain(t, l)
	want(t, "the log", log.String(), "at 1s: only a message\nat 1s: all of it: future-1: boom\nat 1s: in a context: boom\n")
}

func TestSetExceptionHandler(t *testing.T) {
	var log bytes.Buffer
	var j journal
	l := open(t, sim.Config{Log: &log})
	want(t, "no handler", l.ExceptionHandler() == nil, true)
	l.SetExceptionHandler(func(on *sim.Loop, c sim.ExceptionContext) {
		j.note("%v %v", on == l, c)
		on.DefaultExceptionHandler(c) // as asyncio's handlers do
	})
	l.CallExceptionHandler(sim.ExceptionContext{Message: "one"})
	l.ExceptionHandler()(l, sim.ExceptionContext{Message: "two"})
	l.SetExceptionHandler(nil)
	l.CallExceptionHandler(sim.ExceptionContext{Message: "three"})
	j.want(t, "true at 0s: one", "true at 0s: two")
	want(t, "the log", log.String(), "at 0s: one\nat 0s: two\nat 0s: three\n")
}

// TestHandlerRunsInContext looks at the context variable that the handler sees, and at what is there after it.
func TestHandlerRunsInContext(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	given := new(sim.Context)
	given.Set(request, "given")
	l.SetExceptionHandler(func(l *sim.Loop, c sim.ExceptionContext) {
		j.note("%s: %v", c.Message, get(l))
		l.CallSoon("", func() { j.note("callback of %s: %v", c.Message, get(l)) })
	})
	call := func(who string) {
		l.Context().Set(request, who)
		l.CallExceptionHandler(sim.ExceptionContext{Message: who})
		l.CallExceptionHandler(sim.ExceptionContext{Message: who + " in a context", Context: given})
		j.note("after it: %v", get(l))
	}
	call("outside")
	l.CallSoon("", func() { call("callback") })
	start(l, "", func(*sim.Co) { call("task") })
	drain(t, l)
	j.want(t,
		"outside: outside", "outside in a context: given", "after it: outside",
		"callback of outside: outside", "callback of outside in a context: given",
		"callback: callback", "callback in a context: given", "after it: callback",
		"task: task", "task in a context: given", "after it: task",
		"callback of callback: callback", "callback of callback in a context: given",
		"callback of task: task", "callback of task in a context: given")
}

// TestDo calls what belongs to no turn.
func TestDo(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	who := func() string { return l.Usage("", "", sim.ErrClosed).Who }
	if err := l.Do("report", func() { j.note("%s", who()) }); err != nil {
		t.Errorf("Do: %v", err)
	}
	e := wantError[*sim.PanicError](t, l.Do("broken", func() { panic(errBoom) }))
	want(t, "the error", fmt.Sprint(e.Callback, ": ", e.Value, ", ", errors.Is(e, errBoom)), "broken: boom, true")
	want(t, "Run gives the same error", l.Run() == error(e), true)
	j.note("%q", who())
	j.want(t, `callback "report"`, `""`)
}
