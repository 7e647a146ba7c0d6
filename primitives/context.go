package aio

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Context returns a context.Context of the running task, for code that takes one: it ends when the task is asked to be
// cancelled, with context.Canceled, or is finished. A task that has taken its cancellations back ([Task.Uncancel]) gets a
// new one. A [TimeoutScope] has one with a deadline. A context may be used by other goroutines, as a function of [ToThread]
// is; but one that waits there for a deadline of virtual time waits for ever, because time stands still meanwhile.
func Context(co *Co) context.Context {
	all := taskOf(co, "Context").contextsOf()
	if all.own == nil || all.own.Err() != nil && all.t.cancels == 0 {
		all.own = newEndable(context.Background(), time.Time{})
		if all.t.cancels > 0 {
			all.own.end(context.Canceled)
		}
	}
	return all.own
}

// contexts are those of one task.
type contexts struct {
	t      *task
	own    *endable
	scopes []scopeContext
}

// scopeContext is a context of a timeout of the task's.
type scopeContext struct {
	number uint64
	*endable
}

func (t *task) contextsOf() *contexts {
	w := t.f.w
	all := w.contexts[t]
	if all == nil {
		if w.contexts == nil {
			w.contexts = map[*task]*contexts{}
		}
		all = &contexts{t: t}
		w.contexts[t] = all
	}
	return all
}

// endContexts ends the contexts of the task, if it has any, but for those of scopes around the given one.
func (t *task) endContexts(scope uint64) {
	all := t.f.w.contexts[t]
	if all == nil {
		return
	}
	if all.own != nil {
		all.own.end(context.Canceled)
	}
	for _, c := range all.scopes {
		if c.number >= scope {
			c.end(context.Canceled)
		}
	}
}

// forgetContexts ends the contexts of a task that is over.
func (t *task) forgetContexts() {
	if t.f.w.contexts != nil {
		t.endContexts(0)
		delete(t.f.w.contexts, t)
	}
}

// Context returns a context.Context whose deadline is the one that the scope has now, as a calendar date of virtual time.
// It ends when the scope expires, with context.DeadlineExceeded, when the task is asked to be cancelled, unless a scope
// inside asks for that, and when the scope is left. After [TimeoutScope.Reschedule], and when the task has taken its
// cancellations back, there is a new one.
func (s *TimeoutScope) Context() context.Context {
	cancelled := s.t.cancels > s.entered
	if s.context == nil || s.context.Err() != nil && s.state == scopeActive && !cancelled {
		l := s.t.f.w.loop
		var at time.Time
		if s.when != Forever {
			at = l.Date().Add(s.when - l.Now())
		}
		s.context = newEndable(context.Background(), at)
		all := s.t.contextsOf()
		all.scopes = append(all.scopes, scopeContext{s.number, s.context})
		switch {
		case s.Expired():
			s.context.end(context.DeadlineExceeded)
		case cancelled || s.state != scopeActive:
			s.context.end(context.Canceled)
		}
	}
	return s.context
}

// endContexts ends the scope's contexts, if it has any, and forgets them.
func (s *TimeoutScope) endContexts(err error) {
	if s.context == nil {
		return
	}
	all := s.t.contextsOf()
	all.scopes = slices.DeleteFunc(all.scopes, func(c scopeContext) bool {
		if c.number == s.number {
			c.end(err)
		}
		return c.number == s.number
	})
}

// WithEnd returns a context with the values of its parent, and a function that ends it with an error, the first time that
// it is called. The deadline, a date of some clock, is only told to who asks; the zero time is none, and an earlier one of
// the parent counts. That the context ends with its parent is left to the caller, who knows how to learn of that.
func WithEnd(parent context.Context, deadline time.Time) (ctx context.Context, end func(error)) {
	c := newEndable(parent, deadline)
	return c, c.end
}

// endable is a context that ends when somebody says so.
type endable struct {
	context.Context // for the values of the parent, and for context.Cause
	because         context.CancelCauseFunc
	parent          context.Context
	deadline        time.Time
	done            chan struct{}

	mu    sync.Mutex
	err   error
	after []*func() // what is called when it ends
}

func newEndable(parent context.Context, deadline time.Time) *endable {
	if earlier, ok := parent.Deadline(); ok && (deadline.IsZero() || earlier.Before(deadline)) {
		deadline = earlier
	}
	values, because := context.WithCancelCause(context.WithoutCancel(parent))
	return &endable{Context: values, because: because, parent: parent, deadline: deadline, done: make(chan struct{})}
}

// end ends the context, unless it has ended.
func (c *endable) end(err error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err = err
	cause := err
	if err == c.parent.Err() {
		cause = context.Cause(c.parent)
	}
	c.because(cause)
	after := c.after
	c.after = nil
	close(c.done)
	c.mu.Unlock()
	for _, f := range after {
		(*f)()
	}
}

// Deadline returns the date at which the context ends, if there is one.
func (c *endable) Deadline() (time.Time, bool) { return c.deadline, !c.deadline.IsZero() }

// Done returns a channel that is closed when the context ends.
func (c *endable) Done() <-chan struct{} {
	c.look()
	return c.done
}

// look ends the context if its parent has ended, which cannot always tell it so.
func (c *endable) look() {
	if err := c.parent.Err(); err != nil {
		c.end(err)
	}
}

// Err returns why the context has ended, nil if it has not.
func (c *endable) Err() error {
	c.look()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// AfterFunc calls f when the context ends; on a goroutine of its own if it has. Contexts of package context that are made
// of this one look for this method: with it they end in the same step, and without a goroutine.
func (c *endable) AfterFunc(f func()) (stop func() bool) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		go f() // who asks may hold a lock that f takes
		return func() bool { return false }
	}
	c.after = append(c.after, &f)
	c.mu.Unlock()
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		i := slices.Index(c.after, &f)
		if i >= 0 {
			c.after = slices.Delete(c.after, i, i+1)
		}
		return i >= 0
	}
}
