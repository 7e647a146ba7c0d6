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

// ScheduleAt is [Loop.CallAt] for a [Callback]. Of what happens to it a trace shows that it runs.
func (l *Loop) ScheduleAt(name string, when time.Duration, c Callback) Handle {
	l.mustBeOpen("ScheduleAt", name)
	j := l.newJob(name)
	j.callback = c
	l.pushTimed(j, when)
	return Handle{loop: l, job: j, when: int64(when), gen: j.gen}
}
