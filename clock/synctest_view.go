package clock

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"time"
	"unsafe"

	"github.com/benbjohnson/clock"
)

// epoch is the date at which every bubble begins, that of synctest and of sim.
var epoch = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

// The views are the memory of the clock library's types, whose fields it does not export: newBubbleClock compares them.
type (
	mockView struct {
		mu     sync.Mutex
		now    time.Time
		timers []waiting
	}
	// waiting is one of the mock's timers, an interface that holds a *Timer or a *Ticker.
	waiting struct {
		kind uintptr // the same for all of a kind
		what unsafe.Pointer
	}
	timerView struct {
		C       <-chan time.Time
		c       chan time.Time
		timer   *time.Timer
		next    time.Time
		mock    *clock.Mock
		fn      func()
		stopped bool
	}
	tickerView struct {
		C       <-chan time.Time
		c       chan time.Time
		ticker  *time.Ticker
		next    time.Time
		mock    *clock.Mock
		d       time.Duration
		stopped bool
	}
)

// newBubbleClock returns a clock, or an error where the library's types are not laid out as expected.
func newBubbleClock() (*bubbleClock, error) {
	for _, pair := range [][2]reflect.Type{
		{reflect.TypeFor[clock.Mock](), reflect.TypeFor[mockView]()},
		{reflect.TypeFor[clock.Timer](), reflect.TypeFor[timerView]()},
		{reflect.TypeFor[clock.Ticker](), reflect.TypeFor[tickerView]()},
	} {
		if err := sameLayout(pair[0], pair[1]); err != nil {
			return nil, err
		}
	}
	c := &bubbleClock{hidden: clock.NewMock()}
	c.mock = (*mockView)(unsafe.Pointer(c.hidden))
	c.mock.now = epoch
	probe := c.hidden.AfterFunc(0, nil)
	c.timer = c.mock.timers[0].kind
	probe.Stop()
	return c, nil
}

// sameLayout compares two struct types field by field. The list of timers is of a type that cannot be named; its
// elements must be interfaces.
func sameLayout(real, view reflect.Type) error {
	same := real.NumField() == view.NumField() && real.Size() == view.Size()
	for i := 0; same && i < real.NumField(); i++ {
		r, v := real.Field(i), view.Field(i)
		same = r.Name == v.Name && r.Offset == v.Offset &&
			(r.Type == v.Type || v.Type == reflect.TypeFor[[]waiting]() && areInterfaces(r.Type))
	}
	if !same {
		return fmt.Errorf("clock: %v is not laid out as in version 1.3.5", real)
	}
	return nil
}

// areInterfaces reports whether t is a slice of interfaces with methods.
func areInterfaces(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Interface && t.Elem().NumMethod() > 0
}

func viewOfTimer(t *clock.Timer) *timerView { return (*timerView)(unsafe.Pointer(t)) }

// next returns where it stands when w fires. Both views have it at the same place.
func (c *bubbleClock) next(w waiting) *time.Time {
	if w.kind == c.timer {
		return &(*timerView)(w.what).next
	}
	return &(*tickerView)(w.what).next
}

// due returns the timers that fire next, and when: never in the past, so that all that are late are due together. The
// caller holds the lock.
func (c *bubbleClock) due() (at time.Time, due []waiting) {
	c.room = c.room[:0]
	for i, w := range c.mock.timers {
		next := c.next(w)
		order := -1
		if i > 0 {
			order = next.Compare(at)
		}
		if order < 0 {
			at, c.room = *next, c.room[:0]
		}
		if order <= 0 {
			c.room = append(c.room, w)
		}
	}
	if now := c.mock.now; at.Before(now) {
		at, c.room = now, c.room[:0]
		for _, w := range c.mock.timers {
			if !c.next(w).After(now) {
				c.room = append(c.room, w)
			}
		}
	}
	return at, c.room
}

// fire lets time pass and fires one of the timers. A value that nobody took before is not waited for.
func (c *bubbleClock) fire(at time.Time, w waiting) {
	m := c.mock
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = at
	if w.kind != c.timer {
		t := (*tickerView)(w.what)
		t.next = at.Add(t.d)
		offer(t.c, at)
		return
	}
	for i, other := range m.timers {
		if other == w {
			m.timers = append(m.timers[:i], m.timers[i+1:]...)
			break
		}
	}
	t := (*timerView)(w.what)
	t.stopped = true
	if t.fn == nil {
		offer(t.c, at)
	} else {
		go t.fn()
	}
}

func offer(c chan time.Time, at time.Time) {
	select {
	case c <- at:
	default:
	}
}

// bubbleContext ends at a date of a bubble's clock, or when it is cancelled or its parent ends.
type bubbleContext struct {
	context.Context // the parent, for its values
	at              time.Time
	done            chan struct{}
	mu              sync.Mutex
	err             error
}

// end ends the context, unless it has ended.
func (c *bubbleContext) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
		close(c.done)
	}
}

// Deadline returns the date at which the context ends.
func (c *bubbleContext) Deadline() (time.Time, bool) { return c.at, true }

// Done returns a channel that is closed when the context ends.
func (c *bubbleContext) Done() <-chan struct{} { return c.done }

// Err returns why the context has ended, nil if it has not.
func (c *bubbleContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}
