package explore

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// has reports whether a decision of one of the kinds was made.
func (p *player) has(kinds ...sim.ChoiceKind) bool {
	for i := range p.made {
		for _, kind := range kinds {
			if p.made[i].at.kind == kind {
				return true
			}
		}
	}
	return false
}

// hasValues reports whether a decision about a value was made that is no latency, and whether one was that is.
func (p *player) hasValues() (values, latencies bool) {
	for i := range p.made {
		if p.made[i].at.isLatency() {
			latencies = true
		} else if kind := p.made[i].at.kind; kind == sim.Value || kind == sim.Random {
			values = true
		}
	}
	return values, latencies
}

// besides says what makes a run in asyncio's order another one than asyncio's own.
func (p *player) besides() string {
	var all []string
	values, latencies := p.hasValues()
	if values {
		all = append(all, "with values that are not 0")
	}
	if latencies {
		all = append(all, "with latencies that are not the least")
	}
	if p.has(sim.Late) {
		all = append(all, "with the loop late")
	}
	if p.has(sim.Cancel) {
		all = append(all, "with a task cancelled")
	}
	return strings.Join(all, " and ")
}

// without says what asyncio's own run has not, besides its order, of what was decided.
func (p *player) without() string {
	var all []string
	values, latencies := p.hasValues()
	if values {
		all = append(all, "with every value 0")
	}
	if latencies {
		all = append(all, "with every latency the least")
	}
	if p.has(sim.Late) {
		all = append(all, "on time")
	}
	if p.has(sim.Cancel) {
		all = append(all, "without the cancellation")
	}
	if len(all) == 0 {
		return ""
	}
	return ", " + strings.Join(all, " and ") + ","
}

// told says what a decision about a value means.
func (p *player) told(d taken) string {
	long := d.decision
	long.at.who, long.run = p.labels.longWho(d.at.who), p.labels.longWho(d.run)
	switch d.at.kind {
	case sim.Late:
		return p.late(d)
	case sim.Cancel:
		return fmt.Sprintf("%v (%s)", long, clipped(cell(p.events[d.event-1]))) // the suspension comes before it
	}
	if slept, ok := p.slept(d); ok && d.at.isLatency() {
		return fmt.Sprintf("latency %v, the %s of task %q, instead of the least",
			slept, ordinal(d.at.nth+1), long.at.who.task)
	}
	return fmt.Sprintf("%v, instead of 0", long)
}

// isLatency reports whether it is about what an aio.Latency asks for: a number that says nothing without its range.
func (k key) isLatency() bool { return k.kind == sim.Value && k.who.name == "latency" }

// slept returns for how long the task sleeps that the decision is about, where that is what it does next.
func (p *player) slept(d taken) (time.Duration, bool) {
	for _, e := range p.events[d.event:] {
		if p.labels.of(e.TaskID) == d.at.who.task {
			until, ok := sleepsUntil(e)
			return until - e.Time, ok
		}
	}
	return 0, false
}

// sleepsUntil returns when the sleep ends that an event is the beginning of.
func sleepsUntil(e sim.Event) (until time.Duration, ok bool) {
	text, ok := strings.CutPrefix(e.Object, "sleep until ")
	if !ok || e.Kind != sim.TaskSuspended {
		return 0, false
	}
	until, err := time.ParseDuration(text)
	return until, err == nil
}

// late says which timers are late, and which deadline the clock goes on to.
func (p *player) late(d taken) string {
	if d.event == len(p.events) {
		return fmt.Sprintf("the loop is late: the clock goes on to %s", ahead(d.value))
	}
	to := p.events[d.event].Time
	return fmt.Sprintf("the loop is late%s: the clock goes on to %s, %v%s",
		named(" for ", p.timersOf(d, d.time), ""), ahead(d.value), to, named(" (", p.timersOf(d, to), ")"))
}

// maxTimers is how many timers of one deadline are named.
const maxTimers = 3

// named returns what the timers are called, between two texts; nothing if there are none.
func named(before string, timers []string, after string) string {
	switch n := len(timers); {
	case n == 0:
		return ""
	case n > maxTimers:
		timers = append(timers[:maxTimers:maxTimers], fmt.Sprintf("%d more", n-maxTimers))
	}
	return before + strings.Join(timers, ", ") + after
}

// timersOf returns what the timers are called that were set for a time when the decision was made. A timer that is
// cancelled, or that fires, is taken for the first of its name.
func (p *player) timersOf(d taken, when time.Duration) (names []string) {
	for _, e := range p.events[:d.event] {
		until, sleeps := sleepsUntil(e)
		sleeper := fmt.Sprintf("the sleep of task %q", p.labels.long(p.labels.of(e.TaskID)))
		gone := ""
		switch {
		case sleeps && until == when:
			names = append(names, sleeper)
		case e.Kind == sim.TimerSet && e.When == when:
			names = append(names, fmt.Sprintf("timer %q", e.Object))
		case e.Kind == sim.TaskResumed:
			gone = sleeper
		case e.Kind == sim.TimerCancelled:
			gone = fmt.Sprintf("timer %q", e.Object)
		}
		if i := slices.Index(names, gone); i >= 0 {
			names = slices.Delete(names, i, i+1)
		}
	}
	return names
}

// ahead names the deadline that a late loop goes on to.
func ahead(n uint32) string {
	if n == 1 {
		return "the next deadline"
	}
	return fmt.Sprintf("the %s deadline ahead", ordinal(n))
}
