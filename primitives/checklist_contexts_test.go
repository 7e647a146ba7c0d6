package aio_test

import (
	"errors"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func TestCTX_05_TwoTasksInOneContext(t *testing.T) {
	v := aio.NewContextVar("v", "default")
	checkBody(t, `
		0s first has default
		1s first has first's
		1s second has first's again
		2s second has second's
		2s main has default`, func(co *aio.Co) {
		own := aio.CopyContext(co)
		for _, name := range []string{"first", "second"} {
			_, _ = aio.NewTask(co, aio.TaskConfig{Name: name, Context: own}, func(co *aio.Co) (int, error) {
				co.Printf("%s has %s\n", name, v.Get(co))
				v.Set(co, name+"'s")
				_ = aio.Sleep(co, sec)
				co.Printf("%s has %s\n", name, v.Get(co))
				v.Set(co, name+"'s again")
				return 0, nil
			}).Await(co)
		}
		co.Printf("main has %s\n", v.Get(co))
	})
}

func TestCTX_06_TasksMadeInACallback(t *testing.T) {
	v := aio.NewContextVar("v", "default")
	checkBody(t, `
		0s eager has given
		0s eager copy has callback's
		0s callback has callback's, own has eager's
		0s shared has eager's
		0s copy has callback's
		0s main has main's, own has shared's`, func(co *aio.Co) {
		v.Set(co, "main's")
		own := aio.CopyContext(co)
		own.Set(v, "given")
		l := co.Loop()
		say := func(name string) func(co *aio.Co) (int, error) {
			return func(co *aio.Co) (int, error) {
				co.Printf("%s has %s\n", name, v.Get(co))
				v.Set(co, name+"'s")
				return 0, nil
			}
		}
		l.CallSoon("callback", func() {
			v.Set(l, "callback's")
			aio.NewTask(l, aio.TaskConfig{Name: "shared", Context: own}, say("shared"))
			aio.NewTask(l, aio.TaskConfig{Name: "eager", Context: own, Eager: true}, say("eager"))
			aio.NewTask(l, aio.TaskConfig{Name: "eager copy", Eager: true}, say("eager copy"))
			aio.NewTask(l, aio.TaskConfig{Name: "copy"}, say("copy"))
			l.Printf("callback has %s, own has %s\n", v.Get(l), v.In(own))
			v.Set(l, "too late for copy")
		})
		settle(co)
		co.Printf("main has %s, own has %s\n", v.Get(co), v.In(own))
	})
}

func TestCAN_01_MessageOfAnyType(t *testing.T) {
	type reason struct{ code int }
	for _, message := range []any{"why", 5, reason{7}, &reason{8}, errBoom, nil} {
		inMain(t, func(co *aio.Co) {
			var inside error
			task := aio.Go(co, "t", func(co *aio.Co) error {
				inside = aio.Sleep(co, sec)
				return inside
			})
			f := aio.NewFuture[int](co, "f")
			settle(co)
			task.Cancel(message)
			f.Cancel(message)
			_, awaited := task.Await(co)
			for who, err := range map[string]error{"the task": inside, "its awaiter": awaited, "a future": f.Exception()} {
				var cancelled *aio.CancelledError
				if !errors.As(err, &cancelled) || cancelled.Message != message {
					t.Errorf("%s has %v, want the message %v", who, err, message)
				}
			}
		})
	}
}

func TestCAN_03_UncancelAfterTheEnd(t *testing.T) {
	inMain(t, func(co *aio.Co) {
		deaf := aio.Spawn(co, "deaf", func(co *aio.Co) (int, error) { _ = aio.Sleep(co, sec); return 7, nil })
		obedient := aio.Spawn(co, "obedient", valued(sec, 7))
		settle(co)
		for _, task := range []*aio.Task[int]{deaf, obedient} {
			task.Cancel()
			settle(co)
		}
		for range 2 {
			if n, err := deaf.Result(); n != 7 || err != nil || deaf.Cancelled() {
				t.Errorf("deaf has %d, %v, cancelled %t", n, err, deaf.Cancelled())
			}
			if err := obedient.Exception(); !errors.Is(err, aio.ErrCancelled) || !obedient.Cancelled() {
				t.Errorf("obedient has %v, cancelled %t", err, obedient.Cancelled())
			}
			for _, task := range []*aio.Task[int]{deaf, obedient} {
				before := task.Cancelling()
				if left := task.Uncancel(); left != max(before-1, 0) || left != task.Cancelling() {
					t.Errorf("%v: uncancel of %d leaves %d", task, before, left)
				}
			}
		}
		if deaf.Cancel() || deaf.Cancelling() != 0 {
			t.Error("a task that is done counts a cancel")
		}
	})
}
