package aio_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func ExampleBarrier() {
	_ = aio.Run(func(co *aio.Co) error {
		table := aio.NewBarrier("table", 3)
		return aio.TaskGroup(co, func(g *aio.Group) error {
			for i, who := range []string{"ann", "bob", "cid"} {
				if _, err := g.Go(who, func(co *aio.Co) error {
					if err := aio.Sleep(co, sec*[]time.Duration{5, 2, 9}[i]); err != nil {
						return err
					}
					place, err := table.Wait(co)
					co.Printf("at %v: %s eats, who came as number %d\n", co.Now(), who, place)
					return err
				}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	// Output:
	// at 9s: cid eats, who came as number 2
	// at 9s: bob eats, who came as number 0
	// at 9s: ann eats, who came as number 1
}

// broken is an error's text in a word, for those that the barrier's tests meet.
func broken(err error) string {
	if errors.Is(err, aio.ErrBrokenBarrier) {
		return "broken"
	}
	return fmt.Sprint(err)
}

// standing is how a barrier stands.
func standing(b *aio.Barrier) string {
	return fmt.Sprintf("%d of %d wait, broken %t", b.Waiting(), b.Parties(), b.Broken())
}

// party is a task function that waits at the barrier and then does something.
func party(b *aio.Barrier, then func(co *aio.Co)) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		place, err := b.Wait(co)
		if err != nil {
			co.Printf("%s: %s\n", name(co), broken(err))
			return nil
		}
		co.Printf("%s: %d\n", name(co), place)
		if then != nil {
			then(co)
		}
		return nil
	}
}

// parties makes tasks that wait at the barrier.
func parties(co *aio.Co, b *aio.Barrier, names ...string) (tasks []*aio.Task[aio.None]) {
	for _, name := range names {
		tasks = append(tasks, aio.Go(co, name, party(b, nil)))
	}
	settle(co)
	return tasks
}

type barrierTest struct {
	name, want string
	parties    int
	run        func(co *aio.Co, b *aio.Barrier)
}

func checkBarriers(t *testing.T, tests []barrierTest) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, func(co *aio.Co) { test.run(co, aio.NewBarrier("b", test.parties)) })
		})
	}
}

// TestBarrier is about rounds that end well; those that are broken are in locks_barrier_broken_test.go.
func TestBarrier(t *testing.T) {
	checkBarriers(t, []barrierTest{
		{"BAR-04 each has a place of its own, in the order of coming; the last to come is the first to leave", `
			1s main: 2
			1s a: 0
			1s b: 1`, 3, func(co *aio.Co, b *aio.Barrier) {
			parties(co, b, "a", "b")
			_ = aio.Sleep(co, sec)
			_ = party(b, nil)(co)
			settle(co)
		}},
		{"BAR-05 a barrier of one lets through, without suspending", `
			0s main: 0
			0s main: 0
			0s 0 of 1 wait, broken false
			0s other`, 1, func(co *aio.Co, b *aio.Barrier) {
			aio.Go(co, "other", func(co *aio.Co) error { co.Printf("other\n"); return nil })
			_ = party(b, nil)(co)
			_ = party(b, nil)(co)
			co.Printf("%s\n", standing(b))
			settle(co)
		}},
		{"BAR-06 the waiting are counted as they come, and none while they leave", `
			0s 0 of 3 wait, broken false
			0s 1 of 3 wait, broken false
			0s 2 of 3 wait, broken false
			0s c: 2
			0s 0 of 3 wait, broken false
			0s a: 0
			0s b: 1
			0s 0 of 3 wait, broken false`, 3, func(co *aio.Co, b *aio.Barrier) {
			co.Printf("%s\n", standing(b))
			for _, name := range []string{"a", "b"} {
				parties(co, b, name)
				co.Printf("%s\n", standing(b))
			}
			aio.Go(co, "c", party(b, func(co *aio.Co) { co.Printf("%s\n", standing(b)) }))
			settle(co)
			co.Printf("%s\n", standing(b))
		}},
		{"BAR-07 two rounds: the last to leave the first one is the first to come to the second", `
			0s c: 2
			0s a: 0
			0s b: 1
			0s a: 2
			0s b: 0
			0s c: 1`, 3, func(co *aio.Co, b *aio.Barrier) {
			for _, name := range []string{"a", "b", "c"} {
				aio.Go(co, name, party(b, func(co *aio.Co) { _ = party(b, nil)(co) }))
			}
			settle(co)
			settle(co)
		}},
		{"BAR-08, BAR-09 who leaves early and comes again is held until the last one has left", `
			0s c: 2
			0s c is back: 0 of 3 wait, broken false
			0s a: 0
			0s b: 1
			0s b is out: 0 of 3 wait, broken false
			0s then: 1 of 3 wait, broken false
			0s e: 2
			0s c: 0
			0s d: 1`, 3, func(co *aio.Co, b *aio.Barrier) {
			parties(co, b, "a")
			aio.Go(co, "b", party(b, func(co *aio.Co) { co.Printf("b is out: %s\n", standing(b)) }))
			aio.Go(co, "c", party(b, func(co *aio.Co) {
				co.Printf("c is back: %s\n", standing(b))
				_ = party(b, nil)(co)
			}))
			settle(co)
			co.Printf("then: %s\n", standing(b))
			parties(co, b, "d", "e")
		}},
		{"BAR-10 one that is cancelled does not count, and another takes its place, or rather a number that is there already", `
			0s a: cancelled
			0s 1 of 3 wait, broken false
			0s d: 2
			0s b: 1
			0s c: 1`, 3, func(co *aio.Co, b *aio.Barrier) {
			parties(co, b, "a", "b")[0].Cancel()
			settle(co)
			co.Printf("%s\n", standing(b))
			parties(co, b, "c", "d")
		}},
		{"one that is cancelled while it is held never was in", `
			0s c: 2
			0s a: 0
			0s b: 1
			0s held: cancelled
			0s 0 of 3 wait, broken false`, 3, func(co *aio.Co, b *aio.Barrier) {
			parties(co, b, "a", "b")
			aio.Go(co, "c", party(b, nil))
			held := aio.Go(co, "held", party(b, nil))
			aio.Go(co, "canceller", func(*aio.Co) error { held.Cancel(); return nil })
			settle(co)
			co.Printf("%s\n", standing(b))
		}},
		{"one that is cancelled as the last one comes: the round goes on without it", `
			0s c: 2
			0s a: cancelled
			0s b: 1
			0s 0 of 3 wait, broken false
			0s f: 2
			0s d: 0
			0s e: 1`, 3, func(co *aio.Co, b *aio.Barrier) {
			a := parties(co, b, "a", "b")[0]
			aio.Go(co, "c", party(b, func(*aio.Co) { a.Cancel() }))
			settle(co)
			co.Printf("%s\n", standing(b))
			parties(co, b, "d", "e", "f")
		}},
	})
}

func TestBarrierDeadlock(t *testing.T) {
	check(t, `
		main: deadlock at 1s: nothing can run and no timer is set
		task "main" waits for barrier "b" since 1s
		task "a" waits for barrier "b" since 0s
		task "z" waits for barrier-1 since 0s`, func(co *aio.Co) error {
		b := aio.NewBarrier("b", 3)
		aio.Go(co, "a", party(b, nil))
		aio.Go(co, "z", party(aio.NewBarrier("", 2), nil))
		_ = aio.Sleep(co, sec)
		return party(b, nil)(co)
	})
}

func TestBarrierOfAnotherLoop(t *testing.T) {
	b := aio.NewBarrier("shared", 2)
	wait := inASecond(func(co *aio.Co) error { _, err := b.Wait(co); return err })
	if err := aio.RunWith(quiet, wait); !errors.Is(err, aio.ErrTimeout) {
		t.Errorf("on the first loop the wait ends with %v", err)
	}
	wantUsage(t, aio.RunWith(quiet, wait), aio.ErrOtherLoop, `wait barrier "shared" in task "main"`)
	if b.Waiting() != 0 {
		t.Errorf("%d wait", b.Waiting())
	}
}
