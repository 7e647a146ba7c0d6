package trace

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/asyncsim/asyncsim/sim"
)

// columns are time, who and what. The widths are fixed, so that a change in one line changes no other.
const columns = "%-10v %-12s %s\n"

// continued is the beginning of a further line of the same event.
const continued = "                       | "

// WriteText writes a line for each event: the virtual time, the task or [callback] that ran, or - for the loop, and what
// happened. It returns the first error of w.
func (r *Recorder) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	lines := strings.NewReplacer("\n\t", "\n"+continued, "\n", "\n"+continued)
	fmt.Fprintf(b, "asyncsim trace %d\n", Version)
	for i := range r.events {
		e := &r.events[i]
		fmt.Fprintf(b, columns, e.Time, r.who(e), lines.Replace(r.what(e)))
	}
	return b.Flush()
}

func (r *Recorder) who(e *sim.Event) string {
	switch {
	case e.TaskID != 0:
		return r.task(e)
	case e.Callback != "":
		return "[" + e.Callback + "]"
	}
	return "-"
}

func (r *Recorder) what(e *sim.Event) string {
	switch e.Kind {
	case sim.TaskCreated:
		return "create " + r.object(e)
	case sim.TaskStarted:
		return "start"
	case sim.TaskSuspended:
		return "wait: " + e.Object
	case sim.TaskResumed:
		return "resume"
	case sim.TaskFinished:
		return e.Text
	case sim.CancelRequested:
		return appended("cancel "+r.object(e), e.Text)
	case sim.CallbackRun:
		return "run"
	case sim.TimerSet:
		return fmt.Sprintf("set timer %s for %v", e.Object, e.When)
	case sim.TimerCancelled:
		return "cancel timer " + e.Object
	case sim.Exception:
		return appended("exception handler: "+e.Text, e.Object)
	case sim.Output:
		return "print " + e.Text
	case sim.RunFailed:
		return e.Text
	case sim.VariableRead, sim.VariableWritten:
		return e.Kind.String() + " " + e.Object + ": " + e.Text
	}
	return e.Kind.String()
}

// appended adds more in brackets, if there is more.
func appended(s, more string) string {
	if more == "" {
		return s
	}
	return s + " (" + more + ")"
}
