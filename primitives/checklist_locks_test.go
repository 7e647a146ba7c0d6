package aio_test

import (
	"errors"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestTGR_17_PanicIsInNoGroup: a panic ends the run as it is, also where a sibling has failed as well.
func TestTGR_17_PanicIsInNoGroup(t *testing.T) {
	fail := func(co *aio.Co) error { _ = aio.Sleep(co, sec); return errBoom }
	for _, test := range []struct {
		name, task string
		body       func(co *aio.Co, g *aio.Group) error
	}{
		{"of the body", "main", func(co *aio.Co, g *aio.Group) error {
			_, _ = g.Go("failing", fail)
			_ = aio.Sleep(co, 2*sec)
			panic("ouch")
		}},
		{"of a child", "child", func(co *aio.Co, g *aio.Group) error {
			_, _ = g.Go("failing", fail)
			_, err := g.Go("child", func(co *aio.Co) error { _ = aio.Sleep(co, 2*sec); panic("ouch") })
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer noGoroutineLeft(t)()
			err := aio.RunWith(quiet, func(co *aio.Co) error {
				err := aio.TaskGroup(co, func(g *aio.Group) error { return test.body(co, g) })
				t.Errorf("the group is left with %v", err)
				return err
			})
			var ouch *sim.PanicError
			var group *aio.ExceptionGroup
			if !errors.As(err, &ouch) || ouch.Value != "ouch" || ouch.Task != test.task || errors.As(err, &group) {
				t.Errorf("the run ends with %s", brief(err))
			}
		})
	}
}

// TestTGR_26_OnlyInATask: what is no task cannot wait for a group, and the body does not run.
func TestTGR_26_OnlyInATask(t *testing.T) {
	err := aio.RunWith(quiet, func(co *aio.Co) error {
		raw := &rawBody{fn: func(co *aio.Co) {
			_ = aio.TaskGroup(co, func(*aio.Group) error { t.Error("the body runs"); return nil })
		}}
		raw.Init(co.Loop(), "raw", raw)
		raw.Start()
		return aio.Sleep(co, sec)
	})
	wantUsage(t, err, aio.ErrNotInTask, "raw")
}

// TestTGR_31_NameInTheFirstStep: an eager task has its name before SpawnIn has returned it.
func TestTGR_31_NameInTheFirstStep(t *testing.T) {
	checkBody(t, `
		0s eager runs as "eager"
		0s both have been made
		0s lazy runs as "lazy"`, func(co *aio.Co) {
		_ = aio.TaskGroup(co, func(g *aio.Group) error {
			for _, config := range []aio.TaskConfig{{Name: "lazy"}, {Name: "eager", Eager: true}} {
				if _, err := aio.SpawnIn(g, config, func(co *aio.Co) (int, error) {
					co.Printf("%s runs as %q\n", config.Name, name(co))
					return 0, nil
				}); err != nil {
					return err
				}
			}
			co.Printf("both have been made\n")
			return nil
		})
	})
}

// TestCND_10_OfAnotherLoop: it shows where a task would have to wait, for the lock or for a notification.
func TestCND_10_OfAnotherLoop(t *testing.T) {
	t.Run("acquire", func(t *testing.T) {
		c := aio.NewCondition("shared", nil)
		contend := func(co *aio.Co) error { return errors.Join(c.Acquire(co), inASecond(c.Acquire)(co)) }
		if err := aio.RunWith(quiet, contend); !errors.Is(err, aio.ErrTimeout) {
			t.Fatalf("on the first loop the second Acquire ends with %v", err)
		}
		wantUsage(t, aio.RunWith(quiet, inASecond(c.Acquire)), aio.ErrOtherLoop, `lock "shared" in task "main"`)
	})
	t.Run("wait", func(t *testing.T) {
		c := aio.NewCondition("shared", nil)
		wait := func(co *aio.Co) error { return c.With(co, func() error { return inASecond(c.Wait)(co) }) }
		if err := aio.RunWith(quiet, wait); !errors.Is(err, aio.ErrTimeout) {
			t.Fatalf("on the first loop the wait ends with %v", err)
		}
		err := aio.RunWith(quiet, func(co *aio.Co) error {
			return c.With(co, func() error {
				err := c.Wait(co)
				if !c.Locked() {
					t.Error("the lock was released")
				}
				return err
			})
		})
		wantUsage(t, err, aio.ErrOtherLoop, `wait condition "shared" in task "main"`)
		if c.Locked() {
			t.Error("the lock is still held")
		}
	})
}

// TestCND_12_SameError: who awaits the task gets the very error that Wait returned, the last one that was thrown.
func TestCND_12_SameError(t *testing.T) {
	checkBody(t, `
		0s cancelled: last
		0s it is the same`, func(co *aio.Co) {
		c := aio.NewCondition("c", nil)
		var returned error
		waiter := aio.Go(co, "waiter", func(co *aio.Co) error {
			return c.With(co, func() error { returned = c.Wait(co); return returned })
		})
		settle(co)
		_ = c.Acquire(co)
		for _, message := range []string{"first", "last"} {
			waiter.Cancel(message)
			settle(co)
		}
		_ = c.Release()
		_, err := waiter.Await(co)
		co.Printf("%v\n", err)
		if err == returned {
			co.Printf("it is the same\n")
		}
	})
}

// TestQUE_01_Text: a queue is its kind and its name, whatever is in it and whoever waits.
func TestQUE_01_Text(t *testing.T) {
	checkBody(t, `
		0s queue "q" of 0
		0s queue "q" of 1
		0s queue "q" of 1
		0s queue "q" of 0`, func(co *aio.Co) {
		q := aio.NewQueue[int]("q", 1)
		say := func() { co.Printf("%v of %d\n", q, q.Len()) }
		say()
		_ = q.PutNowait(1)
		say()
		aio.Go(co, "putter", func(co *aio.Co) error { _ = q.Put(co, 2); return nil })
		settle(co)
		say()
		q.Shutdown(true)
		say()
	})
}
