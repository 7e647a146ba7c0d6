package aio_test

import (
	"errors"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func ExampleQueue_Join() {
	_ = aio.Run(func(co *aio.Co) error {
		dishes := aio.NewQueue[string]("dishes", 0)
		aio.Go(co, "washer", func(co *aio.Co) error {
			for {
				dish, err := dishes.Get(co)
				if err != nil {
					return err
				}
				if err := aio.Sleep(co, 2*sec); err != nil {
					return err
				}
				co.Printf("at %v: the %s is clean\n", co.Now(), dish)
				if err := dishes.TaskDone(); err != nil {
					return err
				}
			}
		})
		for _, dish := range []string{"cup", "pan"} {
			if err := dishes.Put(co, dish); err != nil {
				return err
			}
		}
		err := dishes.Join(co)
		co.Printf("at %v: all done\n", co.Now())
		return err
	})
	// Output:
	// at 2s: the cup is clean
	// at 4s: the pan is clean
	// at 4s: all done
}

// queueKinds are the three kinds of queues, for what holds for all of them.
var queueKinds = []struct {
	name string
	make func(size int) *aio.Queue[int]
}{
	{"first in, first out", func(size int) *aio.Queue[int] { return aio.NewQueue[int]("q", size) }},
	{"priority", func(size int) *aio.Queue[int] {
		return aio.NewPriorityQueue("q", size, func(a, b int) bool { return a < b })
	}},
	{"last in, first out", func(size int) *aio.Queue[int] { return aio.NewLIFOQueue[int]("q", size) }},
}

// queueTest is a program for a queue; what it prints is the same for every kind.
type queueTest struct {
	name, want string
	size       int
	run        func(co *aio.Co, q *aio.Queue[int])
}

func checkQueues(t *testing.T, tests []queueTest) {
	for _, test := range tests {
		for _, kind := range queueKinds {
			t.Run(test.name+"/"+kind.name, func(t *testing.T) {
				checkBody(t, test.want, func(co *aio.Co) { test.run(co, kind.make(test.size)) })
			})
		}
	}
}

// joiner is a task function that joins, and says how that ended.
func joiner(q *aio.Queue[int]) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		err := q.Join(co)
		co.Printf("%s joined: %v\n", name(co), err)
		return err
	}
}

func TestQueueJoin(t *testing.T) {
	checkQueues(t, []queueTest{
		{"QUE-20 join with nothing to do, twice, does not suspend", `
			0s main joined: <nil>
			0s main joined: <nil>
			0s main joined: <nil>
			0s other`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			aio.Go(co, "other", func(co *aio.Co) error { co.Printf("other\n"); return nil })
			_ = joiner(q)(co)
			_ = joiner(q)(co)
			_ = q.PutNowait(1)
			_, _ = q.GetNowait()
			_ = q.TaskDone()
			_ = joiner(q)(co)
			settle(co)
		}},
		{"QUE-20 two workers, and a join that waits for the last of what they do", `
			5s main joined: <nil>
			5s sum 55, len 0`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			sum := 0
			for range 2 {
				aio.Go(co, "worker", func(co *aio.Co) error {
					for {
						item, err := q.Get(co)
						if err != nil {
							return err
						}
						_ = aio.Sleep(co, sec)
						sum += item
						_ = q.TaskDone()
					}
				})
			}
			for i := range 10 {
				_ = q.Put(co, i+1)
			}
			_ = joiner(q)(co)
			co.Printf("sum %d, len %d\n", sum, q.Len())
		}},
		{"an item that was got is not done yet; all that join are woken, in order", `
			0s empty true
			0s done
			0s a joined: <nil>
			0s b joined: <nil>`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 1)
			aio.Go(co, "a", joiner(q))
			aio.Go(co, "b", joiner(q))
			_, _ = q.Get(co)
			settle(co)
			co.Printf("empty %t\n", q.Empty())
			_ = q.TaskDone()
			co.Printf("done\n")
			settle(co)
		}},
		{"a put after the last task is done: those that join go on, others wait", `
			0s a joined: <nil>
			main: <nil>
			0s b joined: cancelled`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 1)
			aio.Go(co, "a", joiner(q))
			settle(co)
			_ = q.TaskDone()
			_ = q.Put(co, 2)
			aio.Go(co, "b", joiner(q))
			settle(co)
		}},
		{"a join that is cancelled", `
			0s a joined: cancelled
			0s b joined: <nil>`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 1)
			a := aio.Go(co, "a", joiner(q))
			aio.Go(co, "b", joiner(q))
			settle(co)
			a.Cancel()
			_ = q.TaskDone()
			settle(co)
		}},
		{"QUE-20 task done too often", `
			0s true
			0s main joined: <nil>
			0s true`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			co.Printf("%t\n", q.TaskDone() != nil)
			_ = q.Put(co, 1)
			if q.TaskDone() != nil { // before it is got, which nobody minds
				co.Printf("refused\n")
			}
			_ = joiner(q)(co)
			co.Printf("%t\n", q.TaskDone() != nil)
		}},
		{"QUE-13, QUE-15 a putter that was woken is cancelled: the next one puts", `
			0s a: put 1 cancelled, len 0
			0s b: put 2 <nil>, len 1`, 1, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 0)
			a := aio.Go(co, "a", putter(q, 1))
			aio.Go(co, "b", putter(q, 2))
			settle(co)
			_, _ = q.Get(co)
			a.Cancel()
			settle(co)
		}},
		{"QUE-15 a putter that was not woken is cancelled: the wake-up of another is not used twice", `
			0s c: put 3 cancelled, len 0
			0s b: put 2 <nil>, len 1
			main: <nil>
			0s d: put 4 cancelled, len 1`, 1, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 0)
			c := aio.Go(co, "c", putter(q, 3))
			aio.Go(co, "b", putter(q, 2))
			aio.Go(co, "d", putter(q, 4))
			settle(co)
			c.Cancel()
			_, _ = q.Get(co)
			settle(co)
		}},
		{"QUE-17 four putters and one that takes what is there", `
			0s sum 10, len 0`, 1, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 0)
			for i := range 4 {
				aio.Go(co, "", func(co *aio.Co) error { return q.Put(co, i+1) })
			}
			sum := 0
			for range 5 {
				_ = aio.Sleep(co, 0)
				item, _ := q.GetNowait()
				sum += item
			}
			co.Printf("sum %d, len %d\n", sum, q.Len())
		}},
	})
}

func TestQueueJoinOfAnotherLoop(t *testing.T) {
	q := aio.NewQueue[int]("shared", 0)
	_ = q.PutNowait(1)
	if err := aio.RunWith(quiet, inASecond(q.Join)); !errors.Is(err, aio.ErrTimeout) {
		t.Errorf("on the first loop the wait ends with %v", err)
	}
	wantUsage(t, aio.RunWith(quiet, inASecond(q.Join)), aio.ErrOtherLoop, `wait join of queue "shared" in task "main"`)
}

func TestQueueJoinDeadlock(t *testing.T) {
	check(t, `
		main: deadlock at 1s: nothing can run and no timer is set
		task "main" waits for join of queue "jobs" since 1s
		task "z" waits for join of queue-1 since 0s`, func(co *aio.Co) error {
		var zero aio.Queue[int]
		_ = zero.Put(co, 1)
		aio.Go(co, "z", zero.Join)
		_ = aio.Sleep(co, sec)
		jobs := aio.NewQueue[int]("jobs", 0)
		_ = jobs.Put(co, 1)
		_, _ = jobs.Get(co)
		return jobs.Join(co)
	})
}
