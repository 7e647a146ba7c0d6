package sim

import (
	"fmt"
	"strings"
	"time"
)

// DeadlockError ends a run in which nothing is ready and no timer is set, or only such as would change nothing, so that
// nothing can happen ever again.
type DeadlockError struct {
	Time    time.Duration // virtual time
	Waiting []Waiting     // every unfinished task, in the order of their creation
	Vain    int           // the timers that are set, all in vain: tickers that nobody receives from
	// The tasks that wait for each other in a circle, if there is one; the last waits for the first. A task that waits for
	// several counts as waiting for the first of them that is not done; where any one of them would do, for none.
	Cycle []string
}

// Waiting tells what one task waits for.
type Waiting struct {
	Task  string
	On    string        // empty: it has not started
	Since time.Duration // virtual time
}

func (e *DeadlockError) Error() string {
	var b strings.Builder
	timers := "no timer is set"
	if e.Vain > 0 {
		timers = "nobody receives from the tickers that are set"
	}
	fmt.Fprintf(&b, "deadlock at %v: nothing can run and %s", e.Time, timers)
	for _, w := range e.Waiting {
		on := w.On
		if on == "" {
			on = "its first step"
		}
		fmt.Fprintf(&b, "\n\ttask %q waits for %s since %v", w.Task, on, w.Since)
	}
	if len(e.Cycle) > 0 {
		b.WriteString("\n\tcycle: ")
		for _, task := range e.Cycle {
			fmt.Fprintf(&b, "%q -> ", task)
		}
		fmt.Fprintf(&b, "%q", e.Cycle[0])
	}
	return b.String()
}

// Holder is implemented by what a coroutine waits for when one other coroutine must act to end the wait: by a task that
// is awaited, say. It is what the cycle of a deadlock is made of.
type Holder interface {
	// Holder returns that coroutine, or nil.
	Holder() *Co
}

func (l *Loop) deadlock() *DeadlockError {
	e := &DeadlockError{Time: l.Now(), Vain: len(l.timers.nodes)}
	for co := range l.Coroutines {
		w := Waiting{Task: co.name, Since: time.Duration(co.since)}
		if co.on != nil {
			w.On = co.on.String()
		}
		e.Waiting = append(e.Waiting, w)
	}
	e.Cycle = l.cycle()
	return e
}

// cycle returns the circle of waits that is found first, from its oldest coroutine on. It follows the waits of every
// coroutine, oldest first, until it comes to where it was before: on this walk, which closes a circle, or on an earlier
// one, which did not.
func (l *Loop) cycle() []string {
	walk := map[*Co]*Co{} // the coroutines that were come by, with the start of the walk
	for start := range l.Coroutines {
		at := start
		for at != nil && walk[at] == nil {
			walk[at] = start
			at = at.waitsFor()
		}
		if at != nil && walk[at] == start {
			return circle(at)
		}
	}
	return nil
}

// circle returns the names of the coroutines on the circle of waits that at is on, from the oldest on.
func circle(at *Co) (names []string) {
	oldest := at
	for co := at.waitsFor(); co != at; co = co.waitsFor() {
		if co.id < oldest.id {
			oldest = co
		}
	}
	names = append(names, oldest.name)
	for co := oldest.waitsFor(); co != oldest; co = co.waitsFor() {
		names = append(names, co.name)
	}
	return names
}

// waitsFor returns the coroutine that co waits for, or nil.
func (co *Co) waitsFor() *Co {
	if h, ok := co.on.(Holder); ok {
		return h.Holder()
	}
	return nil
}
