package sim

import (
	"math"
	"slices"
)

// chooseTimers is called at the beginning of a turn where the chooser decides which timers are due, or in which order.
func (l *Loop) chooseTimers() {
	if l.config.Slack > 0 {
		l.beLate()
	}
	if l.config.Strict {
		l.chooseTies()
	}
}

// beLate lets the clock go on to a later deadline, if the chooser says so. How late the loop is counts from when it last
// was idle: every timer there is was set for then or later, so none fires later than Config.Slack after its deadline,
// however many turns the loop takes to become idle again.
func (l *Loop) beLate() {
	if len(l.outside.executing) > 0 { // time stands still
		return
	}
	until := l.idled + min(int64(l.config.Slack), math.MaxInt64-l.idled)
	if limit := int64(l.config.MaxTime); limit > 0 {
		until = min(until, limit)
	}
	if until <= l.now || len(l.timers.nodes) == 0 || l.timers.nodes[0].when > until {
		return
	}
	deadlines := l.timers.within(l.deadlines[:0], 0, l.now, until)
	slices.Sort(deadlines)
	l.deadlines = deadlines
	deadlines = slices.Compact(deadlines)
	if k := l.askFor(Late, 1+len(deadlines), ""); k > 0 {
		l.passTo(deadlines[k-1])
	}
}

// within adds to the list the deadlines after one time and until another, of the timers at node i and below that would
// do something.
func (h *timerHeap) within(list []int64, i int, after, until int64) []int64 {
	if i >= len(h.nodes) || h.nodes[i].when > until {
		return list
	}
	if t := h.nodes[i]; t.when > after && !h.what[t.id].void() {
		list = append(list, t.when)
	}
	for child := arity*i + 1; child <= arity*i+arity; child++ {
		list = h.within(list, child, after, until)
	}
	return list
}
