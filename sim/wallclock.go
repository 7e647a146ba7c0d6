package sim

import (
	"fmt"
	"math"
	"time"
)

// With Config.Speed a loop runs on the wall clock. It keeps the turns of virtual time and only waits before it lets
// time pass: a timer fires at the very time for which it was set, however late the machine is, and nothing overtakes
// another. So a run in which no other goroutine has a part is the run in virtual time, event for event, and does not
// drift. What comes from other goroutines is taken when it comes, and brings the loop's time up to the clock's: timers
// that are due by then are late, and fire in the order of their deadlines.

// pace is what a loop on the wall clock has besides.
type pace struct {
	speed  float64
	origin time.Time // when the loop's time was zero; the time between two runs does not count
	timer  *time.Timer
	busy   int // turns since time passed
}

func checkedSpeed(c Config) *ConfigError {
	switch {
	case c.Speed == 0:
		return nil
	case !(c.Speed > 0) || math.IsInf(c.Speed, 1):
		return &ConfigError{"Speed", fmt.Sprint(c.Speed), "it must be a positive number, or 0 for virtual time"}
	case c.Choose != nil:
		return &ConfigError{"Speed", fmt.Sprint(c.Speed),
			"with Choose a loop must run in virtual time, so that its choices can be made again"}
	}
	return nil
}

// startOf returns the date that stands for time zero where Config.Start says none.
func startOf(c Config) time.Time {
	if c.Speed == 0 {
		return time.Unix(virtualStart, 0).UTC()
	}
	return time.Now()
}

func newPace(c Config) *pace {
	if c.Speed == 0 {
		return nil
	}
	return &pace{speed: c.Speed}
}

// begin makes the clock go on from the loop's time, which stood still while the loop did not run.
func (p *pace) begin(l *Loop) {
	l.outside.mu.Lock()
	l.outside.open()
	l.outside.mu.Unlock()
	if p.timer == nil {
		p.timer = time.NewTimer(math.MaxInt64)
		p.timer.Stop()
	}
	p.origin = time.Now().Add(-p.real(l.now))
}

// real returns how long so much of the loop's time takes, rounded up.
func (p *pace) real(d int64) time.Duration {
	if t := math.Ceil(float64(d) / p.speed); t < math.MaxInt64 {
		return time.Duration(t)
	}
	return math.MaxInt64
}

// time returns the loop's time by the clock.
func (p *pace) time() int64 {
	if t := float64(time.Since(p.origin)) * p.speed; t < math.MaxInt64 {
		return int64(t)
	}
	return math.MaxInt64
}

// keep is called in every turn that finds something ready. It takes what comes from outside, and when the loop has been
// busy for long lets time pass even so: a task may be waiting for the clock by sleeping for no time.
func (p *pace) keep(l *Loop) error {
	if l.takeOutside() {
		return nil
	}
	if p.busy++; p.busy <= maxBusy {
		return nil
	}
	p.busy = 0
	l.idleFollowers()
	wait, err := p.pass(l)
	if wait != 0 {
		l.passTo(max(l.now, p.time()))
	}
	return err
}

// pass lets the loop's time pass up to the next timer, if that is due by the clock. Else it returns how long that
// takes, or a negative duration where there is none.
func (p *pace) pass(l *Loop) (wait time.Duration, err error) {
	next, limit := int64(-1), int64(l.config.MaxTime)
	if len(l.timers.nodes) > 0 {
		next = l.timers.nodes[0].when
	} else if limit == 0 {
		return -1, nil
	}
	now := p.time()
	over := limit > 0 && (len(l.timers.nodes) == 0 || next > limit)
	if over {
		next = limit
	}
	if next > now {
		return p.real(next - now), nil
	}
	l.passTo(max(l.now, next))
	if over {
		return 0, &LimitError{"MaxTime", l.config.MaxTime.String(), l.Now()}
	}
	return 0, nil
}

// await is called with nothing ready: it waits until the next timer is due or something comes from outside, for ever if
// neither is the case. It is not inlined because the watchdog looks for it in a stack dump: this wait is no mistake.
//
//go:noinline
func (p *pace) await(l *Loop) error {
	p.busy = 0
	for !l.takeOutside() {
		wait, err := p.pass(l)
		if wait == 0 {
			return err
		}
		if wait > 0 {
			p.timer.Reset(wait)
		}
		l.awaits.Store(true)
		select {
		case <-l.outside.arrive:
		case <-p.timer.C:
		}
		l.awaits.Store(false)
		p.timer.Stop()
	}
	return nil
}

// takeOutside schedules what other goroutines have called and the results of the functions that have returned, in the
// order of their submission, at the time that it is by the clock. It reports whether there was anything.
func (l *Loop) takeOutside() bool {
	o := &l.outside
	ended := o.takeEnded() // first: what a function has called comes before its result
	if !l.takeCalls() && len(ended) == 0 {
		return false
	}
	l.passTo(max(l.now, l.pace.time()))
	for _, e := range ended {
		l.deliver(e)
	}
	return true
}
