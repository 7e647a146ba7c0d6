package aio_test

import (
	"errors"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func ExampleSemaphore() {
	_ = aio.Run(func(co *aio.Co) error {
		tables := aio.NewSemaphore("tables", 2)
		return aio.TaskGroup(co, func(g *aio.Group) error {
			for _, who := range []string{"ann", "bob", "cid"} {
				if _, err := g.Go(who, func(co *aio.Co) error {
					return tables.With(co, func() error {
						co.Printf("at %v: %s sits down\n", co.Now(), who)
						return aio.Sleep(co, 30*sec)
					})
				}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	// Output:
	// at 0s: ann sits down
	// at 0s: bob sits down
	// at 30s: cid sits down
}

func TestSemaphore(t *testing.T) {
	takers := func(co *aio.Co, s *aio.Semaphore, names ...string) (tasks []*aio.Task[aio.None]) {
		for _, name := range names {
			tasks = append(tasks, aio.Go(co, name, taker(s)))
		}
		settle(co)
		return tasks
	}
	for _, test := range []struct {
		name, want string
		value      int
		run        func(co *aio.Co, s *aio.Semaphore)
	}{
		{"SEM-01 a value of 0 is locked, any other is not", `
			0s true false`, 0, func(co *aio.Co, s *aio.Semaphore) {
			co.Printf("%t %t\n", s.Locked(), aio.NewSemaphore("one", 1).Locked())
		}},
		{"SEM-02 three get in, then as many as are released, in order", `
			0s main: <nil>
			0s main: <nil>
			0s locked: false
			0s a: <nil>
			0s locked: true
			1s b: <nil>
			1s c: <nil>
			1s locked: true
			2s locked: false`, 3, func(co *aio.Co, s *aio.Semaphore) {
			_ = taker(s)(co)
			_ = taker(s)(co)
			co.Printf("locked: %t\n", s.Locked())
			takers(co, s, "a", "b", "c")
			co.Printf("locked: %t\n", s.Locked())
			_ = aio.Sleep(co, sec)
			_ = s.Release()
			_ = s.Release()
			settle(co)
			co.Printf("locked: %t\n", s.Locked())
			_ = aio.Sleep(co, sec)
			_ = s.Release()
			co.Printf("locked: %t\n", s.Locked())
		}},
		{"SEM-03 a waiter that is cancelled leaves", `
			0s a: cancelled
			0s locked: false`, 0, func(co *aio.Co, s *aio.Semaphore) {
			takers(co, s, "a")[0].Cancel()
			settle(co)
			_ = s.Release()
			co.Printf("locked: %t\n", s.Locked())
		}},
		{"SEM-04 two at the head are cancelled: one release is for the third, not for the fourth", `
			0s a: cancelled
			0s b: cancelled
			0s c: <nil>
			main: <nil>
			0s d: cancelled`, 0, func(co *aio.Co, s *aio.Semaphore) {
			tasks := takers(co, s, "a", "b", "c", "d")
			tasks[0].Cancel()
			tasks[1].Cancel()
			_ = s.Release()
			settle(co)
		}},
		{"SEM-05 the head is cancelled and then released: the second gets in", `
			0s a: cancelled
			0s b: <nil>
			0s locked: true`, 0, func(co *aio.Co, s *aio.Semaphore) {
			tasks := takers(co, s, "a", "b")
			tasks[0].Cancel()
			_ = s.Release()
			settle(co)
			co.Printf("locked: %t\n", s.Locked())
		}},
		{"SEM-06, trap 15 the head is cancelled after it was woken: it gives its place to the next one", `
			0s a: cancelled
			0s b: <nil>
			0s locked: true`, 0, func(co *aio.Co, s *aio.Semaphore) {
			tasks := takers(co, s, "a", "b")
			_ = s.Release()
			tasks[0].Cancel()
			settle(co)
			co.Printf("locked: %t\n", s.Locked())
		}},
		{"SEM-06 and where there is no next one, to whoever comes", `
			0s a: cancelled
			0s main: <nil>
			0s locked: true`, 0, func(co *aio.Co, s *aio.Semaphore) {
			a := takers(co, s, "a")[0]
			_ = s.Release()
			a.Cancel()
			settle(co)
			_ = taker(s)(co)
			co.Printf("locked: %t\n", s.Locked())
		}},
		{"SEM-06 cancelled while it waits in With: what it has not got is not released", `
			0s with: cancelled
			0s locked: true`, 1, func(co *aio.Co, s *aio.Semaphore) {
			_ = s.Acquire(co)
			with := aio.Go(co, "with", func(co *aio.Co) error {
				err := s.With(co, func() error { return errBoom })
				co.Printf("with: %v\n", err)
				return err
			})
			settle(co)
			with.Cancel()
			settle(co)
			co.Printf("locked: %t\n", s.Locked())
		}},
		{"SEM-06 cancelled inside of With: what it has got is released", `
			0s with: cancelled
			0s locked: false`, 1, func(co *aio.Co, s *aio.Semaphore) {
			with := aio.Go(co, "with", func(co *aio.Co) error {
				err := s.With(co, func() error { return aio.Sleep(co, sec) })
				co.Printf("with: %v\n", err)
				return err
			})
			settle(co)
			with.Cancel()
			settle(co)
			co.Printf("locked: %t\n", s.Locked())
		}},
		{"SEM-08 release without waiters", `
			0s false true`, 1, func(co *aio.Co, s *aio.Semaphore) {
			_ = s.Acquire(co)
			_ = s.Release()
			_ = s.Release() // one more than acquired, which only a bounded one minds
			_ = s.Acquire(co)
			first := s.Locked()
			_ = s.Acquire(co)
			co.Printf("%t %t\n", first, s.Locked())
		}},
		{"SEM-09 three tasks that acquire twice take turns", `
			0s c1 1
			0s c2 1
			0s c3 1
			0s c1 2
			0s c2 2
			0s c3 2`, 0, func(co *aio.Co, s *aio.Semaphore) {
			for _, name := range []string{"c1", "c2", "c3"} {
				aio.Go(co, name, func(co *aio.Co) error {
					for i := range 2 {
						_ = s.Acquire(co)
						co.Printf("%s %d\n", name, i+1)
						_ = s.Release()
					}
					return nil
				})
			}
			settle(co)
			_ = s.Release()
			settle(co)
			settle(co)
		}},
		{"SEM-10 who releases and acquires again goes behind those that wait", `
			0s 1
			0s 2
			0s 3
			0s 4`, 0, func(co *aio.Co, s *aio.Semaphore) {
			say := func(what int) func(co *aio.Co) error {
				return func(co *aio.Co) error {
					err := s.Acquire(co)
					co.Printf("%d\n", what)
					_ = s.Release()
					return err
				}
			}
			aio.Go(co, "", func(co *aio.Co) error {
				_ = say(1)(co)
				return say(4)(co)
			})
			aio.Go(co, "", say(2))
			aio.Go(co, "", say(3))
			settle(co)
			_ = s.Release()
			settle(co)
		}},
		{"SEM-11 the head is cancelled, then two are released", `
			0s a: cancelled
			0s b: <nil>
			0s c: <nil>`, 0, func(co *aio.Co, s *aio.Semaphore) {
			tasks := takers(co, s, "a", "b", "c")
			tasks[0].Cancel()
			_ = s.Release()
			_ = s.Release()
			settle(co)
		}},
		{"SEM-12, trap 16 released more often than there are waiters: locked until the woken ones have run", `
			0s locked: true
			0s a: <nil>
			0s b: <nil>
			0s c: <nil>
			0s locked: true`, 0, func(co *aio.Co, s *aio.Semaphore) {
			takers(co, s, "a")
			aio.Go(co, "b", taker(s))
			aio.Go(co, "c", taker(s))
			for range 3 {
				_ = s.Release()
			}
			co.Printf("locked: %t\n", s.Locked()) // with a value of 2
			settle(co)
			co.Printf("locked: %t\n", s.Locked())
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, func(co *aio.Co) { test.run(co, aio.NewSemaphore("s", test.value)) })
		})
	}
}

// TestBoundedSemaphore is SEM-07.
func TestBoundedSemaphore(t *testing.T) {
	check(t, `
		0s release semaphore "s": the bounded semaphore was released too many times
		1s a: <nil>
		1s release semaphore "s" in task "main" at 1s: the bounded semaphore was released too many times
		1s locked: false, then true
		main: <nil>`, func(co *aio.Co) error {
		s := aio.NewBoundedSemaphore("s", 1)
		co.Printf("%v\n", s.Release())
		_ = s.Acquire(co)
		aio.Go(co, "a", taker(s))
		_ = aio.Sleep(co, sec)
		if err := s.Release(); err != nil {
			t.Error(err)
		}
		settle(co)
		if err := s.Release(); err != nil {
			t.Error(err)
		}
		co.Printf("%v\n", s.Release())
		before := s.Locked()
		_ = s.Acquire(co)
		co.Printf("locked: %t, then %t\n", before, s.Locked())
		return nil
	})
}

// TestBoundedSemaphoreAboveItsBound: a waiter that was let in and then cancelled gives its place back, also when the
// semaphore was filled up meanwhile. Every further release is one too many.
func TestBoundedSemaphoreAboveItsBound(t *testing.T) {
	check(t, `
		0s release semaphore "s" in task "main" at 0s: the bounded semaphore was released too many times
		main: <nil>`, func(co *aio.Co) error {
		s := aio.NewBoundedSemaphore("s", 1)
		_ = s.Acquire(co)
		waiter := aio.Go(co, "waiter", func(co *aio.Co) error { return s.Acquire(co) })
		settle(co)
		if err := errors.Join(s.Release(), s.Release()); err != nil {
			t.Error(err)
		}
		waiter.Cancel()
		settle(co)
		co.Printf("%v\n", s.Release())
		return nil
	})
}

func TestSemaphoreOfAnotherLoop(t *testing.T) {
	s := aio.NewSemaphore("shared", 1)
	wait := inASecond(s.Acquire)
	if err := aio.RunWith(quiet, wait); err != nil {
		t.Error(err)
	}
	if err := aio.RunWith(quiet, wait); !errors.Is(err, aio.ErrTimeout) {
		t.Errorf("on the second loop, the first that waits, the wait ends with %v", err)
	}
	wantUsage(t, aio.RunWith(quiet, wait), aio.ErrOtherLoop, `wait semaphore "shared" in task "main"`)
	_ = s.Release()
	if err := aio.RunWith(quiet, wait); err != nil {
		t.Errorf("on another loop, without waiting: %v", err)
	}
}

func TestSemaphoreDeadlock(t *testing.T) {
	check(t, `
		main: deadlock at 1s: nothing can run and no timer is set
		task "main" waits for semaphore "s" since 1s
		task "a" waits for semaphore-1 since 0s`, func(co *aio.Co) error {
		aio.Go(co, "a", aio.NewSemaphore("", 0).Acquire)
		_ = aio.Sleep(co, sec)
		return aio.NewBoundedSemaphore("s", 0).Acquire(co)
	})
}
