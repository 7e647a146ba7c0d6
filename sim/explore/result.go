package explore

import "fmt"

// Text tells in a line what a search has shown and why it stopped.
func (r *Result) Text() string {
	return fmt.Sprintf("%s (stopped: %s)", r.shown(), r.Stopped)
}

// shown tells what the search has shown.
func (r *Result) shown() string {
	switch {
	case r.Stopped == Failed && r.Failures <= 1:
		return fmt.Sprintf("schedule %d failed, after %s", r.Schedules, traces(r.Distinct))
	case r.Stopped == Exhausted && r.Strategy == FIFO:
		return fmt.Sprintf("asyncio's own order was tried alone, and %s", r.failed())
	case r.Stopped == Exhausted:
		return fmt.Sprintf("proved: all orders were tried, in %d schedules with %s, and %s",
			r.Schedules, traces(r.Distinct), r.failed())
	}
	return fmt.Sprintf("%d schedules tried, with %s, and %s: %s", r.Schedules, traces(r.Distinct), r.failed(), r.why())
}

// failed tells how many schedules failed.
func (r *Result) failed() string {
	if r.First == nil {
		return "none fails"
	}
	return fmt.Sprintf("%d fail, number %d first", r.Failures, r.First.Schedule)
}

// why tells why the search ended before every order was tried.
func (r *Result) why() string {
	switch r.Stopped {
	case Saturated:
		return fmt.Sprintf("the last %d showed nothing new", r.Stale)
	case Budget:
		return "that is how many were allowed"
	case Deadline:
		return "the time is up"
	case Cancelled:
		return "the search was cancelled"
	}
	return "a schedule is blocked"
}

func traces(n int) string {
	if n == 1 {
		return "1 trace"
	}
	return fmt.Sprintf("%d different traces", n)
}
