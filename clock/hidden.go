package clock

import (
	"fmt"
	"slices"
	"time"
	"unsafe"

	"github.com/benbjohnson/clock"

	"github.com/asyncsim/asyncsim/sim"
)

// hidden is a mock of the clock library that no user sees, and that is never asked to fire a timer, which would take it a
// nap: it keeps the timers, which nobody else could make, and whoever owns it lets time pass and fires them.
type hidden struct {
	*clock.Mock
	view  *mockView // of the same
	timer uintptr   // marks a timer among the mock's timers
	room  []waiting // for due
	names *names    // nil: nobody asks for them
	slack time.Duration
}

// newHidden returns a hidden mock at a date, or an error where the library's types are not laid out as expected.
func newHidden(now time.Time, config sim.Config) (*hidden, error) {
	if err := sameLayouts(); err != nil {
		return nil, err
	}
	h := &hidden{Mock: clock.NewMock(), names: namesFor(config)}
	if config.Choose != nil {
		h.slack = config.Slack
	}
	h.view = (*mockView)(unsafe.Pointer(h.Mock))
	h.view.now = now
	probe := h.Mock.AfterFunc(0, nil)
	h.timer = h.view.timers[0].kind
	probe.Stop()
	return h, nil
}

// After returns a channel that receives the time when d has passed.
func (h *hidden) After(d time.Duration) <-chan time.Time { return h.newTimer("After", d).C }

// Timer returns a timer.
func (h *hidden) Timer(d time.Duration) *clock.Timer { return h.newTimer("timer", d) }

func (h *hidden) newTimer(kind string, d time.Duration) *clock.Timer {
	t := h.Mock.AfterFunc(d, nil) // which, unlike a timer of the mock's, never fires by itself
	t.C = viewOfTimer(t).c
	h.names.note(unsafe.Pointer(t), kind)
	return t
}

// AfterFunc returns a timer that runs f. It panics where that is nil.
func (h *hidden) AfterFunc(d time.Duration, f func()) *clock.Timer {
	if f == nil {
		panic(fmt.Errorf("an AfterFunc of %v: %w", d, sim.ErrNilFunction))
	}
	t := h.Mock.AfterFunc(d, f)
	h.names.note(unsafe.Pointer(t), "AfterFunc")
	return t
}

// newDeadline returns the timer of a context, which runs f.
func (h *hidden) newDeadline(d time.Duration, f func()) *clock.Timer {
	t := h.Mock.AfterFunc(d, f)
	h.names.note(unsafe.Pointer(t), "deadline")
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
	t := h.Mock.Ticker(d)
	h.names.note(unsafe.Pointer(t), "ticker")
	return t
}

// namesOf returns the names of timers.
func (h *hidden) namesOf(timers []waiting) []string {
	all := make([]string, len(timers))
	for i, w := range timers {
		all[i] = h.names.of(w.what, "timer")
	}
	return all
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

// due returns the timers that fire next: those that are due together, and those that may fire before them where the
// clock may be late. They are in the order in which they were set, unless one was stopped since: then the library has
// sorted them, in an order that is the same in every run. The caller holds the lock.
func (h *hidden) due() []waiting {
	h.room = h.room[:0]
	var at time.Time
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
	if len(h.room) == 0 || h.slack == 0 && !at.Before(h.view.now) {
		return h.room
	}
	if at = at.Add(h.slack); at.Before(h.view.now) { // all that are late are due together
		at = h.view.now
	}
	h.room = h.room[:0]
	for _, w := range h.view.timers {
		if !h.next(w).After(at) {
			h.room = append(h.room, w)
		}
	}
	slices.SortStableFunc(h.room, func(a, b waiting) int { return h.next(a).Compare(*h.next(b)) })
	return h.room
}

// when returns when w is due: never in the past.
func (h *hidden) when(w waiting) time.Time {
	if next := *h.next(w); next.After(h.view.now) {
		return next
	}
	return h.view.now
}

// inVain reports whether nothing would come of any timer: all are tickers whose last tick nobody has received. The caller
// holds the lock.
func (h *hidden) inVain() bool {
	for _, w := range h.view.timers {
		if w.kind == h.timer || len((*tickerView)(w.what).c) == 0 {
			return false
		}
	}
	return true
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
