package aio_test

import (
	"errors"
	"math"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func ExampleQueue() {
	_ = aio.Run(func(co *aio.Co) error {
		plates := aio.NewQueue[string]("plates", 1) // room for one
		aio.Go(co, "waiter", func(co *aio.Co) error {
			for {
				dish, err := plates.Get(co)
				if err != nil {
					return err
				}
				co.Printf("at %v: %s is served\n", co.Now(), dish)
				if err := aio.Sleep(co, 2*sec); err != nil {
					return err
				}
			}
		})
		for _, dish := range []string{"soup", "fish", "cake"} {
			if err := plates.Put(co, dish); err != nil {
				return err
			}
			co.Printf("at %v: %s is ready\n", co.Now(), dish)
		}
		return aio.Sleep(co, 5*sec)
	})
	// Output:
	// at 0s: soup is ready
	// at 0s: soup is served
	// at 0s: fish is ready
	// at 2s: fish is served
	// at 2s: cake is ready
	// at 4s: cake is served
}

// getter and putter are task functions that say how the one operation ended.
func getter(q *aio.Queue[int]) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		item, err := q.Get(co)
		co.Printf("%s: %d %v\n", name(co), item, err)
		return err
	}
}

func putter(q *aio.Queue[int], item int) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		err := q.Put(co, item)
		co.Printf("%s: put %d %v, len %d\n", name(co), item, err, q.Len())
		return err
	}
}

func TestQueue(t *testing.T) {
	for _, test := range []struct {
		name, want string
		size       int
		run        func(co *aio.Co, q *aio.Queue[int])
	}{
		{"QUE-03 first in, first out; QUE-05 what does not wait does not suspend", `
			0s 1 2 3
			0s other`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			aio.Go(co, "other", func(co *aio.Co) error { co.Printf("other\n"); return nil })
			for i := range 3 {
				_ = q.Put(co, i+1)
			}
			a, _ := q.Get(co)
			b, _ := q.Get(co)
			c, _ := q.GetNowait()
			co.Printf("%d %d %d\n", a, b, c)
			settle(co)
		}},
		{"QUE-04 a putter waits where it is full", `
			0s p: put 1 <nil>, len 1
			1s main: 1 <nil>
			1s q: put 2 <nil>, len 1`, 1, func(co *aio.Co, q *aio.Queue[int]) {
			aio.Go(co, "p", putter(q, 1))
			aio.Go(co, "q", putter(q, 2))
			_ = aio.Sleep(co, sec)
			_ = getter(q)(co)
			settle(co)
		}},
		{"QUE-06 a getter waits where it is empty", `
			1s main: 7 <nil>`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			co.Loop().CallLater("put", sec, func() { _ = q.PutNowait(7) })
			_ = getter(q)(co)
		}},
		{"QUE-08 the first getter is cancelled: the second has the item", `
			0s a: 0 cancelled
			0s b: 7 <nil>`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			a := aio.Go(co, "a", getter(q))
			aio.Go(co, "b", getter(q))
			settle(co)
			a.Cancel()
			settle(co)
			_ = q.Put(co, 7)
			settle(co)
		}},
		{"QUE-09 putters are served in order", `
			0s got 0
			0s a: put 1 <nil>, len 1
			0s got 1
			0s b: put 2 <nil>, len 1
			0s got 2`, 1, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 0)
			aio.Go(co, "a", putter(q, 1))
			aio.Go(co, "b", putter(q, 2))
			settle(co)
			for range 3 {
				item, _ := q.Get(co)
				co.Printf("got %d\n", item)
				settle(co)
			}
		}},
		{"QUE-11 a timeout takes the getter out of the line", `
			1s a: timeout in task "a" timed out at 1s
			1s b: 7 <nil>`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			aio.Go(co, "a", func(co *aio.Co) error {
				err := aio.Timeout(co, sec, func(*aio.TimeoutScope) error { _, err := q.Get(co); return err })
				co.Printf("a: %v\n", err)
				return nil
			})
			aio.Go(co, "b", getter(q))
			_ = aio.Sleep(co, sec)
			_ = q.Put(co, 7)
			settle(co)
		}},
		{"QUE-12, trap 20 a getter that was woken is cancelled: the item is not lost", `
			0s a: 0 cancelled
			0s b: 7 <nil>
			1s c: 8 <nil>`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			a := aio.Go(co, "a", getter(q))
			aio.Go(co, "b", getter(q))
			aio.Go(co, "c", getter(q))
			settle(co)
			_ = q.Put(co, 7)
			a.Cancel()
			_ = aio.Sleep(co, sec)
			_ = q.Put(co, 8)
			settle(co)
		}},
		{"QUE-12 and with one getter", `
			0s a: 0 cancelled
			0s len 1`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			a := aio.Go(co, "a", getter(q))
			settle(co)
			_ = q.Put(co, 7)
			a.Cancel()
			settle(co)
			co.Printf("len %d\n", q.Len())
		}},
		{"QUE-13, QUE-15 a putter that was woken is cancelled: the next one puts", `
			0s a: put 1 cancelled, len 0
			0s b: put 2 <nil>, len 1
			0s got 2, then len 0`, 1, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 0)
			a := aio.Go(co, "a", putter(q, 1))
			aio.Go(co, "b", putter(q, 2))
			settle(co)
			_, _ = q.Get(co)
			a.Cancel()
			settle(co)
			item, _ := q.Get(co)
			settle(co)
			co.Printf("got %d, then len %d\n", item, q.Len())
		}},
		{"QUE-13 a put that was cancelled can be tried again, nothing is there twice", `
			0s put: cancelled
			0s put: <nil>
			0s got 1, then len 0`, 1, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 0)
			a := aio.Go(co, "a", func(co *aio.Co) error {
				co.Printf("put: %v\n", q.Put(co, 1))
				co.Printf("put: %v\n", q.Put(co, 1))
				return nil
			})
			settle(co)
			_, _ = q.Get(co)
			a.Cancel()
			settle(co)
			item, _ := q.Get(co)
			co.Printf("got %d, then len %d\n", item, q.Len())
		}},
		{"QUE-17 four putters, one getter that takes what is there", `
			0s got [0 1 2 3 4], len 0`, 1, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 0)
			for i := range 4 {
				aio.Go(co, "", func(co *aio.Co) error { return q.Put(co, i+1) })
			}
			var got []int
			for range 5 {
				_ = aio.Sleep(co, 0)
				item, _ := q.GetNowait()
				got = append(got, item)
			}
			co.Printf("got %v, len %d\n", got, q.Len())
		}},
		{"QUE-18 a putter that is cancelled leaves the line", `
			0s a: put 1 cancelled, len 1
			0s b: put 2 <nil>, len 1`, 1, func(co *aio.Co, q *aio.Queue[int]) {
			_ = q.Put(co, 0)
			a := aio.Go(co, "a", putter(q, 1))
			aio.Go(co, "b", putter(q, 2))
			settle(co)
			a.Cancel()
			settle(co)
			_, _ = q.Get(co)
			settle(co)
		}},
		{"trap 20 an item taken by another: the getter that was woken waits again, at the end", `
			0s main took 1
			1s b: 2 <nil>
			2s a: 3 <nil>`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			aio.Go(co, "a", getter(q))
			aio.Go(co, "b", getter(q))
			settle(co)
			_ = q.Put(co, 1)
			item, _ := q.GetNowait()
			co.Printf("main took %d\n", item)
			for i := range 2 {
				_ = aio.Sleep(co, sec)
				_ = q.Put(co, i+2)
			}
			settle(co)
		}},
		{"cancelled before it waits: out of the line as the item comes", `
			0s a: 0 cancelled
			0s b: 7 <nil>`, 0, func(co *aio.Co, q *aio.Queue[int]) {
			aio.Go(co, "a", func(co *aio.Co) error { aio.CurrentTask(co).Cancel(); return getter(q)(co) })
			aio.Go(co, "b", getter(q))
			_ = aio.Sleep(co, 0)
			_ = q.Put(co, 7)
			settle(co)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, func(co *aio.Co) { test.run(co, aio.NewQueue[int]("q", test.size)) })
		})
	}
}

// TestQueueState is QUE-01, QUE-02 and QUE-07: what a queue says about itself, and what it refuses at once.
func TestQueueState(t *testing.T) {
	check(t, `
		1s queue "q": empty true, full false, len 0, cap 2
		1s queue "q" at 1s: queue is empty
		1s queue "q": empty false, full true, len 2, cap 2
		1s queue "q" at 1s: queue is full
		main: <nil>`, func(co *aio.Co) error {
		q := aio.NewQueue[int]("q", 2)
		state := func() {
			co.Printf("%v: empty %t, full %t, len %d, cap %d\n", q, q.Empty(), q.Full(), q.Len(), q.Cap())
		}
		refused := func(err, reason error) {
			var queue *aio.QueueError
			if !errors.Is(err, reason) || !errors.As(err, &queue) {
				t.Errorf("%v is not %v", err, reason)
			}
			co.Printf("%v\n", err)
		}
		_ = aio.Timeout(co, sec, func(*aio.TimeoutScope) error { _, err := q.Get(co); return err })
		state()
		_, err := q.GetNowait()
		refused(err, aio.ErrQueueEmpty)
		_ = q.PutNowait(1)
		_ = q.Put(co, 2)
		state()
		refused(q.PutNowait(3), aio.ErrQueueFull)
		return nil
	})
	var zero aio.Queue[int]
	if zero.Cap() != math.MaxInt || zero.Full() || !zero.Empty() || zero.String() != `queue ""` {
		t.Errorf("the zero queue %v has a bound of %d", &zero, zero.Cap())
	}
}

func TestQueueDeadlock(t *testing.T) {
	check(t, `
		main: deadlock at 1s: nothing can run and no timer is set
		task "main" waits for get from queue "in" since 1s
		task "p" waits for put to queue "out" since 0s
		task "z" waits for get from queue-1 since 0s`, func(co *aio.Co) error {
		in, out := aio.NewQueue[int]("in", 0), aio.NewQueue[int]("out", 1)
		_ = out.Put(co, 1)
		aio.Go(co, "p", func(co *aio.Co) error { return out.Put(co, 2) })
		aio.Go(co, "z", func(co *aio.Co) error { var zero aio.Queue[int]; _, err := zero.Get(co); return err })
		_ = aio.Sleep(co, sec)
		_, err := in.Get(co)
		return err
	})
}
