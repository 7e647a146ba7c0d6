package clock

import (
	"context"
	"time"
)

// WithTimeout is WithDeadline for a duration.
func (c *loopClock) WithTimeout(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return c.WithDeadline(parent, c.Now().Add(d))
}

// WithDeadline returns a context that ends at a date of the loop, with its parent, or when it is cancelled. It ends in a
// step of the loop: a parent of this package, or of package context, that ends takes it along without a goroutine.
func (c *loopClock) WithDeadline(parent context.Context, at time.Time) (context.Context, context.CancelFunc) {
	ctx := newDeadline(parent, at)
	left := c.Until(ctx.at)
	switch {
	case parent.Err() != nil:
		ctx.end(parent.Err())
		return ctx, func() {}
	case left <= 0:
		ctx.end(context.DeadlineExceeded)
		return ctx, func() {}
	}
	timer := c.Mock.AfterFunc(left, func() { ctx.end(context.DeadlineExceeded) })
	viewOfTimer(timer).c = nil // a function of our own, which needs no task
	unlink := func() bool { return false }
	if p, ok := parent.(interface {
		AfterFunc(func()) (stop func() bool)
	}); ok {
		unlink = p.AfterFunc(func() { ctx.end(parent.Err()) })
	} else if parent.Done() != nil {
		c.watch = append(c.watch, ctx)
	}
	return ctx, func() {
		timer.Stop()
		unlink()
		ctx.end(context.Canceled)
	}
}

// endChildren ends the contexts whose parents have ended, and reports whether there were any. A context of package
// context tells its children by goroutines, whose order is nobody's; so it is looked at instead, when nothing is ready.
func (c *loopClock) endChildren() (any bool) {
	left := c.watch[:0]
	for _, ctx := range c.watch {
		switch err := ctx.Context.Err(); {
		case ctx.Err() != nil:
		case err != nil:
			ctx.end(err)
			any = true
		default:
			left = append(left, ctx)
		}
	}
	clear(c.watch[len(left):])
	c.watch = left
	return any
}
