package aio

import (
	"context"
	"fmt"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// TimeoutScope is one use of [Timeout], as its body sees it (asyncio.Timeout).
type TimeoutScope struct {
	t       *task
	op      string
	when    time.Duration // Forever: no deadline
	timer   sim.Handle
	entered int32 // the task's cancelling count at entry
	state   scopeState
	number  uint64   // scopes are numbered as they are entered, so that those inside have greater numbers
	context *endable // nil: nobody has asked for it
}

type scopeState uint8

const (
	scopeActive scopeState = iota
	scopeExpiring
	scopeExpired
	scopeFinished
)

func (s scopeState) String() string {
	return [...]string{"active", "expiring", "expired", "finished"}[s]
}

// Timeout runs body and cancels what it waits for once d of virtual time has passed (asyncio.timeout). If body gives in,
// Timeout returns a *TimeoutError; if it ends in another way, that counts. A cancellation that comes from elsewhere stays
// one. Forever is no timeout; zero or less expires at body's first suspension. Timeout itself does not suspend.
func Timeout(co *Co, d time.Duration, body func(s *TimeoutScope) error) error {
	return timeoutAfter(co, "timeout", d, body)
}

// TimeoutAt is [Timeout] with a deadline: a virtual time since the loop's start (asyncio.timeout_at).
func TimeoutAt(co *Co, when time.Duration, body func(s *TimeoutScope) error) error {
	return timeoutAt(co, "timeout", when, body)
}

func timeoutAfter(co *Co, op string, d time.Duration, body func(*TimeoutScope) error) error {
	when, err := taskOf(co, op).f.w.deadline(op, d)
	if err != nil {
		return err
	}
	return timeoutAt(co, op, when, body)
}

// deadline returns the virtual time at which a timeout of d ends, or Forever, and a *sim.UsageError where the clock
// cannot show it.
func (w *world) deadline(op string, d time.Duration) (time.Duration, error) {
	now := w.loop.Now()
	switch {
	case d == Forever:
		return Forever, nil
	case d > Forever-now:
		return 0, w.loop.Usage(op, d.String(), sim.ErrTimeRange)
	}
	return now + d, nil
}

func timeoutAt(co *Co, op string, when time.Duration, body func(*TimeoutScope) error) (err error) {
	t := taskOf(co, op)
	if body == nil {
		return t.f.w.loop.Usage(op, "", sim.ErrNilFunction)
	}
	t.f.w.scopes++
	s := &TimeoutScope{t: t, op: op, when: when, entered: t.cancels, number: t.f.w.scopes}
	s.arm()
	defer func() { err = s.leave(err) }() // also when body panics: that may be recovered outside
	return body(s)
}

// When returns the deadline, or Forever.
func (s *TimeoutScope) When() time.Duration { return s.when }

// Expired reports whether the deadline passed while body ran.
func (s *TimeoutScope) Expired() bool { return s.state == scopeExpiring || s.state == scopeExpired }

// Reschedule moves the deadline; Forever removes it. It returns a *sim.UsageError when the scope has expired or was left.
func (s *TimeoutScope) Reschedule(when time.Duration) error {
	if s.state != scopeActive {
		return s.t.f.w.loop.Usage("reschedule", fmt.Sprintf("%v %s", s.state, s.op), ErrScopeState)
	}
	s.timer.Cancel()
	s.when = when
	s.arm()
	if s.context != nil { // it goes on with the old deadline
		s.context = nil
		s.Context()
	}
	return nil
}

func (s *TimeoutScope) arm() {
	l := s.t.f.w.loop
	switch {
	case s.when == Forever:
		s.timer = sim.Handle{}
	case s.when <= l.Now(): // before anything that the body can still schedule
		s.timer = l.CallSoon(s.op, s.expire)
	default:
		s.timer = l.CallAt(s.op, s.when, s.expire)
	}
}

func (s *TimeoutScope) expire() {
	s.endContexts(context.DeadlineExceeded)
	s.t.cancelWithin(s.number, nil)
	s.state = scopeExpiring
}

func (s *TimeoutScope) leave(err error) error {
	s.endContexts(context.Canceled)
	s.timer.Cancel()
	if s.state == scopeActive {
		s.state = scopeFinished
		return err
	}
	s.state = scopeExpired
	if s.t.uncancel() <= int(s.entered) && isCancelled(err) {
		return s.t.timeoutError(s.op)
	}
	return err
}
