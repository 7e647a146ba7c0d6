package clock

import (
	"context"
	"time"

	"github.com/benbjohnson/clock"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// child is a context whose parent cannot tell it that it ends.
type child struct {
	parent, ctx context.Context
	end         func(error)
}

// WithTimeout is WithDeadline for a duration.
func (c *loopClock) WithTimeout(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return c.WithDeadline(parent, c.Now().Add(d))
}

// WithDeadline returns a context that ends at a date of the loop, with its parent, or when it is cancelled. It ends in a
// step of the loop: a parent of aio's, of this package or of package context takes it along without a goroutine.
func (c *loopClock) WithDeadline(parent context.Context, at time.Time) (context.Context, context.CancelFunc) {
	x, left := newChild(c, parent, at)
	if left <= 0 {
		return x.ctx, func() {}
	}
	return x.ctx, c.link(x, left)
}

// newChild returns a context and how much time it has left: none where it has ended.
func newChild(c clock.Clock, parent context.Context, at time.Time) (x child, left time.Duration) {
	ctx, end := aio.WithEnd(parent, at)
	at, _ = ctx.Deadline()
	left = c.Until(at)
	if err := parent.Err(); err != nil {
		end(err)
		left = 0
	} else if left <= 0 {
		end(context.DeadlineExceeded)
	}
	return child{parent, ctx, end}, left
}

// link sees to it that a context ends in time and with its parent, and returns what ends it earlier. Once it has ended
// nothing of it is left: no timer, and no link from its parent.
func (c *loopClock) link(x child, left time.Duration) context.CancelFunc {
	unlink := func() bool { return false }
	var timer *clock.Timer
	end := x.end
	x.end = func(err error) {
		timer.Stop()
		unlink()
		end(err)
	}
	timer = c.newDeadline(left, func() { x.end(context.DeadlineExceeded) })
	viewOfTimer(timer).c = nil // a function of our own, which needs no task
	if p, ok := x.parent.(interface {
		AfterFunc(func()) (stop func() bool)
	}); ok {
		unlink = p.AfterFunc(func() { x.end(x.parent.Err()) })
	} else if x.parent.Done() != nil && c.paced {
		unlink = context.AfterFunc(x.parent, func() {
			_ = c.loop.CallSoonThreadsafe("", func() { x.end(x.parent.Err()) }) // unless the loop is closed
		})
	} else if x.parent.Done() != nil {
		c.watch = append(c.watch, x)
	}
	return func() { x.end(context.Canceled) }
}

// endChildren ends the contexts whose parents have ended, and reports whether there were any. A context of package
// context tells its children by goroutines, whose order is nobody's; so it is looked at instead, when nothing is ready.
func (c *loopClock) endChildren() (any bool) {
	watched := c.watch
	c.watch = c.watched[:0] // what ends may make others
	for _, x := range watched {
		switch err := x.parent.Err(); {
		case err != nil:
			x.end(err)
			any = true
		case x.ctx.Err() != nil:
		default:
			c.watch = append(c.watch, x)
		}
	}
	clear(watched)
	c.watched = watched
	return any
}
