package sim

import "time"

// Follower is something with timers of its own that keeps the loop's time.
type Follower struct {
	// Idle is called when nothing is ready, before time passes. It may schedule timers for the loop. It reports whether
	// it has done anything that somebody may wait for; then another turn comes before time passes.
	Idle func() bool
	// Passed is called when time has passed.
	Passed func()
}

// Follow makes f follow the loop. A loop that nobody follows pays nothing.
func (l *Loop) Follow(f Follower) { l.followers = append(l.followers, f) }

// idleFollowers asks the followers whether there is something to do.
func (l *Loop) idleFollowers() (busy bool) {
	for _, f := range l.followers {
		busy = f.Idle() || busy
	}
	return busy
}

// Config returns the configuration of the loop, for what follows it.
func (l *Loop) Config() Config { return l.config }

// Vain is a [Callback] that can tell when its turn would change nothing, as the tick of a ticker whose last one nobody has
// received. Timers that are all in vain do not keep a loop from a deadlock.
type Vain interface {
	Callback
	Vain() bool
}

// inVain reports whether nothing that is timed would change anything. It looks at the last timer first, which seldom is
// a tick, and is done there unless that is in vain.
func (l *Loop) inVain() bool {
	for i := len(l.timers.nodes) - 1; i >= 0; i-- {
		what := l.timers.what[l.timers.nodes[i].id]
		if what.void() {
			continue
		}
		j, ok := what.(*job)
		if !ok || j.callback == nil {
			return false
		}
		if v, ok := j.callback.(Vain); !ok || !v.Vain() {
			return false
		}
	}
	return true
}

// ScheduleAt is [Loop.CallAt] for a [Callback]. Of what happens to it a trace shows that it runs.
func (l *Loop) ScheduleAt(name string, when time.Duration, c Callback) Handle {
	l.mustBeOpen("ScheduleAt", name)
	j := l.newJob(name)
	j.callback = c
	l.pushTimed(j, when)
	return Handle{loop: l, job: j, when: int64(when), gen: j.gen}
}
