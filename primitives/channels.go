package aio

import (
	"errors"
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

var (
	errNilCase = errors.New("a case is nil")
	errNoCases = errors.New("there are no cases")
)

// Recv receives from a channel as v, ok := <-ch does: ok is false when the channel is closed and empty. Where something
// is there, or the channel is closed, it does not suspend. Else it suspends; tasks that wait for one channel are served
// in the order in which they came, in the turn after that in which something was sent. It returns a *CancelledError
// when the task is cancelled. A cancellation that comes when something was received already is delivered at the next
// suspension, so that nothing is lost.
//
// The channel must be one that the loop's own tasks, callbacks and timers send to and close, and they must not block:
// it needs room for what is sent, since a task that waits in Recv is no receiver that an unbuffered channel would know
// of. What another goroutine sends is found at some later turn, and wakes no loop, in virtual time or on the wall
// clock: such a goroutine sends in a callback of [sim.Loop.CallSoonThreadsafe].
//
// In each turn the loop looks at the channels of all tasks that wait so: a thousand such tasks make a turn cost some
// microseconds more. A [Queue] costs nothing while nobody uses it.
func Recv[T any](co *Co, ch <-chan T) (value T, ok bool, err error) {
	t := taskOf(co, "recv")
	select {
	case value, ok = <-ch:
		return value, ok, nil
	default:
	}
	r := &receiving[T]{ch: ch}
	err = t.waitFor(r)
	return r.value, r.ok, err
}

// receiving is a channel as what a task waits for, and what came out of it.
type receiving[T any] struct {
	ch    <-chan T
	value T
	ok    bool
}

// Poll receives, if it can.
func (r *receiving[T]) Poll() bool {
	select {
	case r.value, r.ok = <-r.ch:
		return true
	default:
		return false
	}
}

func (r *receiving[T]) String() string { return "recv from " + channelText(r.ch) }

// channelText is how traces and errors call a channel, which has no name but its type.
func channelText[T any](ch <-chan T) string {
	if ch == nil {
		return fmt.Sprintf("nil %T", ch)
	}
	return fmt.Sprintf("%T", ch)
}

// waitFor waits until p is polled with success. A cancellation that comes later is left to the task's next wait: it
// would lose what p has received.
func (t *task) waitFor(p sim.Poller) error {
	if t.mustCancel {
		return t.throwPending(p)
	}
	if t.co.WaitFor(p) {
		return nil
	}
	return t.stepped(nil)
}

// Case is a channel that [Select] receives from. Make one with [From].
type Case interface {
	fmt.Stringer
	// recv receives, if it can, and reports whether it did, and if so from an open channel. To look is to leave the
	// variable alone where the channel is closed.
	recv(look bool) (done, ok bool)
	len() int
}

// From returns the case of a Select that sets *into to what it receives from ch; where into is nil that is dropped.
func From[T any](ch <-chan T, into *T) Case { return &from[T]{ch, into} }

type from[T any] struct {
	ch   <-chan T
	into *T
}

func (f *from[T]) recv(look bool) (done, ok bool) {
	select {
	case value, ok := <-f.ch:
		if f.into != nil && (ok || !look) {
			*f.into = value
		}
		return true, ok
	default:
		return false, false
	}
}

func (f *from[T]) len() int       { return len(f.ch) }
func (f *from[T]) String() string { return channelText(f.ch) }

// Select receives from one of several channels, as a select statement without a default does, and returns which: its
// place among the cases, and ok as [Recv] returns it. Where several channels have something, the first of them is
// taken; under exploration the chooser decides. Select suspends where Recv would, and what holds for Recv's channels
// and cancellations holds here. It returns -1 and a *CancelledError when the task is cancelled, and a *sim.UsageError,
// at once, for no cases and for a nil one. Do not call it for a select with a default: that does not block, and may
// stand in a task.
func Select(co *Co, cases ...Case) (chosen int, ok bool, err error) {
	t := taskOf(co, "select")
	if len(cases) == 0 {
		return -1, false, t.f.w.loop.Usage("select", "", errNoCases)
	}
	for i, c := range cases {
		if c == nil {
			return -1, false, t.f.w.loop.Usage("select", fmt.Sprintf("case %d", i), errNilCase)
		}
	}
	s := &selecting{co: co, cases: cases, chosen: -1}
	if !s.Poll() {
		err = t.waitFor(s)
	}
	return s.chosen, s.ok, err
}

// selecting is several channels as what a task waits for, and what came out of one.
type selecting struct {
	co     *Co
	cases  []Case
	ready  []int // places of the cases that have something or are closed
	chosen int
	ok     bool
}

// Poll receives from one of the channels, if it can.
func (s *selecting) Poll() bool {
	s.ready = s.ready[:0]
	for i, c := range s.cases {
		if c.len() == 0 {
			done, ok := c.recv(true)
			if ok { // from a goroutine of the program, which we cannot give it back to
				s.chosen, s.ok = i, true
				return true
			}
			if !done {
				continue
			}
		}
		s.ready = append(s.ready, i)
	}
	if len(s.ready) == 0 {
		return false
	}
	i := s.ready[s.co.Choose("select", len(s.ready))]
	done, ok := s.cases[i].recv(false)
	if done {
		s.chosen, s.ok = i, ok
	}
	return done
}

func (s *selecting) String() string {
	text := "select of "
	for i, c := range s.cases {
		if i > 0 {
			text += ", "
		}
		text += c.String()
	}
	return text
}
