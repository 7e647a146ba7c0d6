package aio_test

import (
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleShield() {
	_ = aio.Run(func(co *aio.Co) error {
		commit := aio.Go(co, "commit", func(co *aio.Co) error {
			err := aio.Sleep(co, 3*sec)
			co.Printf("at %v: committed, %v\n", co.Now(), err)
			return err
		})
		err := aio.Timeout(co, sec, func(*aio.TimeoutScope) error {
			_, err := aio.Shield(co, commit).Await(co)
			return err
		})
		co.Printf("at %v: %v\n", co.Now(), err)
		_, err = commit.Await(co)
		return err
	})
	// Output:
	// at 1s: timeout in task "main" timed out at 1s
	// at 3s: committed, <nil>
}

func TestShield(t *testing.T) {
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"SHD-01 a result", `1s 7 <nil>`, func(co *aio.Co) {
			n, err := aio.Shield(co, aio.Spawn(co, "t", valued(sec, 7))).Await(co)
			co.Printf("%d %v\n", n, err)
		}},
		{"SHD-01 an exception", `1s 0 boom`, func(co *aio.Co) {
			n, err := aio.Shield(co, aio.Spawn(co, "t", failing(sec, errBoom))).Await(co)
			co.Printf("%d %v\n", n, err)
		}},
		{"SHD-01 inner is cancelled: so is the shield, without the message", `
			0s cancelled, main's count 0
			0s shield cancelled true`, func(co *aio.Co) {
			task := aio.Spawn(co, "t", valued(sec, 7))
			outer := aio.Shield(co, task)
			task.Cancel("m")
			_, err := outer.Await(co)
			co.Printf("%v, main's count %d\n", err, aio.CurrentTask(co).Cancelling())
			co.Printf("shield cancelled %t\n", outer.Cancelled())
		}},
		{"SHD-02 the shield is cancelled: inner runs on", `
			0s true, cancelled true, t pending
			1s t done: 7 <nil>`, func(co *aio.Co) {
			task := aio.Spawn(co, "t", valued(sec, 7))
			outer := aio.Shield(co, task)
			settle(co)
			co.Printf("%t, cancelled %t, %s\n", outer.Cancel("m"), outer.Cancelled(), states(task))
			n, err := task.Await(co)
			co.Printf("%s: %d %v\n", states(task), n, err)
		}},
		{"SHD-03 and then returns: nobody is told", ``, func(co *aio.Co) {
			outer := aio.Shield(co, aio.Spawn(co, "t", valued(sec, 7)))
			outer.Cancel()
			_ = aio.Sleep(co, 2*sec)
		}},
		{"SHD-03, trap 24 and then fails: the handler is told, once", `
			! at 1s: exception in shielded future: task "t": boom`, func(co *aio.Co) {
			task := aio.Spawn(co, "t", failing(sec, errBoom))
			aio.Shield(co, task).Cancel()
			_ = aio.Sleep(co, 2*sec)
		}},
		{"SHD-03 once also with two shields", `
			! at 1s: exception in shielded future: task "t": boom`, func(co *aio.Co) {
			task := aio.Spawn(co, "t", failing(sec, errBoom))
			first, second := aio.Shield(co, task), aio.Shield(co, task)
			first.Cancel()
			settle(co)
			second.Cancel()
			_ = aio.Sleep(co, 2*sec)
		}},
		{"trap 24 even if somebody awaits inner", `
			1s boom
			! at 1s: exception in shielded future: task "t": boom`, func(co *aio.Co) {
			task := aio.Spawn(co, "t", failing(sec, errBoom))
			waiter := aio.Go(co, "waiter", func(co *aio.Co) error {
				_, err := task.Await(co)
				co.Printf("%v\n", err)
				return nil
			})
			_ = aio.Sleep(co, 0)
			aio.Shield(co, task).Cancel()
			_, _ = waiter.Await(co)
		}},
		{"and then is cancelled itself: nobody is told", ``, func(co *aio.Co) {
			task := aio.Spawn(co, "t", valued(sec, 1))
			aio.Shield(co, task).Cancel()
			settle(co)
			task.Cancel()
			_ = aio.Sleep(co, 2*sec)
		}},
		{"inner has failed as the shield is cancelled: it was never retrieved", `
			main: <nil>
			! at 0s: Future exception was never retrieved: future "f": boom`, func(co *aio.Co) {
			f := aio.NewFuture[int](co, "f")
			outer := aio.Shield(co, f)
			settle(co)
			_ = f.SetException(errBoom)
			outer.Cancel()
			settle(co)
		}},
		{"SHD-04 a done inner is its own shield", `
			0s the same: true
			0s the same: false`, func(co *aio.Co) {
			f := done(co)
			co.Printf("the same: %t\n", aio.Shield(co, f) == aio.AwaitableOf[int](f))
			g := aio.NewFuture[int](co, "g")
			co.Printf("the same: %t\n", aio.Shield(co, g) == aio.AwaitableOf[int](g))
		}},
		{"SHD-05 the caller is cancelled: inner finishes", `
			0s caller ends: cancelled: m
			1s inner ends: <nil>`, func(co *aio.Co) {
			caller := aio.Go(co, "caller", func(co *aio.Co) error {
				inner := aio.Go(co, "inner", func(co *aio.Co) error { return sayEnd(co, aio.Sleep(co, sec)) })
				_, err := aio.Shield(co, inner).Await(co)
				return sayEnd(co, err)
			})
			settle(co)
			caller.Cancel("m")
			_ = aio.Sleep(co, 2*sec)
		}},
		{"SHD-06 shield of gather", `
			0s shield cancelled true, gathering done false, a pending, b pending
			main: <nil>
			! at 0s: exception in shielded future: gather-1: cancelled`, func(co *aio.Co) {
			a, b := aio.Spawn(co, "a", valued(sec, 1)), aio.Spawn(co, "b", valued(sec, 2))
			all := aio.Gather(co, a, b)
			outer := aio.Shield(co, all)
			settle(co)
			outer.Cancel()
			settle(co)
			co.Printf("shield cancelled %t, gathering done %t, %s\n", outer.Cancelled(), all.Done(), states(a, b))
		}},
		{"SHD-06 gather of shields", `
			0s cancelled, a pending, b pending`, func(co *aio.Co) {
			a, b := aio.Spawn(co, "a", valued(sec, 1)), aio.Spawn(co, "b", valued(sec, 2))
			all := aio.Gather(co, aio.Shield(co, a), aio.Shield(co, b))
			settle(co)
			all.Cancel()
			_, err := all.Await(co)
			co.Printf("%v, %s\n", err, states(a, b))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, test.run)
		})
	}
	t.Run("FUT2-02, trap 33 the handler sees the failed task's context variables", func(t *testing.T) {
		v := aio.NewContextVar("v", "default")
		check(t, `
			1s exception in shielded future by t's
			main: <nil>`, func(co *aio.Co) error {
			co.Loop().SetExceptionHandler(func(l *aio.Loop, c sim.ExceptionContext) {
				l.Printf("%s by %s\n", c.Message, v.Get(l))
			})
			task := aio.Spawn(co, "t", func(co *aio.Co) (int, error) {
				v.Set(co, "t's")
				return failing(sec, errBoom)(co)
			})
			aio.Shield(co, task).Cancel()
			return aio.Sleep(co, 2*sec)
		})
	})
}
