package aio_test

import (
	"errors"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func ExampleQueue_Shutdown() {
	_ = aio.Run(func(co *aio.Co) error {
		orders := aio.NewQueue[string]("orders", 0)
		cook := aio.Go(co, "cook", func(co *aio.Co) error {
			for {
				dish, err := orders.Get(co)
				if errors.Is(err, aio.ErrQueueShutDown) {
					co.Printf("at %v: the cook goes home\n", co.Now())
					return nil
				}
				if err != nil {
					return err
				}
				if err := aio.Sleep(co, 5*sec); err != nil {
					return err
				}
				co.Printf("at %v: %s\n", co.Now(), dish)
			}
		})
		for _, dish := range []string{"soup", "fish"} {
			if err := orders.Put(co, dish); err != nil {
				return err
			}
		}
		orders.Shutdown(false) // no more orders, but these are cooked
		_, err := cook.Await(co)
		return err
	})
	// Output:
	// at 5s: soup
	// at 10s: fish
	// at 10s: the cook goes home
}

// told returns a task function that does not fail when the queue is shut down.
func told(fn func(co *aio.Co) error) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		if err := fn(co); !errors.Is(err, aio.ErrQueueShutDown) {
			return err
		}
		return nil
	}
}

// closed says what the queue's four operations do now.
func closed(co *aio.Co, q *aio.Queue[int]) {
	word := func(err error) string {
		if errors.Is(err, aio.ErrQueueShutDown) {
			return "shut down"
		}
		return brief(err)
	}
	put, putNowait := q.Put(co, 9), q.PutNowait(9)
	_, get := q.Get(co)
	_, getNowait := q.GetNowait()
	co.Printf("put: %s, %s; get: %s, %s\n", word(put), word(putNowait), word(get), word(getNowait))
}

// doneOnce says whether the queue takes one more TaskDone.
func doneOnce(co *aio.Co, q *aio.Queue[int]) {
	co.Printf("one more is done: %t\n", q.TaskDone() == nil)
}

func TestQueueShutdown(t *testing.T) {
	const refused = "put: shut down, shut down; get: shut down, shut down"
	var tests []queueTest
	for _, immediate := range []bool{false, true} {
		tests = append(tests, queueTest{"QUE-21 of an empty queue", `
			0s a: 0 queue "q" at 0s: queue is shut down
			0s b: 0 queue "q" at 0s: queue is shut down
			0s main joined: <nil>
			0s ` + refused + `
			0s one more is done: false`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			aio.Go(co, "a", told(getter(q)))
			aio.Go(co, "b", told(getter(q)))
			settle(co)
			q.Shutdown(immediate)
			q.Shutdown(immediate)
			settle(co)
			_ = joiner(q)(co)
			closed(co, q)
			doneOnce(co, q)
		}})
	}
	checkQueues(t, append(tests, []queueTest{
		{"QUE-22 of a queue that is not empty: what is in it can be got", `
			0s a: put 2 queue "q" at 0s: queue is shut down, len 1
			0s b: put 3 queue "q" at 0s: queue is shut down, len 1
			0s put: queue "q" at 0s: queue is shut down
			0s main: 1 <nil>
			0s ` + refused + `
			0s one more is done: true
			0s j joined: <nil>
			0s one more is done: false`, 1, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 1)
			aio.Go(co, "a", told(putter(q, 2)))
			aio.Go(co, "b", told(putter(q, 3)))
			aio.Go(co, "j", joiner(q))
			settle(co)
			q.Shutdown(false)
			settle(co)
			co.Printf("put: %v\n", q.Put(co, 4)) // full or not
			_ = getter(q)(co)
			closed(co, q)
			settle(co)
			doneOnce(co, q)
			settle(co)
			doneOnce(co, q)
		}},
		{"QUE-23 immediate: what is in it is dropped and counts as done", `
			0s len 0
			0s j joined: <nil>
			0s a: put 3 queue "q" at 0s: queue is shut down, len 0
			0s ` + refused + `
			0s one more is done: false`, 2, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 1)
			_ = q.Put(co, 2)
			aio.Go(co, "j", joiner(q))
			aio.Go(co, "a", told(putter(q, 3)))
			settle(co)
			q.Shutdown(true)
			co.Printf("len %d\n", q.Len())
			settle(co)
			closed(co, q)
			doneOnce(co, q)
		}},
		{"QUE-24 immediate, with one item in hand: join waits for that one", `
			0s len 0
			1s one more is done: true
			1s j joined: <nil>
			1s one more is done: false`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			for i := range 3 {
				_ = q.Put(co, i)
			}
			_, _ = q.Get(co)
			aio.Go(co, "j", joiner(q))
			settle(co)
			q.Shutdown(true)
			co.Printf("len %d\n", q.Len())
			_ = aio.Sleep(co, sec)
			doneOnce(co, q)
			settle(co)
			doneOnce(co, q)
		}},
		{"immediate, after more was said to be done than was got: the count does not go below 0", `
			0s j joined: <nil>
			0s len 0
			0s one more is done: false`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 1)
			_ = q.Put(co, 2)
			_ = q.TaskDone()
			aio.Go(co, "j", joiner(q))
			settle(co)
			q.Shutdown(true)
			settle(co)
			co.Printf("len %d\n", q.Len())
			doneOnce(co, q)
		}},
		{"trap 21 not immediate, then immediate", `
			0s len 1
			0s len 0
			0s j joined: <nil>`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 1)
			aio.Go(co, "j", joiner(q))
			settle(co)
			q.Shutdown(false)
			settle(co)
			co.Printf("len %d\n", q.Len())
			q.Shutdown(true)
			co.Printf("len %d\n", q.Len())
			settle(co)
		}},
		{"shut down as an item comes for one getter: it has the item, the other is told", `
			0s a: 1 <nil>
			0s b: 0 queue "q" at 0s: queue is shut down`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			aio.Go(co, "a", told(getter(q)))
			aio.Go(co, "b", told(getter(q)))
			settle(co)
			_ = q.Put(co, 1)
			q.Shutdown(false)
			settle(co)
		}},
		{"cancelled as it is shut down", `
			0s a: 0 cancelled
			0s b: 0 queue "q" at 0s: queue is shut down`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			a := aio.Go(co, "a", told(getter(q)))
			aio.Go(co, "b", told(getter(q)))
			settle(co)
			q.Shutdown(false)
			a.Cancel()
			settle(co)
		}},
	}...))
}
