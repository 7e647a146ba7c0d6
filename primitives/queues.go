package aio

import (
	"errors"
	"fmt"
	"math"

	"github.com/asyncsim/asyncsim/sim"
)

// Queue is a queue, first in, first out, whose ends may wait for each other (asyncio.Queue). The zero Queue has no
// bound. A Queue serves one loop.
type Queue[T any] struct {
	name    string
	label   string // set when the queue is first waited for
	bound   int    // 0: none
	items   sim.Ring[T]
	getters waiters
	putters waiters
}

var errNegativeSize = errors.New("the size of a queue must not be negative")

// NewQueue returns a queue for at most size items, or without a bound if size is 0. The name is for traces and errors;
// a zero Queue is given one when it is first waited for. NewQueue panics with a *sim.UsageError for a negative size, for
// which asyncio has no bound.
func NewQueue[T any](name string, size int) *Queue[T] {
	if size < 0 {
		panic(&sim.UsageError{Op: "NewQueue", Object: fmt.Sprintf("%q of size %d", name, size), Err: errNegativeSize})
	}
	return &Queue[T]{name: name, bound: size}
}

// Len returns how many items are in the queue (qsize).
func (q *Queue[T]) Len() int { return q.items.Len() }

// Cap returns the most items that fit, math.MaxInt without a bound (maxsize).
func (q *Queue[T]) Cap() int {
	if q.bound == 0 {
		return math.MaxInt
	}
	return q.bound
}

// Empty reports whether there is nothing to get.
func (q *Queue[T]) Empty() bool { return q.items.Len() == 0 }

// Full reports whether nothing more fits.
func (q *Queue[T]) Full() bool { return q.items.Len() >= q.Cap() }

// Put appends an item. It suspends while the queue is full; a put that fits does not suspend. It returns a
// *CancelledError, without having put the item, when the task is cancelled, and a *sim.UsageError when tasks of another
// loop wait for the queue.
func (q *Queue[T]) Put(co *Co, item T) error {
	t := taskOf(co, "queue put")
	for q.Full() {
		if err := q.join(&q.putters, t); err != nil {
			return err
		}
		woken, err := t.wait((*putting[T])(q))
		if err != nil {
			q.putters.leave(t)
			if woken && !q.Full() {
				q.putters.wakeNext() // the wake-up was meant for whoever can use it
			}
			return err
		}
	}
	q.put(item)
	return nil
}

// PutNowait appends an item or returns a *QueueError that is ErrQueueFull.
func (q *Queue[T]) PutNowait(item T) error {
	if q.Full() {
		return q.error(ErrQueueFull)
	}
	q.put(item)
	return nil
}

// Get removes and returns the first item. It suspends while the queue is empty; otherwise it does not suspend. It
// returns a *CancelledError when the task is cancelled, and a *sim.UsageError when tasks of another loop wait for the
// queue. A task that was woken and finds its item taken waits again, behind those that came meanwhile.
func (q *Queue[T]) Get(co *Co) (item T, err error) {
	t := taskOf(co, "queue get")
	for q.Empty() {
		if err := q.join(&q.getters, t); err != nil {
			return item, err
		}
		woken, err := t.wait((*getting[T])(q))
		if err != nil {
			q.getters.leave(t)
			if woken && !q.Empty() {
				q.getters.wakeNext()
			}
			return item, err
		}
	}
	return q.get(), nil
}

// GetNowait removes and returns the first item or returns a *QueueError that is ErrQueueEmpty.
func (q *Queue[T]) GetNowait() (item T, err error) {
	if q.Empty() {
		return item, q.error(ErrQueueEmpty)
	}
	return q.get(), nil
}

// String returns the kind and the name.
func (q *Queue[T]) String() string {
	if q.label == "" {
		return fmt.Sprintf("queue %q", q.name)
	}
	return q.label
}

func (q *Queue[T]) put(item T) {
	q.items.Push(item)
	q.getters.wakeNext()
}

func (q *Queue[T]) get() T {
	item := q.items.Pop()
	q.putters.wakeNext()
	return item
}

func (q *Queue[T]) join(line *waiters, t *task) error {
	if q.label == "" {
		q.label = t.f.w.label("queue", q.name)
	}
	return line.join(t, q.label)
}

func (q *Queue[T]) error(reason error) error {
	e := &QueueError{Queue: q.String(), Time: unknown, Err: reason}
	for _, w := range []*world{q.getters.w, q.putters.w} {
		if w != nil {
			e.Time = w.loop.Now()
		}
	}
	return e
}

// putting and getting are the queue as what a task waits for.
type (
	putting[T any] Queue[T]
	getting[T any] Queue[T]
)

func (q *putting[T]) String() string { return "put to " + q.label }
func (q *getting[T]) String() string { return "get from " + q.label }
