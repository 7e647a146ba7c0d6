package explore

import (
	"fmt"
	"strings"

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

// besides says what makes a run in asyncio's order another one than asyncio's own.
func (p *player) besides() string {
	var all []string
	if p.has(sim.Value, sim.Random) {
		all = append(all, "with values that are not 0")
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
	if p.has(sim.Value, sim.Random) {
		all = append(all, "with every value 0")
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
	switch d.at.kind {
	case sim.Late:
		return fmt.Sprintf("the loop is late: the clock goes on to %s", ahead(d.value))
	case sim.Cancel:
		return fmt.Sprintf("%v (%s)", d.decision, clipped(cell(p.events[d.event-1]))) // the suspension comes before it
	}
	return fmt.Sprintf("%v, instead of 0", d.decision)
}

// ahead names the deadline that a late loop goes on to.
func ahead(n uint32) string {
	if n == 1 {
		return "the next deadline"
	}
	return fmt.Sprintf("the %s deadline ahead", ordinal(n))
}
