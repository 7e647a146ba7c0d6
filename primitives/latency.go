package aio

import (
	"errors"
	"fmt"
	"math/bits"
	"time"
)

// Latency is how long something takes of which no more than a range is known: an answer over a network, say.
type Latency struct{ Min, Max time.Duration }

var errLatencyRange = errors.New("a latency is a range of times that are not negative, the least first")

// choiceOfLatency is what reports know a latency by.
const choiceOfLatency = "latency"

// maxLatencies is how many latencies of a range can be chosen: what a token holds of a value.
const maxLatencies = 1 << 32

// Sleep suspends the task, as [Sleep] does, for a time of the range, with both ends, that the run's chooser determines:
// any nanosecond of a range below four seconds, one of 4,294,967,296 times with equal distances of a longer one. It is
// Min where nothing is explored. It returns what Sleep returns, and at once a *sim.UsageError for what is no range.
func (r Latency) Sleep(co *Co) error {
	t := taskOf(co, "sleep for a latency")
	if r.Min < 0 || r.Max < r.Min {
		return t.f.w.loop.Usage("sleep for a latency", fmt.Sprintf("from %v to %v", r.Min, r.Max), errLatencyRange)
	}
	n := r.number()
	if time.Duration(n) > r.Max-r.Min { // all of them, each a nanosecond from the next
		return Sleep(co, r.Min+time.Duration(co.ChooseDelay(choiceOfLatency, r.Min, n)))
	}
	return Sleep(co, r.at(co.Choose(choiceOfLatency, n)))
}

// number returns how many latencies there are to choose from.
func (r Latency) number() int { return int(min(r.Max-r.Min, maxLatencies-1) + 1) }

// at returns the i-th of them.
func (r Latency) at(i int) time.Duration {
	last := uint64(r.number() - 1)
	if last == 0 {
		return r.Min
	}
	high, low := bits.Mul64(uint64(r.Max-r.Min), uint64(i))
	d, _ := bits.Div64(high, low, last)
	return r.Min + time.Duration(d)
}
