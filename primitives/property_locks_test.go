package aio_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// The properties below run tasks that come, hold and are cancelled at random turns. A twin of each primitive, a plain
// list of who waits, says who may come next; asyncio's rules for turns are not in it.

// visitor is a task that comes to a primitive: after so many turns, holding it for so many, cancelled in that turn if
// it is not over by then.
type visitor struct{ Comes, Holds, Cancelled int }

const never = 99

func drawVisitors(t *rapid.T) []visitor {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) visitor {
		return visitor{
			Comes:     rapid.IntRange(0, 6).Draw(t, "comes"),
			Holds:     rapid.IntRange(0, 3).Draw(t, "holds"),
			Cancelled: rapid.OneOf(rapid.Just(never), rapid.IntRange(1, 15)).Draw(t, "cancelled"),
		}
	}), 1, 9).Draw(t, "visitors")
}

func turns(co *aio.Co, n int) error {
	for range n {
		if err := aio.Sleep(co, 0); err != nil {
			return err
		}
	}
	return nil
}

// visit runs the visitors for so long that those that are not done then wait for ever, and returns how many these are.
func visit(t *rapid.T, visitors []visitor, body func(co *aio.Co, i int) error) (stuck int) {
	err := aio.RunWith(quiet, func(co *aio.Co) error {
		tasks := make([]aio.Awaitable, len(visitors))
		for i, v := range visitors {
			task := aio.Go(co, fmt.Sprint(i), func(co *aio.Co) error {
				if err := turns(co, v.Comes); err != nil {
					return err
				}
				return body(co, i)
			})
			tasks[i] = task
			aio.Go(co, "canceller", func(co *aio.Co) error {
				if v.Cancelled == never {
					return nil
				}
				defer task.Cancel()
				return turns(co, v.Cancelled)
			})
		}
		_, pending, err := aio.Wait(co, tasks, time.Hour, aio.AllCompleted)
		stuck = len(pending)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return stuck
}

// visitAll is visit for visitors of whom none may be stuck.
func visitAll(t *rapid.T, visitors []visitor, body func(co *aio.Co, i int) error) {
	if stuck := visit(t, visitors, body); stuck > 0 {
		t.Fatalf("%d wait for ever", stuck)
	}
}

// line is the twin: who waits, in the order of coming.
type line []int

func (l *line) join(i int) { *l = append(*l, i) }

func (l *line) leave(i int) {
	if at := slices.Index(*l, i); at >= 0 {
		*l = slices.Delete(*l, at, at+1)
	}
}

// TestLockProperties: a semaphore never lets in more tasks than its value, which for a lock is one; they get in in the
// order in which they came, but for those that are cancelled; and whatever is cancelled when, nobody who waits is
// forgotten and in the end it is as it was.
func TestLockProperties(t *testing.T) {
	type guard interface {
		Acquire(co *aio.Co) error
		Release() error
	}
	for _, kind := range []struct {
		name string
		make func(value int) guard
	}{
		{"lock", nil},
		{"semaphore", func(value int) guard { return aio.NewSemaphore("s", value) }},
		{"bounded semaphore", func(value int) guard { return aio.NewBoundedSemaphore("s", value) }},
	} {
		t.Run(kind.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				var g guard = aio.NewLock("l")
				value := 1
				if kind.make != nil {
					value = rapid.IntRange(1, 3).Draw(t, "value")
					g = kind.make(value)
				}
				visitors := drawVisitors(t)
				inside, waiting := 0, line{}
				visitAll(t, visitors, func(co *aio.Co, i int) error {
					waiting.join(i)
					err := g.Acquire(co)
					if err == nil && waiting[0] != i {
						// those ahead that are cancelled but have not run yet are overtaken by right
						for _, ahead := range waiting[:slices.Index(waiting, i)] {
							if visitors[ahead].Cancelled == never {
								t.Fatalf("%d overtakes %d", i, ahead)
							}
						}
					}
					waiting.leave(i)
					if err != nil {
						return err
					}
					if inside++; inside > value {
						t.Fatalf("%d are in, with a value of %d", inside, value)
					}
					err = turns(co, visitors[i].Holds)
					inside--
					if misuse := g.Release(); misuse != nil {
						t.Fatal(misuse)
					}
					return err
				})
				again := slices.Repeat([]visitor{{Cancelled: never}}, value)
				visitAll(t, again, func(co *aio.Co, _ int) error {
					return inNoTime(co, g.Acquire)
				})
			})
		})
	}
}

// inNoTime returns an error if wait suspends.
func inNoTime(co *aio.Co, wait func(co *aio.Co) error) error {
	suspended := true
	co.Loop().CallSoon("next turn", func() {
		if suspended {
			panic("it suspends")
		}
	})
	err := wait(co)
	suspended = false
	return err
}

// TestConditionProperty: where each of what is made is announced by one notification, nobody waits in the end while
// there is something left, although tasks that were notified may be cancelled, and others come first. Whoever has
// waited holds the lock, cancelled or not, alone.
func TestConditionProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		users := drawVisitors(t)
		all := slices.Clone(users)
		for _, comes := range rapid.SliceOfN(rapid.IntRange(4, 14), 0, len(users)).Draw(t, "made") {
			all = append(all, visitor{Comes: comes, Cancelled: never})
		}
		c := aio.NewCondition("c", nil)
		left, holders := 0, 0
		stuck := visit(t, all, func(co *aio.Co, i int) error {
			return c.With(co, func() error {
				if i >= len(users) {
					left++
					return c.Notify(1)
				}
				holders++
				defer func() { holders-- }()
				for left == 0 {
					holders--
					err := c.Wait(co)
					if holders++; holders != 1 || !c.Locked() {
						t.Fatalf("%d have the lock, held %t", holders, c.Locked())
					}
					if err != nil {
						return err
					}
				}
				left--
				return turns(co, users[i].Holds)
			})
		})
		if stuck > 0 && left > 0 || c.Locked() {
			t.Fatalf("%d wait for ever, %d are left, held %t", stuck, left, c.Locked())
		}
	})
}

// TestBarrierProperty: tasks that come again and again, in random turns, leave in rounds: nobody leaves round n before
// all have come to it, and each place is taken once.
func TestBarrierProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "parties")
		rounds := rapid.IntRange(1, 4).Draw(t, "rounds")
		delays := rapid.SliceOfN(rapid.IntRange(0, 4), n*rounds, n*rounds).Draw(t, "delays")
		b := aio.NewBarrier("b", n)
		came, places := make([]int, rounds), make([][]int, rounds)
		visitAll(t, slices.Repeat([]visitor{{Cancelled: never}}, n), func(co *aio.Co, i int) error {
			for round := range rounds {
				_ = turns(co, delays[round*n+i])
				came[round]++
				place, err := b.Wait(co)
				if err != nil || came[round] != n {
					t.Fatalf("%d leaves round %d, to which %d of %d came: %v", i, round, came[round], n, err)
				}
				places[round] = append(places[round], place)
			}
			return nil
		})
		for round, got := range places {
			slices.Sort(got)
			for i, place := range got {
				if place != i {
					t.Fatalf("the places of round %d are %v", round, got)
				}
			}
		}
		if b.Waiting() != 0 || b.Broken() {
			t.Fatalf("%s", standing(b))
		}
	})
}
