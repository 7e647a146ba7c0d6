package clock

import (
	"context"
	"slices"
	"sync"
	"time"
)

// deadline is a context that ends at a date of a clock, or when it is cancelled, or with its parent.
type deadline struct {
	context.Context // the parent, for its values
	at              time.Time
	done            chan struct{}

	mu    sync.Mutex
	err   error
	after []*func() // what is called when it ends
}

func newDeadline(parent context.Context, at time.Time) *deadline {
	if earlier, ok := parent.Deadline(); ok && earlier.Before(at) {
		at = earlier
	}
	return &deadline{Context: parent, at: at, done: make(chan struct{})}
}

// end ends the context, unless it has ended.
func (c *deadline) end(err error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err = err
	after := c.after
	c.after = nil
	close(c.done)
	c.mu.Unlock()
	for _, f := range after {
		(*f)()
	}
}

// Deadline returns the date at which the context ends.
func (c *deadline) Deadline() (time.Time, bool) { return c.at, true }

// Done returns a channel that is closed when the context ends.
func (c *deadline) Done() <-chan struct{} { return c.done }

// Err returns why the context has ended, nil if it has not.
func (c *deadline) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// AfterFunc calls f when the context ends, at once if it has. Contexts of package context that are made of this one look
// for this method: with it they end in the same step, and without a goroutine.
func (c *deadline) AfterFunc(f func()) (stop func() bool) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		f()
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
