package clock

import (
	"errors"
	"math"
	"time"

	"github.com/benbjohnson/clock"

	"github.com/asyncsim/asyncsim/clock/internal/looptime"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// Real returns the clock of the machine, for production: a program that takes a clock.Clock runs on either.
func Real() clock.Clock { return clock.New() }

// New returns a clock whose time is that of a loop. Its timers are due with the loop's own, and which of those that are
// due together fires first is a choice under exploration. It is for what the loop runs, its tasks and callbacks: code
// with goroutines of its own runs in a [Bubble]. New returns an error where the clock library is not laid out as in
// version 1.3.5. See the package comment for what differs from package time.
func New(on aio.HasLoop) (clock.Clock, error) {
	if on == nil {
		return nil, &sim.UsageError{Op: "make", Object: "clock", Time: -1, Err: errNoLoop}
	}
	l := on.Loop()
	if l.IsClosed() {
		return nil, l.Usage("make", "clock", sim.ErrClosed)
	}
	h, err := newHidden(l.Date(), l.Config())
	if err != nil {
		return nil, err
	}
	c := &loopClock{paced: l.Config().Speed > 0, hidden: h, loop: l, time: looptime.New(l), start: l.Date().Add(-l.Now())}
	l.Follow(sim.Follower{Idle: c.idle, Passed: c.passed})
	return c, nil
}

var errNoLoop = errors.New("the co or loop to make it on is nil")

// loopClock is the clock of a loop.
type loopClock struct {
	*hidden
	loop    *aio.Loop
	time    looptime.Clock
	start   time.Time // the loop's time zero
	paced   bool      // the loop is on the wall clock
	armed   []*firing // the timers that are due next
	spare   []*firing
	watched []child // room for watch
	watch   []child // contexts whose parents cannot tell them that they end
}

// firing is a callback of the loop that fires a timer.
type firing struct {
	clock  *loopClock
	what   waiting
	at     time.Time // when it is due
	handle sim.Handle
	fired  bool
}

// idle is called when nothing is ready: what is due next must be among the loop's timers. It cannot be told earlier,
// because nobody learns of a Reset.
func (c *loopClock) idle() bool {
	if len(c.watch) > 0 && c.endChildren() {
		return true
	}
	c.arm()
	return false
}

// arm puts the timers that are due next among the loop's: what is late comes in the order of the deadlines.
func (c *loopClock) arm() {
	c.view.mu.Lock()
	due := c.due()
	c.view.mu.Unlock()
	if c.isArmed(due) {
		return
	}
	c.disarm()
	for _, w := range due {
		at := *c.next(w)
		when := at.Sub(c.start)
		if when == math.MaxInt64 { // past the range of the loop's clock: it never comes
			continue
		}
		f := c.firing(w)
		f.at = at
		f.handle = c.loop.ScheduleAt(c.names.of(w.what, "timer"), when, f)
		c.armed = append(c.armed, f)
	}
}

// isArmed reports whether what is due is what is armed.
func (c *loopClock) isArmed(due []waiting) bool {
	if len(due) != len(c.armed) {
		return false
	}
	for i, f := range c.armed {
		if f.fired || f.what != due[i] || !f.at.Equal(*c.next(due[i])) {
			return false
		}
	}
	return true
}

// disarm takes what is armed back.
func (c *loopClock) disarm() {
	for _, f := range c.armed {
		if f.fired {
			c.spare = append(c.spare, f)
		} else {
			f.handle.Cancel() // f stays with its job, which may be ready already
		}
	}
	c.armed = c.armed[:0]
}

// firing returns a callback that fires w.
func (c *loopClock) firing(w waiting) *firing {
	if n := len(c.spare); n > 0 {
		f := c.spare[n-1]
		c.spare = c.spare[:n-1]
		f.what, f.fired = w, false
		return f
	}
	return &firing{clock: c, what: w}
}

// Call fires the timer, unless it was stopped or reset meanwhile.
func (f *firing) Call() {
	f.fired = true
	c := f.clock
	c.view.mu.Lock()
	if !c.isSet(f.what) || c.next(f.what).After(c.view.now) {
		c.view.mu.Unlock()
		return
	}
	run := c.fire(f.what)
	own := run != nil && (*timerView)(f.what.what).c == nil
	c.view.mu.Unlock()
	switch {
	case own:
		run()
	case run != nil:
		aio.Go(c.loop, c.names.of(f.what.what, "AfterFunc"), func(*aio.Co) error {
			run()
			return nil
		})
	}
}

// Vain reports whether it would change nothing to fire the timer, nor any other of the clock's.
func (f *firing) Vain() bool {
	f.clock.view.mu.Lock()
	defer f.clock.view.mu.Unlock()
	return f.clock.inVain()
}

// passed is called when the loop's time has passed.
func (c *loopClock) passed() {
	c.view.mu.Lock()
	c.view.now = c.start.Add(c.loop.Now())
	c.view.mu.Unlock()
	if c.paced { // it may have passed several deadlines
		c.arm()
	}
}

// Sleep suspends the task that runs until d has passed: see [aio.SleepThrough].
func (c *loopClock) Sleep(d time.Duration) { c.time.Sleep(d) }
