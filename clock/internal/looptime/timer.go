package looptime

import (
	"math"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// Timer is time.Timer on a loop's time, as of Go 1.23.
type Timer struct {
	loop    *aio.Loop
	name    string // of its callback, and of the task that runs f
	c       chan time.Time
	f       func(*aio.Co) error // instead of c
	every   time.Duration       // of a ticker
	handle  sim.Handle
	pending bool // it was set, and did not fire since, nor was stopped
}

// Chan returns the timer's channel, or nil for a timer of AfterFunc.
func (t *Timer) Chan() <-chan time.Time { return t.c }

// Stop keeps the timer from firing and takes back what was not received. It reports whether it did one of the two.
func (t *Timer) Stop() bool {
	stopped := t.pending
	t.pending = false
	t.handle.Cancel()
	select {
	case <-t.c:
		stopped = true
	default:
	}
	return stopped
}

// Reset stops the timer, sets it to fire when d has passed, and returns what Stop did.
func (t *Timer) Reset(d time.Duration) bool {
	stopped := t.Stop()
	t.set(d)
	return stopped
}

func (t *Timer) set(d time.Duration) {
	t.pending = true
	now, d := t.loop.Now(), max(d, 0)
	if d > math.MaxInt64-now { // past the range of the loop's clock, so never
		return
	}
	t.handle = t.loop.ScheduleAt(t.name, now+d, (*firing)(t))
	if t.loop.Tracing() {
		t.loop.Emit(sim.Event{Kind: sim.TimerSet, Object: t.name, When: now + d})
	}
}

// firing is a timer as what the loop calls.
type firing Timer

// Vain reports whether nothing would come of it, as of a tick while nobody has received the last one.
func (f *firing) Vain() bool { return f.f == nil && len(f.c) > 0 }

// Call sends the date for which the timer was set. The loop may be late, by sim.Config.Slack; then the ticks that were
// missed are left out, and the next comes when it is due.
func (f *firing) Call() {
	t := (*Timer)(f)
	late := t.loop.Now() - t.handle.When()
	t.pending = false
	if t.every > 0 {
		t.set(t.every - late%t.every)
	}
	if t.f != nil {
		aio.Go(t.loop, t.name, t.f)
		return
	}
	select {
	case t.c <- t.loop.Date().Add(-late):
	default:
	}
}

// Ticker is time.Ticker on a loop's time, as of Go 1.23.
type Ticker struct{ timer Timer }

// Chan returns the ticker's channel.
func (t *Ticker) Chan() <-chan time.Time { return t.timer.c }

// Stop ends the ticks and takes back one that was not received.
func (t *Ticker) Stop() { t.timer.Stop() }

// Reset stops the ticker and lets it tick every d from now on. It panics with a *sim.UsageError unless d is positive.
func (t *Ticker) Reset(d time.Duration) { t.start("Ticker.Reset", d) }

func (t *Ticker) start(op string, d time.Duration) {
	if d <= 0 {
		panic(t.timer.loop.Usage(op, d.String(), errInterval))
	}
	t.timer.every = d
	t.timer.Reset(d)
}
