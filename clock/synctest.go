package clock

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// Test runs body, code that starts goroutines of its own and takes its time from c, in a bubble of [synctest], and
// fails the test with the error that body returns. When all goroutines wait, exactly one timer of c fires, the
// earliest; timers that are due together fire one after another, each when everything that the one before has set going
// waits again.
//
// It ends when body returns; the goroutines that body has started must end then, or before. It fails with a
// *sim.DeadlockError when all goroutines wait and no timer is set. The package time stands still in the bubble: what
// the code waits for must come from c.
//
// The limits of the run hold in a bubble: a fire counts as a step. What a search proves of a bubble, it proves of the orders
// in which its timers fire.
//
// What several goroutines do that one event has woken, such as which of them sets its timer first, is up to Go's
// scheduler. On one core (go test -cpu 1) that is nearly always the same.
func Test(t *testing.T, body func(c clock.Clock) error) {
	t.Helper()
	if err := aio.RunWith(aio.Config{Output: t.Output(), Log: t.Output()}, Bubble(t, body)); err != nil {
		t.Error(err)
	}
}

// Bubble returns a program that does what [Test] does, for simtest.Explore and whatever else runs programs: which of
// the timers fires first that are due together is a choice, so that every order of them is explored, and replayed. Each
// run has a bubble and a clock of its own.
func Bubble(t *testing.T, body func(c clock.Clock) error) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		if body == nil {
			return co.Loop().Usage("run", "bubble", sim.ErrNilFunction)
		}
		l := co.Loop()
		_, err := aio.ToThread(co, "bubble", func() (aio.None, error) { return aio.None{}, serve(t, l, body) })
		return err
	}
}

// serve runs body in a bubble and lets the loop answer its questions. Their channels are made out here, because nobody
// outside of a bubble may use a channel of it.
func serve(t *testing.T, l *aio.Loop, body func(c clock.Clock) error) error {
	t.Context().Done() // made out here, or else the bubble would own it
	begin := l.Date()
	questions, answers, done := make(chan question), make(chan answer), make(chan error, 1)
	out := func(q question) (int, error) {
		questions <- q
		a := <-answers
		return a.choice, a.err
	}
	go func() {
		var err error
		bubble, returned := "", false
		defer func() {
			if value := recover(); err == nil && !returned {
				err = fmt.Errorf("the body is over, and goroutines of it are not: %v%s", value, waitsIn(bubble))
			}
			done <- err
		}()
		synctest.Test(t, func(*testing.T) {
			bubble = thisBubble()
			err = drive(body, begin, l, out)
		})
		returned = true
	}()
	for {
		select {
		case q := <-questions:
			answers <- ask(l, q)
		case err := <-done:
			return err
		}
	}
}

// A question shows the loop that time passes, for its limits: so many timers may fire without one, in so much time.
const (
	alone   = 1000
	unshown = 24 * time.Hour
)

// drive runs body on a goroutine of the bubble, and the timers.
func drive(body func(c clock.Clock) error, begin time.Time, l *aio.Loop, ask func(question) (int, error)) error {
	config := l.Config()
	h, err := newHidden(begin, config)
	if err != nil {
		return err
	}
	c := bubbleClock{h, begin, make(chan error, 1)}
	go func() { c.ended(c.guarded("body", func() error { return body(c) })) }()
	shown := begin
	for fires, unasked := int64(0), 0; ; fires, unasked = fires+1, unasked+1 {
		synctest.Wait()
		select {
		case err := <-c.over:
			if _, asked := ask(question{c.Now(), []string{""}}); err == nil {
				err = asked // by a limit
			}
			return err
		default:
		}
		c.view.mu.Lock()
		due, vain := c.due(), c.inVain()
		c.view.mu.Unlock()
		if vain || c.when(due[0]).Sub(config.Start) == math.MaxInt64 { // past the range of the loop's clock: it never comes
			return c.deadlock()
		}
		if limit := config.MaxSteps; limit > 0 && fires == limit {
			return &sim.LimitError{Limit: "MaxSteps", Value: fmt.Sprint(limit), Time: c.elapsed()}
		}
		first, at := due[0], c.when(due[0])
		if limit := config.MaxTime; limit > 0 && at.Sub(config.Start) > limit {
			if _, err := ask(question{c.Now(), []string{""}}); err != nil { // the time at which the limit ends the run
				return err
			}
			unasked = alone
		}
		if len(due) > 1 || unasked == alone || at.Sub(shown) > unshown {
			unasked, shown = 0, at
			choice, err := ask(question{at, h.namesOf(due)})
			if err != nil {
				return err
			}
			first = due[choice]
		}
		c.fire(first)
	}
}

// errGoexit is what a goroutine of a bubble has done.
var errGoexit = errors.New("was left by runtime.Goexit, as t.FailNow and t.Fatal do")

// guarded calls fn and makes an error of its panic. Where fn ends the goroutine, that ends the bubble.
func (c bubbleClock) guarded(name string, fn func() error) (err error) {
	returned := false
	defer func() {
		switch value := recover(); {
		case value == nil && !returned:
			c.ended(fmt.Errorf("the %s %w", name, errGoexit))
		case value != nil:
			err = &sim.PanicError{Callback: name, Time: c.elapsed(), Value: value, Stack: debug.Stack()}
		}
	}()
	err = fn()
	returned = true
	return err
}

// ended ends the bubble, unless something else has.
func (c bubbleClock) ended(err error) {
	select {
	case c.over <- err:
	default:
	}
}

// bubbleClock is the clock of a bubble.
type bubbleClock struct {
	*hidden
	begin time.Time
	over  chan error // how body, or a function that has panicked, ended
}

var _ clock.Clock = bubbleClock{}

// fire lets time pass and fires one of the timers.
func (c bubbleClock) fire(w waiting) {
	c.view.mu.Lock()
	defer c.view.mu.Unlock()
	c.view.now = c.when(w)
	if run := c.hidden.fire(w); run != nil {
		go func() {
			if err := c.guarded("AfterFunc", func() error { run(); return nil }); err != nil {
				c.ended(err)
			}
		}()
	}
}

// Sleep blocks the goroutine until d has passed.
func (c bubbleClock) Sleep(d time.Duration) {
	if d > 0 {
		<-c.newTimer("Sleep", d).C
	}
}

// WithTimeout is WithDeadline for a duration.
func (c bubbleClock) WithTimeout(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return c.WithDeadline(parent, c.Now().Add(d))
}

// WithDeadline returns a context that ends at a date of the bubble.
func (c bubbleClock) WithDeadline(parent context.Context, at time.Time) (context.Context, context.CancelFunc) {
	x, left := newChild(c, parent, at)
	if left <= 0 {
		return x.ctx, func() {}
	}
	var unlink func() bool
	timer := c.newDeadline(left, func() { // which runs when everything else waits
		unlink()
		x.end(context.DeadlineExceeded)
	})
	unlink = context.AfterFunc(parent, func() {
		timer.Stop()
		x.end(parent.Err())
	})
	return x.ctx, func() {
		timer.Stop()
		unlink()
		x.end(context.Canceled)
	}
}

func (c bubbleClock) elapsed() time.Duration { return c.Now().Sub(c.begin) }
