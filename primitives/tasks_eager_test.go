package aio_test

import (
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func TestEagerTasks(t *testing.T) {
	t.Run("EAG-02, EAG-03 a task that does not suspend is done when it is made", func(t *testing.T) {
		check(t, `
			0s before
			0s child runs as child
			0s child done: 3 <nil>, f done
			main: <nil>`, func(co *aio.Co) error {
			f := aio.NewFuture[int](co, "f")
			co.Printf("before\n")
			task := aio.NewTask(co, aio.TaskConfig{Name: "child", Eager: true}, func(co *aio.Co) (int, error) {
				co.Printf("child runs as %s\n", name(co))
				return 3, f.SetResult(1)
			})
			n, err := task.Result()
			co.Printf("%s: %d %v, %s\n", states(task), n, err, states(f))
			return nil
		})
	})
	t.Run("EAG-04, EAG-06 one that suspends goes on later, and its maker at once", func(t *testing.T) {
		check(t, `
			0s child starts
			0s main is main, child pending
			1s child ends: <nil>
			1s child done
			main: <nil>`, func(co *aio.Co) error {
			task := eager(co, "child", sleeper(sec, nil))
			co.Printf("main is %s, %s\n", name(co), states(task))
			_, err := task.Await(co)
			co.Printf("%s\n", states(task))
			return err
		})
	})
	t.Run("EAG-05 cancel", func(t *testing.T) {
		check(t, `
			0s over done: cancel false
			0s blocked pending: cancel true
			0s cancelled: stop: over done, blocked cancelled
			main: <nil>`, func(co *aio.Co) error {
			over := eager(co, "over", func(*aio.Co) error { return nil })
			co.Printf("%s: cancel %t\n", states(over), over.Cancel())
			blocked := eager(co, "blocked", func(co *aio.Co) error { return aio.Sleep(co, sec) })
			co.Printf("%s: cancel %t\n", states(blocked), blocked.Cancel("stop"))
			_, err := blocked.Await(co)
			co.Printf("%v: %s\n", err, states(over, blocked))
			return nil
		})
	})
	t.Run("EAG-07 all tasks", func(t *testing.T) {
		count := func(co *aio.Co, when string) { co.Printf("%s: %d\n", when, len(aio.AllTasks(co))) }
		check(t, `
			0s in the first step: 2
			0s while it is blocked: 2
			0s in the first step: 3
			0s when one is over: 2
			main: <nil>
			`, func(co *aio.Co) error {
			eager(co, "blocked", func(co *aio.Co) error {
				count(co, "in the first step")
				return aio.Sleep(co, sec)
			})
			count(co, "while it is blocked")
			eager(co, "over", func(co *aio.Co) error { count(co, "in the first step"); return nil })
			count(co, "when one is over")
			return nil
		})
	})
	t.Run("EAG-08 what the first step sets stays in the child", func(t *testing.T) {
		v := aio.NewContextVar("v", "default")
		check(t, `
			0s child had main's
			0s main has main's
			0s child still has child's
			main: <nil>`, func(co *aio.Co) error {
			v.Set(co, "main's")
			eager(co, "child", func(co *aio.Co) error {
				co.Printf("child had %s\n", v.Get(co))
				v.Set(co, "child's")
				_ = aio.Sleep(co, 0)
				co.Printf("child still has %s\n", v.Get(co))
				return nil
			})
			co.Printf("main has %s\n", v.Get(co))
			return aio.Sleep(co, 0)
		})
	})
	t.Run("EAG-10 made where the loop does not run, it is an ordinary one", func(t *testing.T) {
		r, err := aio.NewRunner(aio.Config{})
		if err != nil {
			t.Fatal(err)
		}
		started := false
		task := eager(r.Loop(), "early", func(*aio.Co) error { started = true; return nil })
		if started || task.Done() {
			t.Error("it ran before the loop did")
		}
		if err := r.Run(func(co *aio.Co) error { _, err := task.Await(co); return err }); err != nil || !started {
			t.Errorf("started: %t, %v", started, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("made in a callback", func(t *testing.T) {
		check(t, `
			0s callback makes it
			0s child starts
			0s callback goes on, in no task: true
			1s child ends: <nil>
			main: <nil>`, func(co *aio.Co) error {
			l := co.Loop()
			l.CallSoon("callback", func() {
				l.Printf("callback makes it\n")
				eager(l, "child", sleeper(sec, nil))
				l.Printf("callback goes on, in no task: %t\n", aio.CurrentTask(l) == nil)
			})
			return aio.Sleep(co, 2*sec)
		})
	})
	t.Run("the co of the maker is not the child's to use", func(t *testing.T) {
		err := aio.RunWith(quiet, func(co *aio.Co) error {
			eager(co, "child", func(*aio.Co) error { return aio.Sleep(co, 0) })
			return nil
		})
		wantUsage(t, err, sim.ErrForeignCo, "task \"main\"", "task \"child\"")
	})
}

// TestEagerTree is EAG-11: a tree of groups whose tasks do not suspend runs in its maker's own step, to any depth.
func TestEagerTree(t *testing.T) {
	leaves := 0
	var grow func(co *aio.Co, depth int) error
	grow = func(co *aio.Co, depth int) error {
		if depth == 0 {
			leaves++
			return nil
		}
		tasks := make([]aio.AwaitableOf[aio.None], 5)
		for i := range tasks {
			tasks[i] = eager(co, "", func(co *aio.Co) error { return grow(co, depth-1) })
		}
		_, err := aio.Gather(co, tasks...).Await(co)
		return err
	}
	suspensions := 0
	config := aio.Config{Trace: func(e sim.Event) {
		if e.Kind == sim.TaskSuspended {
			suspensions++
		}
	}}
	if err := aio.RunWith(config, func(co *aio.Co) error { return grow(co, 4) }); err != nil {
		t.Fatal(err)
	}
	if leaves != 625 || suspensions != 0 {
		t.Errorf("%d leaves and %d suspensions, want 625 and none", leaves, suspensions)
	}
}
