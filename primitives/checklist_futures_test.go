package aio_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// The tests in the checklist files are named after behaviours in testdata/conformance/checklist: those of asyncio's
// that cannot be written as a program, or not wholly.

// refusal returns the error that do panics with. What can end a task can so be looked at within it.
func refusal(do func()) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err, _ = value.(error)
		}
	}()
	do()
	return nil
}

// wantRefusal fails the test unless err is a *sim.UsageError whose text contains the parts.
func wantRefusal(t *testing.T, what string, err error, parts ...string) {
	t.Helper()
	var usage *sim.UsageError
	if !errors.As(err, &usage) {
		t.Errorf("%s: %v is no usage error", what, brief(err))
		return
	}
	for _, part := range parts {
		if !strings.Contains(usage.Error(), part) {
			t.Errorf("%s: %q does not say %q", what, usage, part)
		}
	}
}

// inMain runs body as the main task of a quiet loop.
func inMain(t *testing.T, body func(co *aio.Co)) {
	t.Helper()
	defer noGoroutineLeft(t)()
	if err := aio.RunWith(quiet, func(co *aio.Co) error { body(co); return nil }); err != nil {
		t.Error(brief(err))
	}
}

func TestFUT_02_LoopOfAFuture(t *testing.T) {
	r, err := aio.NewRunner(quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	outside := aio.NewFuture[int](r.Loop(), "outside")
	err = r.Run(func(co *aio.Co) error {
		for what, on := range map[string]aio.HasLoop{
			"a co": co, "its loop": co.Loop(), "a future": outside, "a task": aio.CurrentTask(co),
		} {
			if f := aio.NewFuture[int](on, "f"); f.Loop() != r.Loop() || f.Done() {
				t.Errorf("on %s: it is of another loop, or done", what)
			}
		}
		_ = outside.SetResult(1)
		return nil
	})
	if err != nil || outside.Loop() != r.Loop() || !outside.Done() {
		t.Errorf("%v, the future that was made outside of a run is %v", err, states(outside))
	}
	for what, on := range map[string]aio.HasLoop{
		"nil": nil, "a nil co": (*aio.Co)(nil), "a zero co": new(aio.Co), "a nil loop": (*aio.Loop)(nil),
		"a nil future": (*aio.Future[int])(nil), "a zero future": new(aio.Future[int]),
		"a nil task": (*aio.Task[int])(nil), "a zero task": new(aio.Task[int]),
	} {
		wantRefusal(t, what, refusal(func() { aio.NewFuture[int](on, "f") }), "NewFuture")
		wantRefusal(t, what, refusal(func() { aio.Go(on, "t", func(*aio.Co) error { return nil }) }), "create task")
	}
}

// settable is what futures and tasks have in common.
type settable interface {
	aio.AwaitableOf[int]
	SetResult(value int) error
	SetException(err error) error
	AddDoneCallback(name string, fn func(*aio.Future[int]))
}

func TestFUT_03_FutureThatWasNotMade(t *testing.T) {
	const mistake = "NewFuture"
	for kind, f := range map[string]settable{"future": new(aio.Future[int]), "task": new(aio.Task[int])} {
		if f.Done() || f.Cancelled() || f.Failed() || f.RemoveDoneCallback("c") != 0 || f.Name() != "" {
			t.Errorf("%s: it is in some state", kind)
		}
		if text := f.String(); !strings.Contains(text, "zero") {
			t.Errorf("%s: its text is %q", kind, text)
		}
		_, err := f.Result()
		wantRefusal(t, kind+" result", err, "result", mistake)
		wantRefusal(t, kind+" exception", f.Exception(), "exception", mistake)
		wantRefusal(t, kind+" set result", f.SetResult(1), "set result", mistake)
		wantRefusal(t, kind+" set exception", f.SetException(errBoom), "set exception", mistake)
		add := func() { f.AddDoneCallback("c", func(*aio.Future[int]) {}) }
		wantRefusal(t, kind+" add done callback", refusal(add), "add done callback", mistake)
		addAny := func() { aio.AddDoneCallback(f, "c", func(aio.Awaitable) {}) }
		wantRefusal(t, kind+" add done callback of any", refusal(addAny), "add done callback", mistake)
		wantRefusal(t, kind+" cancel", refusal(func() { f.Cancel() }), "cancel", mistake)
		wantRefusal(t, kind+" rename", refusal(func() { f.SetName("f") }), mistake)
		wantRefusal(t, kind+" loop", refusal(func() { f.Loop() }), mistake)
		if f.Done() {
			t.Errorf("%s: it is done all the same", kind)
		}
		inMain(t, func(co *aio.Co) {
			_, err := f.Await(co)
			wantRefusal(t, kind+" await", err, "await", mistake, `task "main"`)
			_, _, err = aio.Wait(co, []aio.Awaitable{f}, sec, aio.AllCompleted)
			wantRefusal(t, kind+" wait", err, "wait", mistake, `task "main"`)
			for _, timeout := range []time.Duration{0, sec} {
				_, err = aio.WaitFor(co, f, timeout)
				wantRefusal(t, kind+" wait for", err, "wait for", mistake, `task "main"`)
			}
			wantRefusal(t, kind+" gather", refusal(func() { aio.Gather(co, f) }), "gather", mistake, `task "main"`)
			wantRefusal(t, kind+" shield", refusal(func() { aio.Shield(co, f) }), "shield", mistake, `task "main"`)
		})
	}
}

func TestFUT_09_TheSameException(t *testing.T) {
	inMain(t, func(co *aio.Co) {
		boom := &aio.ExceptionGroup{Message: "boom"} // errors of this type are equal only if they are one
		f := aio.NewFuture[int](co, "f")
		if err := f.SetException(boom); err != nil {
			t.Error(err)
		}
		for range 3 {
			_, result := f.Result()
			_, awaited := f.Await(co)
			if f.Exception() != boom || result != boom || awaited != boom {
				t.Errorf("exception %v, result %v, awaited %v: not what was set", f.Exception(), result, awaited)
			}
		}
	})
}

func TestFUT_16_TextOfAFuture(t *testing.T) {
	inMain(t, func(co *aio.Co) {
		for want, make := range map[string]func() aio.Awaitable{
			`future "f"`:   func() aio.Awaitable { return aio.NewFuture[int](co, "f") },
			`future-1`:     func() aio.Awaitable { return aio.NewFuture[int](co, "") },
			`task "t"`:     func() aio.Awaitable { return aio.Go(co, "t", func(*aio.Co) error { return nil }) },
			`gather-1`:     func() aio.Awaitable { return aio.Gather(co, aio.NewFuture[int](co, "child")) },
			`shield-1`:     func() aio.Awaitable { return aio.Shield(co, aio.NewFuture[int](co, "inner")) },
			`future "any"`: func() aio.Awaitable { return aio.AsAny(aio.NewFuture[int](co, "any")) },
		} {
			a := make()
			check := func(state string) {
				if got := a.String(); got != want {
					t.Errorf("%s it is %s, want %s", state, got, want)
				}
			}
			check("pending")
			aio.AddDoneCallback(a, "c", func(aio.Awaitable) { check("in a callback") })
			check("with a callback")
			a.Cancel()
			settle(co)
			if !a.Done() || !errors.Is(a.Exception(), aio.ErrCancelled) {
				t.Errorf("%s is not cancelled", want)
			}
			check("cancelled")
		}
		f, g := aio.NewFuture[int](co, "f"), aio.NewFuture[int](co, "g")
		_, _ = f.SetResult(1), g.SetException(errBoom)
		if f.String() != `future "f"` || g.String() != `future "g"` || g.Exception() != errBoom {
			t.Errorf("done they are %v and %v", f, g)
		}
	})
}

func TestFUT_17_ExceptionHandedOn(t *testing.T) {
	inMain(t, func(co *aio.Co) {
		boom := &aio.ExceptionGroup{Message: "boom"}
		inner := aio.NewFuture[int](co, "inner")
		once := aio.Shield(co, inner)
		twice := aio.Shield(co, once)
		_ = inner.SetException(boom)
		_, err := twice.Await(co)
		if err != boom || once.Exception() != boom || inner.Exception() != boom {
			t.Errorf("awaited %v, first shield %v, inner %v: not what was set", err, once.Exception(), inner.Exception())
		}
	})
}

func TestFUT2_02_ContextOfTheHandler(t *testing.T) {
	v := aio.NewContextVar("v", "default")
	check(t, `
		0s a callback fails: callback's
		0s and has callback's afterwards
		0s exception in shielded future: inner's
		0s main has main's
		main: <nil>
		0s unhandled exception during asyncio.run() shutdown: leftover's
		0s Task exception was never retrieved: dropped's
		0s Future exception was never retrieved: default`, func(co *aio.Co) error {
		l := co.Loop()
		l.SetExceptionHandler(func(l *aio.Loop, c sim.ExceptionContext) {
			l.Printf("%s: %s\n", c.Message, v.Get(l))
			if c.Message != "a callback fails" { // that one has no context but the callback's
				v.Set(l, "handler's")
			}
		})
		v.Set(co, "main's")
		l.CallSoon("callback", func() {
			v.Set(l, "callback's")
			l.CallExceptionHandler(sim.ExceptionContext{Message: "a callback fails", Exception: errBoom})
			l.Printf("and has %s afterwards\n", v.Get(l))
		})
		failing := func(end func(co *aio.Co)) func(co *aio.Co) (int, error) {
			return func(co *aio.Co) (int, error) {
				v.Set(co, name(co)+"'s")
				end(co)
				return 0, errBoom
			}
		}
		inner := aio.Spawn(co, "inner", failing(settle))
		aio.Spawn(co, "dropped", failing(func(*aio.Co) {}))
		aio.Spawn(co, "leftover", failing(func(co *aio.Co) { _ = aio.Sleep(co, sec) }))
		aio.Shield(co, inner).Cancel()
		_ = aio.NewFuture[int](co, "dropped").SetException(errBoom)
		for range 2 {
			settle(co)
		}
		co.Printf("main has %s\n", v.Get(co))
		return nil
	})
}

func TestFUT2_03_TasksThatAwaitEachOther(t *testing.T) {
	var a, b *aio.Task[aio.None]
	err := aio.RunWith(quiet, func(co *aio.Co) error {
		a = aio.Go(co, "a", func(co *aio.Co) error { _, err := b.Await(co); return err })
		b = aio.Go(co, "b", func(co *aio.Co) error { _, err := a.Await(co); return err })
		_, err := a.Await(co)
		return err
	})
	const want = `deadlock at 0s: nothing can run and no timer is set
	task "main" waits for task "a" since 0s
	task "a" waits for task "b" since 0s
	task "b" waits for task "a" since 0s
	cycle: "a" -> "b" -> "a"`
	var deadlock *sim.DeadlockError
	if !errors.As(err, &deadlock) || strings.ReplaceAll(deadlock.Error(), "    ", "\t") != want {
		t.Errorf("it ends with %v", brief(err))
	}
	if a.String() != `task "a"` || b.String() != `task "b"` {
		t.Errorf("they are %v and %v", a, b)
	}
}
