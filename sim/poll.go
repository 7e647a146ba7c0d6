package sim

import (
	"fmt"
	"slices"
)

// Poller is what a coroutine waits for where nobody tells that the wait is over: see [Co.WaitFor].
type Poller interface {
	fmt.Stringer
	// Poll does what is waited for, if it can be done, and reports whether it did. The coroutine counts as the running
	// one meanwhile; Poll must not suspend it.
	Poll() bool
}

// polled is a coroutine in WaitFor.
type polled struct {
	co   *Co
	what Poller
}

// WaitFor parks the running coroutine until what is polled with success, or [Co.Wake] comes first, and reports which:
// true if what was waited for is done. The loop polls at the beginning of every turn, before time passes, those that
// wait in the order in which they came; the coroutine goes on in the same turn. Where nobody waits the polls cost
// nothing.
func (co *Co) WaitFor(what Poller) bool {
	co.Check("wait")
	l := co.loop
	l.polled = append(l.polled, polled{co, what})
	co.pending, co.rung = true, false
	co.park(what)
	if !co.rung {
		l.polled = slices.DeleteFunc(l.polled, func(p polled) bool { return p.co == co })
	}
	return co.rung
}

// poll asks for each coroutine in WaitFor whether its wait is over.
func (l *Loop) poll() {
	l.polled = slices.DeleteFunc(l.polled, func(p polled) bool {
		if !p.co.pending { // it was woken, and goes when it runs
			return false
		}
		l.current = p.co
		p.co.rung = p.what.Poll()
		l.current = nil
		return p.co.rung && p.co.Wake()
	})
}
