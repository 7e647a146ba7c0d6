package aio

import (
	"math"
	"time"
)

// Forever, as a timeout, is none (asyncio's None).
const Forever time.Duration = math.MaxInt64

// Sleep suspends the task for d of virtual time (asyncio.sleep). With zero or less it suspends for one turn of the
// loop. It returns a *CancelledError when the task is cancelled, and a *sim.UsageError, one turn later, when the end
// lies past the range of the clock.
func Sleep(co *Co, d time.Duration) error {
	t := taskOf(co, "sleep")
	if d <= 0 {
		co.Yield(nextTurn{})
		return t.stepped(nil)
	}
	if t.mustCancel {
		return t.throwPending(nextTurn{})
	}
	if err := co.Sleep(d); err != nil {
		return t.throw(err) // one turn later: whoever tries for ever is stopped by a limit
	}
	return t.stepped(nil)
}

// nextTurn is what a task waits for that is ready.
type nextTurn struct{}

func (nextTurn) String() string { return "next turn" }
