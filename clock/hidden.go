package clock

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/benbjohnson/clock"
)

// hidden is a mock of the clock library that no user sees, and that is never asked to fire a timer, which would take it a
// nap: it keeps the timers, which nobody else could make, and whoever owns it lets time pass and fires them.
type hidden struct {
	*clock.Mock
	view  *mockView // of the same
	timer uintptr   // marks a timer among the mock's timers
	room  []waiting // for due
}

// newHidden returns a hidden mock at a date, or an error where the library's types are not laid out as expected.
func newHidden(now time.Time) (*hidden, error) {
	if err := sameLayouts(); err != nil {
		return nil, err
	}
	h := &hidden{Mock: clock.NewMock()}
	h.view = (*mockView)(unsafe.Pointer(h.Mock))
	h.view.now = now
	probe := h.Mock.AfterFunc(0, nil)
	h.timer = h.view.timers[0].kind
	probe.Stop()
	return h, nil
}

// After returns a channel that receives the time when d has passed.
func (h *hidden) After(d time.Duration) <-chan time.Time { return h.Timer(d).C }

// Timer returns a timer.
func (h *hidden) Timer(d time.Duration) *clock.Timer {
	t := h.Mock.AfterFunc(d, nil) // which, unlike a timer of the mock's, never fires by itself
	t.C = viewOfTimer(t).c
	return t
}

// Tick returns the channel of a ticker; nil unless d is positive, as the package time has it.
func (h *hidden) Tick(d time.Duration) <-chan time.Time {
	if d <= 0 {
		return nil
	}
	return h.Ticker(d).C
}

// Ticker returns a ticker. It panics unless d is positive.
func (h *hidden) Ticker(d time.Duration) *clock.Ticker {
	if d <= 0 {
		panic(fmt.Errorf("a ticker of %v: the interval must be positive", d))
	}
	return h.Mock.Ticker(d)
}

// next returns where it stands when w fires. Both views have it at the same place.
func (h *hidden) next(w waiting) *time.Time {
	if w.kind == h.timer {
		return &(*timerView)(w.what).next
	}
	return &(*tickerView)(w.what).next
}

// isSet reports whether w has neither fired nor been stopped.
func (h *hidden) isSet(w waiting) bool {
	if w.kind == h.timer {
		return !(*timerView)(w.what).stopped
	}
	return !(*tickerView)(w.what).stopped
}

// due returns the timers that fire next, and when: never in the past, so that all that are late are due together. They are
// in the order in which they were set, unless one was stopped since: then the library has sorted them, in an order that is
// the same in every run. The caller holds the lock.
func (h *hidden) due() (at time.Time, due []waiting) {
	h.room = h.room[:0]
	for i, w := range h.view.timers {
		next := h.next(w)
		order := -1
		if i > 0 {
			order = next.Compare(at)
		}
		if order < 0 {
			at, h.room = *next, h.room[:0]
		}
		if order <= 0 {
			h.room = append(h.room, w)
		}
	}
	if now := h.view.now; at.Before(now) {
		at, h.room = now, h.room[:0]
		for _, w := range h.view.timers {
			if !h.next(w).After(now) {
				h.room = append(h.room, w)
			}
		}
	}
	return at, h.room
}

// fire fires a timer or ticker, and returns the function to run, if it is one of AfterFunc. A value that nobody took
// before is not waited for. The caller holds the lock.
func (h *hidden) fire(w waiting) (run func()) {
	now := h.view.now
	if w.kind != h.timer {
		t := (*tickerView)(w.what)
		if t.d > 0 { // one that is late does not drift
			t.next = t.next.Add(t.d * (1 + now.Sub(t.next)/t.d))
		}
		offer(t.c, now)
		return nil
	}
	for i, other := range h.view.timers {
		if other == w {
			h.view.timers = append(h.view.timers[:i], h.view.timers[i+1:]...)
			break
		}
	}
	t := (*timerView)(w.what)
	t.stopped = true
	if t.fn == nil {
		offer(t.c, now)
	}
	return t.fn
}

func offer(c chan time.Time, at time.Time) {
	select {
	case c <- at:
	default:
	}
}
