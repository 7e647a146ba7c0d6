package sim

import "time"

// Identity tells candidates apart by what stays the same when other tasks run in another order, or are added.
type Identity struct {
	Kind CandidateKind
	Task uint32 // the number of the task whose step or end of a sleep it is, or that scheduled the callback; 0: none did
	Step uint32 // how many steps that task had begun: its own, whoever ran between them; 0 for a callback
	Name string // of the task or the callback
}

// CandidateKind says what a [Candidate] is.
type CandidateKind uint8

// The kinds of candidates.
const (
	TaskStep CandidateKind = iota // a task's next step
	SleepEnd                      // the end of a task's sleep
	Call                          // a callback
)

// Identity returns the identity of the candidate.
func (x Candidate) Identity() Identity {
	switch it := x.item.(type) {
	case *Co:
		return Identity{TaskStep, it.id, it.stepsBegun(), it.name}
	case *alarm:
		return Identity{SleepEnd, it.id, (*Co)(it).stepsBegun(), it.name}
	default:
		j := it.(*job)
		id := Identity{Kind: Call, Name: j.name}
		if j.source != nil {
			id.Task = j.source.id
		}
		return id
	}
}

// Asker returns the number of the task that runs when the choice is made: the one that asks for a Value or for Random
// bits. It is 0 where none runs.
func (c *Choice) Asker() uint32 {
	if c.loop.current == nil {
		return 0
	}
	return c.loop.current.id
}

// Now returns the virtual time of the choice.
func (c *Choice) Now() time.Duration { return c.loop.Now() }

// Timers returns how many timers are set.
func (c *Choice) Timers() int { return len(c.loop.timers.nodes) }

// Tie returns the alternative that is a delay to the very moment at which the i-th of the [Choice.Timers] is due; ok is
// false where there is none, and where the choice is not about a delay. The order of the timers says nothing.
func (c *Choice) Tie(i int) (k int, ok bool) {
	d := c.loop.timers.nodes[i].when - c.loop.now - c.least
	return int(d), c.delay && d >= 0 && d < int64(c.N)
}

// Exploring reports whether a chooser decides what runs next.
func (l *Loop) Exploring() bool { return l.choosing }

// stepsBegun returns how many steps the coroutine has begun; they are counted under exploration only.
func (co *Co) stepsBegun() uint32 {
	if co.worker == nil {
		return 0
	}
	return co.worker.begun
}
