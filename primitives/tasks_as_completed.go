package aio

import (
	"iter"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// AsCompleted returns the awaitables one by one as they are done (asyncio.as_completed). It does not suspend; the
// methods of what it returns do. An awaitable that is given twice counts once. AsCompleted panics with a
// *sim.UsageError for an awaitable that is nil or of another loop and for a timeout past the range of the clock.
func AsCompleted[T any](on HasLoop, timeout time.Duration, awaitables ...AwaitableOf[T]) *Completions[T] {
	w := worldOf(on, "AsCompleted")
	c := &Completions[T]{w: w, todo: map[*future]waiter{}}
	c.done.label = w.label("completions", "")
	for i, f := range mustOwnAll(w, awaitables, "as completed") {
		a := awaitables[i]
		if c.todo[f] != nil {
			continue
		}
		callback := &completion[T]{c: c, doneCallback: *internally(nil, func() { c.completed(a) })}
		c.todo[f] = callback
		c.order = append(c.order, f)
		f.add(callback)
	}
	c.left = len(c.order)
	if c.left > 0 && timeout != Forever {
		c.timer = w.loop.CallLater("as completed timeout", timeout, c.timeout)
	}
	return c
}

// Completions hands out awaitables in the order in which they are done.
type Completions[T any] struct {
	w     *world
	done  Queue[AwaitableOf[T]] // nil: the time was up
	todo  map[*future]waiter
	order []*future
	left  int // how many were not asked for yet
	timer sim.Handle
}

// completion is the callback of one awaitable. It waits on behalf of whoever waits in Next.
type completion[T any] struct {
	doneCallback
	c *Completions[T]
}

func (c *completion[T]) awaiters() (tasks []*future) {
	getters := &c.c.done.getters.ring
	for i := range getters.Len() {
		tasks = append(tasks, getters.At(i).f)
	}
	return tasks
}

// Left returns how many awaitables Next has not been asked for.
func (c *Completions[T]) Left() int { return c.left }

// Next returns the next awaitable that is done. It suspends until there is one. When the timeout has passed it returns a
// *TimeoutError; when the task is cancelled, a *CancelledError; when Left is zero, ErrNothingToWaitFor. Several tasks
// may wait at a time.
func (c *Completions[T]) Next(co *Co) (AwaitableOf[T], error) {
	t := taskOf(co, "as completed")
	if c.left == 0 {
		return nil, c.w.loop.Usage("as completed", c.done.String(), ErrNothingToWaitFor)
	}
	c.left--
	a, err := c.done.Get(co)
	if err == nil && a == nil {
		err = t.timeoutError("as completed")
	}
	return a, err
}

// All yields what Next returns until every awaitable was asked for or there is an error, which is yielded last. It can
// be left and used again.
func (c *Completions[T]) All(co *Co) iter.Seq2[AwaitableOf[T], error] {
	return func(yield func(AwaitableOf[T], error) bool) {
		for c.left > 0 {
			if a, err := c.Next(co); !yield(a, err) || err != nil {
				return
			}
		}
	}
}

func (c *Completions[T]) completed(a AwaitableOf[T]) {
	if len(c.todo) == 0 { // the time was up before
		return
	}
	delete(c.todo, a.base())
	c.done.put(a)
	if len(c.todo) == 0 {
		c.timer.Cancel()
	}
}

func (c *Completions[T]) timeout() {
	for _, f := range c.order {
		if callback := c.todo[f]; callback != nil {
			f.remove(callback)
			c.done.put(nil)
		}
	}
	clear(c.todo)
}
