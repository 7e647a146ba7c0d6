package aio_test

import (
	"errors"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleLock() {
	_ = aio.Run(func(co *aio.Co) error {
		var bath aio.Lock
		return aio.TaskGroup(co, func(g *aio.Group) error {
			for _, who := range []string{"ann", "bob"} {
				if _, err := g.Go(who, func(co *aio.Co) error {
					return bath.With(co, func() error {
						co.Printf("at %v: %s goes in\n", co.Now(), who)
						return aio.Sleep(co, 5*sec)
					})
				}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	// Output:
	// at 0s: ann goes in
	// at 5s: bob goes in
}

// taker is a task function that acquires, says how that ended, and keeps what it got.
func taker(l interface{ Acquire(co *aio.Co) error }) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		err := l.Acquire(co)
		co.Printf("%s: %v\n", name(co), err)
		return err
	}
}

func TestLock(t *testing.T) {
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co, l *aio.Lock)
	}{
		{"LCK-04 held inside With, across awaits, and free after it", `
			1s inside: true
			1s boom, after: false`, func(co *aio.Co, l *aio.Lock) {
			err := l.With(co, func() error {
				_ = aio.Sleep(co, sec)
				co.Printf("inside: %t\n", l.Locked())
				return errBoom
			})
			co.Printf("%v, after: %t\n", err, l.Locked())
		}},
		{"LCK-05 one waiter per release, in order", `
			0s released
			0s a: <nil>
			0s released
			0s b: <nil>`, func(co *aio.Co, l *aio.Lock) {
			_ = l.Acquire(co)
			aio.Go(co, "a", taker(l))
			aio.Go(co, "b", taker(l))
			for range 2 {
				settle(co)
				_ = l.Release()
				co.Printf("released\n")
			}
			settle(co)
		}},
		{"LCK-05 nobody overtakes the one that was woken, not even the releaser", `
			0s free: true
			0s a: <nil>
			1s main: <nil>`, func(co *aio.Co, l *aio.Lock) {
			_ = l.Acquire(co)
			aio.Go(co, "a", taker(l))
			settle(co)
			_ = l.Release()
			co.Printf("free: %t\n", !l.Locked())
			co.Loop().CallLater("release", sec, func() { _ = l.Release() })
			_ = taker(l)(co)
		}},
		{"LCK-06, LCK-09 a waiter that is cancelled leaves: the next one is woken", `
			0s a: cancelled
			0s b: <nil>`, func(co *aio.Co, l *aio.Lock) {
			_ = l.Acquire(co)
			a := aio.Go(co, "a", taker(l))
			aio.Go(co, "b", taker(l))
			settle(co)
			a.Cancel()
			_ = l.Release()
			settle(co)
		}},
		{"LCK-07 the first waiter is cancelled after it was woken: the second gets it", `
			0s a: cancelled
			0s b: <nil>`, func(co *aio.Co, l *aio.Lock) {
			_ = l.Acquire(co)
			a := aio.Go(co, "a", taker(l))
			aio.Go(co, "b", taker(l))
			settle(co)
			_ = l.Release()
			a.Cancel()
			settle(co)
		}},
		{"LCK-08 cancelled and released in one callback: one holder", `
			0s a: cancelled
			0s b: <nil>
			0s held: true
			main: <nil>
			0s c: cancelled`, func(co *aio.Co, l *aio.Lock) {
			_ = l.Acquire(co)
			a := aio.Go(co, "a", taker(l))
			aio.Go(co, "b", taker(l))
			aio.Go(co, "c", taker(l))
			settle(co)
			co.Loop().CallSoon("both", func() { a.Cancel(); _ = l.Release() })
			settle(co)
			co.Printf("held: %t\n", l.Locked())
		}},
		{"only cancelled waiters: a newcomer does not wait", `
			0s main: <nil>
			0s a: cancelled`, func(co *aio.Co, l *aio.Lock) {
			_ = l.Acquire(co)
			a := aio.Go(co, "a", taker(l))
			settle(co)
			a.Cancel()
			_ = l.Release()
			_ = taker(l)(co)
			settle(co)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, func(co *aio.Co) { test.run(co, aio.NewLock("l")) })
		})
	}
}

// TestLockMisuse is LCK-10.
func TestLockMisuse(t *testing.T) {
	var l aio.Lock
	var usage *sim.UsageError
	if err := l.Release(); !errors.As(err, &usage) || l.Locked() {
		t.Errorf("release of an unlocked lock: %v", err)
	}
	err := aio.RunWith(quiet, func(co *aio.Co) error {
		_ = l.Acquire(co)
		if err := l.Release(); err != nil || l.Locked() {
			t.Errorf("release without waiters: %v, held %t", err, l.Locked())
		}
		return l.With(co, l.Release)
	})
	if !errors.As(err, &usage) {
		t.Errorf("released in With: %v", err)
	}
}

func TestLockOfAnotherLoop(t *testing.T) {
	l := aio.NewLock("shared")
	wait := func(co *aio.Co) error {
		return aio.Timeout(co, sec, func(*aio.TimeoutScope) error { return l.Acquire(co) })
	}
	if err := aio.RunWith(quiet, wait); err != nil {
		t.Error(err)
	}
	if err := aio.RunWith(quiet, wait); !errors.Is(err, aio.ErrTimeout) {
		t.Errorf("on the second loop, the first that waits, the wait ends with %v", err)
	}
	wantUsage(t, aio.RunWith(quiet, wait), aio.ErrOtherLoop, `lock "shared" in task "main"`)
}

func TestLockDeadlock(t *testing.T) {
	check(t, `
		main: deadlock at 0s: nothing can run and no timer is set
		task "main" waits for lock "l" since 0s
		cycle: "main" -> "main"`, func(co *aio.Co) error {
		l := aio.NewLock("l")
		_ = l.Acquire(co)
		return l.Acquire(co)
	})
}
