package aio_test

import (
	"fmt"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleContextVar() {
	request := aio.NewContextVar("request", "none")
	_ = aio.Run(func(co *aio.Co) error {
		handle := func(co *aio.Co) error {
			err := aio.Sleep(co, sec) // the other requests run meanwhile
			co.Printf("handling %s\n", request.Get(co))
			return err
		}
		for _, id := range []string{"a", "b"} {
			token := request.Set(co, id)
			aio.Go(co, "handler", handle)
			request.Reset(co, token)
		}
		co.Printf("main has %s\n", request.Get(co))
		return aio.Sleep(co, 2*sec)
	})
	// Output:
	// main has none
	// handling a
	// handling b
}

func TestContextVars(t *testing.T) {
	v := aio.NewContextVar("v", "default")
	if v.Name() != "v" {
		t.Errorf("the variable's name is %q", v.Name())
	}
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"CTX-01 a task has a copy of its maker's values", `
			0s child has before
			0s main has after
			0s child has child's
			0s main has after`, func(co *aio.Co) {
			v.Set(co, "before")
			aio.Go(co, "child", func(co *aio.Co) error {
				co.Printf("child has %s\n", v.Get(co))
				v.Set(co, "child's")
				_ = aio.Sleep(co, 0)
				co.Printf("child has %s\n", v.Get(co))
				return nil
			})
			v.Set(co, "after")
			for range 2 {
				_ = aio.Sleep(co, 0)
				co.Printf("main has %s\n", v.Get(co))
			}
		}},
		{"CTX-02 so have callbacks, from where they were registered", `
			0s soon has 1
			0s done has 2
			0s late has 3
			1s timer has 4
			1s main has 5`, func(co *aio.Co) {
			l := co.Loop()
			say := func(name string) func() {
				return func() {
					l.Printf("%s has %s\n", name, v.Get(l))
					v.Set(l, name+"'s")
				}
			}
			v.Set(co, "1")
			l.CallSoon("soon", say("soon"))
			f := aio.NewFuture[int](co, "f")
			v.Set(co, "2")
			f.AddDoneCallback("done", func(*aio.Future[int]) { say("done")() })
			v.Set(co, "3")
			_ = f.SetResult(1)
			f.AddDoneCallback("late", func(*aio.Future[int]) { say("late")() })
			v.Set(co, "4")
			l.CallLater("timer", sec, say("timer"))
			v.Set(co, "5")
			_ = aio.Sleep(co, sec)
			co.Printf("main has %s\n", v.Get(co))
		}},
		{"awaiting changes nothing", `
			0s main has main's`, func(co *aio.Co) {
			v.Set(co, "main's")
			_, _ = aio.Go(co, "child", func(co *aio.Co) error { v.Set(co, "child's"); return nil }).Await(co)
			co.Printf("main has %s\n", v.Get(co))
		}},
		{"CTX-04 tasks may share one context", `
			0s first had given
			0s second had first's
			0s main has default, own has second's`, func(co *aio.Co) {
			own := aio.CopyContext(co)
			own.Set(v, "given")
			for _, name := range []string{"first", "second"} {
				task := aio.NewTask(co, aio.TaskConfig{Name: name, Context: own}, func(co *aio.Co) (int, error) {
					co.Printf("%s had %s\n", name, v.Get(co))
					v.Set(co, name+"'s")
					return 0, nil
				})
				_, _ = task.Await(co)
			}
			value, _ := own.Get(v)
			co.Printf("main has %s, own has %v\n", v.Get(co), value)
		}},
		{"WaitForFunc runs in the caller's context", `
			0s main has fn's`, func(co *aio.Co) {
			_, _ = aio.WaitForFunc(co, sec, func(co *aio.Co) (int, error) { v.Set(co, "fn's"); return 0, nil })
			co.Printf("main has %s\n", v.Get(co))
		}},
		{"set and reset, in any order", `
			0s a b a default
			0s b again: b`, func(co *aio.Co) {
			a := v.Set(co, "a")
			line := v.Get(co)
			b := v.Set(co, "b")
			line += " " + v.Get(co)
			v.Reset(co, b)
			line += " " + v.Get(co)
			v.Reset(co, a)
			co.Printf("%s %s\n", line, v.Get(co))
			v.Set(co, "b")
			c := v.Set(co, "c")
			v.Reset(co, c)
			co.Printf("b again: %s\n", v.Get(co))
		}},
	} {
		t.Run(test.name, func(t *testing.T) { checkBody(t, test.want, test.run) })
	}
}

// TestManyContexts is CTX-03: a hundred tasks keep their own values, however they take turns.
func TestManyContexts(t *testing.T) {
	v, w := aio.NewContextVar("v", -1), aio.NewContextVar("w", "")
	err := aio.Run(func(co *aio.Co) error {
		return aio.TaskGroup(co, func(g *aio.Group) error {
			for i := range 100 {
				_, err := g.Go("", func(co *aio.Co) error {
					v.Set(co, i)
					for range 10 {
						w.Set(co, fmt.Sprint(i))
						if err := aio.Sleep(co, time.Duration(co.Rand().IntN(5))*ms); err != nil {
							return err
						}
						if v.Get(co) != i || w.Get(co) != fmt.Sprint(i) {
							return fmt.Errorf("task %d has %d and %q", i, v.Get(co), w.Get(co))
						}
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
}

// TestHandlerContext is FUT2-02 and trap 33: the exception handler runs in the context of the task that it is about,
// and what it sets there is not seen by whoever ran when it was called.
func TestHandlerContext(t *testing.T) {
	v := aio.NewContextVar("v", "default")
	failing := func(co *aio.Co) error {
		v.Set(co, name(co)+"'s")
		_ = aio.Sleep(co, sec)
		return errBoom
	}
	check(t, `
		0s callback failed in callback's
		0s callback still has callback's
		main: <nil>
		0s unhandled exception during asyncio.run() shutdown in leftover's
		0s Task exception was never retrieved in dropped's
		`, func(co *aio.Co) error {
		l := co.Loop()
		l.SetExceptionHandler(func(l *aio.Loop, c sim.ExceptionContext) { l.Printf("%s in %s\n", c.Message, v.Get(l)) })
		l.CallSoon("failing", func() {
			v.Set(l, "callback's")
			l.CallExceptionHandler(sim.ExceptionContext{Message: "callback failed", Exception: errBoom})
			l.Printf("callback still has %s\n", v.Get(l))
		})
		aio.Go(co, "dropped", func(co *aio.Co) error { v.Set(co, "dropped's"); return errBoom })
		aio.Go(co, "leftover", failing)
		return aio.Sleep(co, 0)
	})
}
