package sim

import (
	"fmt"
	"strings"
	"time"
)

// DeadlockError ends a run in which nothing is ready and no timer is set, so that nothing can happen ever again.
type DeadlockError struct {
	Time    time.Duration // virtual time
	Waiting []Waiting     // every unfinished task, in the order of their creation
	Cycle   []string      // the tasks that wait for each other in a circle, if there is one; the last waits for the first
}

// Waiting tells what one task waits for.
type Waiting struct {
	Task  string
	On    string        // empty: it has not started
	Since time.Duration // virtual time
}

func (e *DeadlockError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "deadlock at %v: nothing can run and no timer is set", e.Time)
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
	e := &DeadlockError{Time: l.Now()}
	for co := range l.Coroutines {
		w := Waiting{Task: co.name, Since: time.Duration(co.since)}
		if co.on != nil {
			w.On = co.on.String()
		}
		e.Waiting = append(e.Waiting, w)
	}
	for co := range l.Coroutines {
		if e.Cycle = cycleFrom(co); e.Cycle != nil {
			break
		}
	}
	return e
}

// cycleFrom follows the waits from co and returns the circle that co itself is on.
func cycleFrom(co *Co) []string {
	var names []string
	seen := map[*Co]bool{}
	for at := co; at != nil && !seen[at]; {
		seen[at] = true
		names = append(names, at.name)
		holder, ok := at.on.(Holder)
		if !ok {
			return nil
		}
		if at = holder.Holder(); at == co {
			return names
		}
	}
	return nil
}
