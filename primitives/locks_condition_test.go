package aio_test

import (
	"errors"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func ExampleCondition() {
	_ = aio.Run(func(co *aio.Co) error {
		var news aio.Condition
		free := 0
		for _, who := range []string{"ann", "bob"} {
			aio.Go(co, who, func(co *aio.Co) error {
				return news.With(co, func() error {
					if err := news.WaitFor(co, func() bool { return free > 0 }); err != nil {
						return err
					}
					free--
					co.Printf("at %v: %s parks\n", co.Now(), who)
					return nil
				})
			})
		}
		for range 2 {
			if err := aio.Sleep(co, 10*sec); err != nil {
				return err
			}
			if err := news.With(co, func() error {
				free++
				return news.NotifyAll()
			}); err != nil {
				return err
			}
		}
		return aio.Sleep(co, sec)
	})
	// Output:
	// at 10s: ann parks
	// at 20s: bob parks
}

// conditionWaiter is a task function that waits once, and says how that ended and whether it then holds the lock.
func conditionWaiter(c *aio.Condition) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		return c.With(co, func() error {
			err := c.Wait(co)
			co.Printf("%s: %v, locked %t\n", name(co), err, c.Locked())
			return err
		})
	}
}

// waitersFor makes tasks that wait for the condition.
func waitersFor(co *aio.Co, c *aio.Condition, names ...string) (tasks []*aio.Task[aio.None]) {
	for _, name := range names {
		tasks = append(tasks, aio.Go(co, name, conditionWaiter(c)))
	}
	settle(co)
	return tasks
}

// notify notifies with the lock held for as long as that takes.
func notify(co *aio.Co, c *aio.Condition, n int) {
	_ = c.With(co, func() error { return c.Notify(n) })
}

func TestCondition(t *testing.T) {
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co, c *aio.Condition)
	}{
		{"CND-01 those that are notified go on when the lock is released, in order", `
			1s released
			1s a: <nil>, locked true
			2s released
			2s b: <nil>, locked true
			2s c: <nil>, locked true
			2s locked false`, func(co *aio.Co, c *aio.Condition) {
			waitersFor(co, c, "a", "b", "c")
			for n := range 2 {
				_ = c.Acquire(co)
				_ = c.Notify(n + 1)
				_ = aio.Sleep(co, sec) // nobody runs meanwhile
				_ = c.Release()
				co.Printf("released\n")
				settle(co)
			}
			co.Printf("locked %t\n", c.Locked())
		}},
		{"CND-01 one that is notified releases before the next one has the lock", `
			0s a in
			1s a out
			1s b in
			2s b out`, func(co *aio.Co, c *aio.Condition) {
			for _, name := range []string{"a", "b"} {
				aio.Go(co, name, func(co *aio.Co) error {
					return c.With(co, func() error {
						_ = c.Wait(co)
						co.Printf("%s in\n", name)
						_ = aio.Sleep(co, sec)
						co.Printf("%s out\n", name)
						return nil
					})
				})
			}
			settle(co)
			notify(co, c, 2)
			_ = aio.Sleep(co, 3*sec)
		}},
		{"CND-02 cancelled while it waits: it has the lock again, and is out of the line", `
			0s a: cancelled, locked true
			0s b: <nil>, locked true
			0s locked false`, func(co *aio.Co, c *aio.Condition) {
			tasks := waitersFor(co, c, "a", "b")
			tasks[0].Cancel()
			settle(co)
			notify(co, c, 1)
			settle(co)
			co.Printf("locked %t\n", c.Locked())
		}},
		{"CND-02 cancelled before it waits", `
			0s a: cancelled, locked true
			0s locked false`, func(co *aio.Co, c *aio.Condition) {
			aio.Go(co, "a", func(co *aio.Co) error { aio.CurrentTask(co).Cancel(); return conditionWaiter(c)(co) })
			settle(co)
			co.Printf("locked %t\n", c.Locked())
		}},
		{"CND-03 cancelled after it was notified, while another holds the lock", `
			1s released
			1s a: cancelled, locked true
			1s locked false`, func(co *aio.Co, c *aio.Condition) {
			a := waitersFor(co, c, "a")[0]
			_ = c.Acquire(co)
			_ = c.Notify(1)
			a.Cancel()
			_ = aio.Sleep(co, sec)
			_ = c.Release()
			co.Printf("released\n")
			settle(co)
			co.Printf("locked %t\n", c.Locked())
		}},
		{"CND-04, CND-12 cancelled again and again as it waits for the lock: it gets it, and the last error", `
			1s released
			1s a: cancelled: third, locked true`, func(co *aio.Co, c *aio.Condition) {
			a := waitersFor(co, c, "a")[0]
			_ = c.Acquire(co)
			for _, message := range []string{"first", "second", "third"} {
				a.Cancel(message)
				settle(co)
			}
			_ = aio.Sleep(co, sec)
			_ = c.Release()
			co.Printf("released\n")
			settle(co)
		}},
		{"CND-06 wait for looks at the predicate each time that it is woken", `
			0s 0 waits
			0s 0 waits
			0s 1 waits
			0s 2: <nil>`, func(co *aio.Co, c *aio.Condition) {
			value := 0
			aio.Go(co, "a", func(co *aio.Co) error {
				return c.With(co, func() error {
					err := c.WaitFor(co, func() bool {
						if value < 2 {
							co.Printf("%d waits\n", value)
						}
						return value == 2
					})
					co.Printf("%d: %v\n", value, err)
					return err
				})
			})
			settle(co)
			for i := range 3 {
				value = i
				notify(co, c, 1)
				settle(co)
			}
		}},
		{"CND-06 wait for what holds needs no lock", `
			0s <nil>, locked false`, func(co *aio.Co, c *aio.Condition) {
			err := c.WaitFor(co, func() bool { return true })
			co.Printf("%v, locked %t\n", err, c.Locked())
		}},
		{"CND-06 wait for, cancelled", `
			0s cancelled: enough, locked true`, func(co *aio.Co, c *aio.Condition) {
			a := aio.Go(co, "a", func(co *aio.Co) error {
				return c.With(co, func() error {
					err := c.WaitFor(co, func() bool { return false })
					co.Printf("%v, locked %t\n", err, c.Locked())
					return err
				})
			})
			settle(co)
			a.Cancel("enough")
			settle(co)
		}},
		{"CND-07 notify wakes as many, each one once", `
			0s a: <nil>, locked true
			1s b: <nil>, locked true
			1s c: <nil>, locked true
			1s d: <nil>, locked true`, func(co *aio.Co, c *aio.Condition) {
			waitersFor(co, c, "a", "b", "c", "d")
			notify(co, c, 0)
			notify(co, c, -1)
			notify(co, c, 1)
			_ = aio.Sleep(co, sec)
			_ = c.With(co, func() error { return errors.Join(c.Notify(1), c.Notify(2048)) })
			settle(co)
			notify(co, c, 1) // nobody
		}},
		{"CND-08 notify all, in order", `
			0s a: <nil>, locked true
			0s b: <nil>, locked true
			0s c: <nil>, locked true`, func(co *aio.Co, c *aio.Condition) {
			waitersFor(co, c, "a", "b", "c")
			_ = c.With(co, c.NotifyAll)
			settle(co)
		}},
		{"CND-11 a timeout around the wait, with the lock held", `
			1s timed out true, locked true
			1s locked false`, func(co *aio.Co, c *aio.Condition) {
			_ = c.With(co, func() error {
				err := inASecond(c.Wait)(co)
				co.Printf("timed out %t, locked %t\n", errors.Is(err, aio.ErrTimeout), c.Locked())
				return nil
			})
			co.Printf("locked %t\n", c.Locked())
		}},
		{"CND-13, trap 18 notified, and cancelled before it runs: another is notified", `
			0s a: cancelled, locked true
			0s b: <nil>, locked true
			main: <nil>
			0s c: cancelled, locked true`, func(co *aio.Co, c *aio.Condition) {
			tasks := waitersFor(co, c, "a", "b", "c")
			_ = c.With(co, func() error {
				err := c.Notify(1)
				tasks[0].Cancel()
				return err
			})
			settle(co)
		}},
		{"CND-13 notified, and cancelled as it waits for the lock: another is notified", `
			1s a: cancelled, locked true
			1s b: <nil>, locked true
			main: <nil>
			1s c: cancelled, locked true`, func(co *aio.Co, c *aio.Condition) {
			tasks := waitersFor(co, c, "a", "b", "c")
			_ = c.With(co, func() error {
				_ = c.Notify(1)
				_ = aio.Sleep(co, sec)
				tasks[0].Cancel()
				return aio.Sleep(co, 0)
			})
			settle(co)
		}},
		{"CND-13 cancelled first, then notified: the notification is for the next, and a second one is passed on", `
			0s a: cancelled, locked true
			0s b: <nil>, locked true
			0s c: <nil>, locked true
			main: <nil>
			0s d: cancelled, locked true`, func(co *aio.Co, c *aio.Condition) {
			tasks := waitersFor(co, c, "a", "b", "c", "d")
			tasks[0].Cancel()
			notify(co, c, 1)
			settle(co)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, func(co *aio.Co) { test.run(co, aio.NewCondition("c", nil)) })
		})
	}
}

// TestConditionSameError is CND-12: what Wait returns is the error that was delivered, not one like it.
func TestConditionSameError(t *testing.T) {
	check(t, `
		main: <nil>`, func(co *aio.Co) error {
		var c aio.Condition
		var got error
		a := aio.Go(co, "a", func(co *aio.Co) error {
			return c.With(co, func() error { got = c.Wait(co); return got })
		})
		settle(co)
		a.Cancel("why")
		_, err := a.Await(co)
		var cancelled *aio.CancelledError
		if !errors.As(got, &cancelled) || cancelled.Message != "why" || err != got {
			t.Errorf("the wait returned %v and the task %v", got, err)
		}
		return nil
	})
}

// TestConditionLocks is CND-09: conditions with a lock of their own, and with one that they share.
func TestConditionLocks(t *testing.T) {
	check(t, `
		0s zero false, own false, shared true
		0s wait condition "full" in task "main" at 0s: cannot wait on an un-acquired lock
		0s a: <nil>, locked true
		main: <nil>`, func(co *aio.Co) error {
		var zero aio.Condition
		lock := aio.NewLock("l")
		full, empty := aio.NewCondition("full", lock), aio.NewCondition("empty", lock)
		_ = full.Acquire(co)
		co.Printf("zero %t, own %t, shared %t\n", zero.Locked(), aio.NewCondition("own", nil).Locked(), empty.Locked())
		_ = lock.Release()
		co.Printf("%v\n", full.Wait(co))
		waitersFor(co, full, "a")
		notify(co, empty, 1) // which has no waiters
		settle(co)
		_ = empty.With(co, full.NotifyAll)
		settle(co)
		return nil
	})
}

// TestConditionOfAnotherLoop is CND-10. A wait that is refused at once leaves the lock held.
func TestConditionOfAnotherLoop(t *testing.T) {
	c := aio.NewCondition("shared", nil)
	wait := func(co *aio.Co) error { return c.With(co, func() error { return inASecond(c.Wait)(co) }) }
	if err := aio.RunWith(quiet, wait); !errors.Is(err, aio.ErrTimeout) {
		t.Errorf("on the first loop the wait ends with %v", err)
	}
	held := false
	wantUsage(t, aio.RunWith(quiet, func(co *aio.Co) error {
		return c.With(co, func() error { err := c.Wait(co); held = c.Locked(); return err })
	}), aio.ErrOtherLoop, `wait condition "shared" in task "main"`)
	if !held || c.Locked() {
		t.Errorf("after the refusal the lock is held: %t, and in the end: %t", held, c.Locked())
	}
}

// TestConditionLosesItsLock: while a task waits, tasks of another loop come to wait for the lock, so that it cannot
// take it again. It hands its notification on.
func TestConditionLosesItsLock(t *testing.T) {
	check(t, `
		0s the other loop: timeout in task "main" timed out at 1s
		0s a: wait lock "l" in task "a" at 0s: it belongs to a different loop, locked true
		0s b: wait lock "l" in task "b" at 0s: it belongs to a different loop, locked true
		main: <nil>`, func(co *aio.Co) error {
		lock := aio.NewLock("l")
		c := aio.NewCondition("c", lock)
		for _, name := range []string{"a", "b"} {
			aio.Go(co, name, func(co *aio.Co) error {
				_ = c.Acquire(co)
				err := c.Wait(co)
				co.Printf("%s: %v, locked %t\n", name, err, c.Locked())
				return nil
			})
		}
		settle(co)
		_ = lock.Acquire(co)
		co.Printf("the other loop: %v\n", otherLoop(t, inASecond(lock.Acquire)))
		_ = c.Notify(1)
		settle(co)
		return lock.Release()
	})
}

// otherLoop runs a main on a loop of its own, in the midst of a task of this one.
func otherLoop(t *testing.T, main func(co *aio.Co) error) error {
	r, err := aio.NewRunner(quiet)
	if err != nil {
		t.Fatal(err)
	}
	return errors.Join(r.Run(main), r.Close())
}

func TestConditionDeadlock(t *testing.T) {
	check(t, `
		main: deadlock at 0s: nothing can run and no timer is set
		task "main" waits for condition "c" since 0s
		task "a" waits for condition-1 since 0s
		task "b" waits for lock-1 since 0s
		task "x" waits for lock "d" since 0s
		cycle: "b" -> "b"`, func(co *aio.Co) error {
		var zero, held aio.Condition
		aio.Go(co, "a", func(co *aio.Co) error { return zero.With(co, func() error { return zero.Wait(co) }) })
		aio.Go(co, "b", func(co *aio.Co) error { return errors.Join(held.Acquire(co), held.Acquire(co)) })
		d := aio.NewCondition("d", nil)
		aio.Go(co, "x", func(co *aio.Co) error { return errors.Join(d.Acquire(co), d.Acquire(co)) })
		c := aio.NewCondition("c", nil)
		return c.With(co, func() error { return c.Wait(co) })
	})
}
