package aio

import (
	"errors"
	"fmt"
	"math"

	"github.com/asyncsim/asyncsim/sim"
)

// Queue is a queue whose ends may wait for each other: first in, first out (asyncio.Queue), unless it was made by
// [NewPriorityQueue] or [NewLIFOQueue]. The zero Queue has no bound. A Queue serves one loop.
type Queue[T any] struct {
	label    label
	bound    int // 0: none
	fifo     sim.Ring[T]
	other    order[T] // holds the items instead, if they do not leave in the order in which they came
	home     home
	getters  waiters
	putters  waiters
	undone   int   // items for which TaskDone was not called
	finished Event // set when there are none any more
	shut     bool
}

var (
	errNegativeSize = errors.New("the size of a queue must not be negative")
	errTaskDone     = errors.New("called more often than items were put")
)

// NewQueue returns a queue for at most size items, or without a bound if size is 0. The name is for traces and errors;
// a zero Queue is given one when it is first waited for. NewQueue panics with a *sim.UsageError for a negative size, for
// which asyncio has no bound.
func NewQueue[T any](name string, size int) *Queue[T] {
	return newQueue[T]("NewQueue", name, size, nil)
}

func newQueue[T any](op, name string, size int, other order[T]) *Queue[T] {
	if size < 0 {
		panic(&sim.UsageError{Op: op, Object: fmt.Sprintf("%q of size %d", name, size), Time: unknown, Err: errNegativeSize})
	}
	return &Queue[T]{label: label{name: name}, bound: size, other: other}
}

// NewPriorityQueue is [NewQueue] for a queue whose least item leaves first (asyncio.PriorityQueue). Of equal items it
// takes the one that Python's heapq takes.
func NewPriorityQueue[T any](name string, size int, less func(a, b T) bool) *Queue[T] {
	if less == nil {
		panic(&sim.UsageError{Op: "NewPriorityQueue", Object: fmt.Sprintf("%q", name), Time: unknown, Err: sim.ErrNilFunction})
	}
	return newQueue("NewPriorityQueue", name, size, &priorities[T]{less: less})
}

// NewLIFOQueue is [NewQueue] for a queue whose last item leaves first (asyncio.LifoQueue).
func NewLIFOQueue[T any](name string, size int) *Queue[T] {
	return newQueue("NewLIFOQueue", name, size, new(stack[T]))
}

// Len returns how many items are in the queue (qsize).
func (q *Queue[T]) Len() int {
	if q.other != nil {
		return q.other.len()
	}
	return q.fifo.Len()
}

// Cap returns the most items that fit, math.MaxInt without a bound (maxsize).
func (q *Queue[T]) Cap() int {
	if q.bound == 0 {
		return math.MaxInt
	}
	return q.bound
}

// Empty reports whether there is nothing to get.
func (q *Queue[T]) Empty() bool { return q.Len() == 0 }

// Full reports whether nothing more fits.
func (q *Queue[T]) Full() bool { return q.Len() >= q.Cap() }

// Put adds an item. It suspends while the queue is full; a put that fits does not suspend. It returns, without having
// put the item, a *CancelledError when the task is cancelled, a *QueueError that is ErrQueueShutDown when the queue is
// shut down, and a *sim.UsageError when tasks of another loop wait for the queue.
func (q *Queue[T]) Put(co *Co, item T) error {
	t := taskOf(co, "queue put")
	q.home.visit(t)
	for q.Full() && !q.shut {
		q.label.use(t.f.w, "queue")
		if err := q.home.bind(t, q); err != nil {
			return err
		}
		q.putters.join(t)
		woken, err := t.wait((*putting[T])(q))
		if err != nil {
			q.putters.leave(t)
			if woken && !q.Full() {
				q.putters.wakeNext() // the wake-up was meant for whoever can use it
			}
			return err
		}
	}
	return q.PutNowait(item)
}

// PutNowait adds an item, or returns a *QueueError that is ErrQueueFull or ErrQueueShutDown.
func (q *Queue[T]) PutNowait(item T) error {
	switch {
	case q.shut:
		return q.error(ErrQueueShutDown)
	case q.Full():
		return q.error(ErrQueueFull)
	}
	q.put(item)
	return nil
}

// Get removes and returns the next item. It suspends while the queue is empty; otherwise it does not suspend. It
// returns a *CancelledError when the task is cancelled, a *QueueError that is ErrQueueShutDown when the queue is shut
// down and empty, and a *sim.UsageError when tasks of another loop wait for the queue. A task that was woken and finds
// its item taken waits again, behind those that came meanwhile.
func (q *Queue[T]) Get(co *Co) (item T, err error) {
	t := taskOf(co, "queue get")
	q.home.visit(t)
	for q.Empty() && !q.shut {
		q.label.use(t.f.w, "queue")
		if err := q.home.bind(t, q); err != nil {
			return item, err
		}
		q.getters.join(t)
		woken, err := t.wait((*getting[T])(q))
		if err != nil {
			q.getters.leave(t)
			if woken && !q.Empty() {
				q.getters.wakeNext()
			}
			return item, err
		}
	}
	return q.GetNowait()
}

// GetNowait removes and returns the next item, or returns a *QueueError that is ErrQueueEmpty or ErrQueueShutDown.
func (q *Queue[T]) GetNowait() (item T, err error) {
	switch {
	case !q.Empty():
		item = q.take()
		q.putters.wakeNext()
		return item, nil
	case q.shut:
		return item, q.error(ErrQueueShutDown)
	}
	return item, q.error(ErrQueueEmpty)
}

// TaskDone says that an item that was got has been dealt with (task_done). It returns a *sim.UsageError when that was
// said of every item already.
func (q *Queue[T]) TaskDone() error {
	if q.undone == 0 {
		return q.home.misuse("task done", q.String(), errTaskDone)
	}
	q.finishOne()
	return nil
}

// Join suspends until TaskDone was called for every item that was put; where it was already, Join does not suspend. It
// returns a *CancelledError when the task is cancelled.
func (q *Queue[T]) Join(co *Co) error {
	t := taskOf(co, "queue join")
	if q.undone == 0 {
		return nil
	}
	q.label.use(t.f.w, "queue")
	return q.finished.wait(t, (*joining[T])(q))
}

// Shutdown makes every put fail with ErrQueueShutDown, and every get of an empty queue, those that wait now too. With
// immediate, the items are dropped and count as done; Join still waits for those that were got.
func (q *Queue[T]) Shutdown(immediate bool) {
	q.shut = true
	for immediate && !q.Empty() {
		q.take()
		if q.undone > 0 {
			q.finishOne()
		}
	}
	q.getters.wakeAll()
	q.putters.wakeAll()
}

// String returns the kind and the name.
func (q *Queue[T]) String() string { return q.label.text("queue") }

// put adds an item, whether it fits or not.
func (q *Queue[T]) put(item T) {
	if q.other != nil {
		q.other.push(item)
	} else {
		q.fifo.Push(item)
	}
	q.undone++
	q.finished.Clear()
	q.getters.wakeNext()
}

// take removes and returns the next item.
func (q *Queue[T]) take() T {
	if q.other != nil {
		return q.other.pop()
	}
	return q.fifo.Pop()
}

func (q *Queue[T]) finishOne() {
	q.undone--
	if q.undone == 0 {
		q.finished.Set()
	}
}

func (q *Queue[T]) error(reason error) error {
	e := &QueueError{Queue: q.String(), Time: unknown, Err: reason}
	if q.home.w != nil {
		e.Time = q.home.w.loop.Now()
	}
	return e
}

// putting, getting and joining are the queue as what a task waits for.
type (
	putting[T any] Queue[T]
	getting[T any] Queue[T]
	joining[T any] Queue[T]
)

func (q *putting[T]) String() string { return "put to " + (*Queue[T])(q).String() }
func (q *getting[T]) String() string { return "get from " + (*Queue[T])(q).String() }
func (q *joining[T]) String() string { return "join of " + (*Queue[T])(q).String() }
