package sim

import (
	"bytes"
	"time"
)

// Kind says what happened in an [Event].
type Kind uint8

// The kinds of events. Where an event has an Object, it is the one that the comment speaks of.
const (
	TaskCreated     Kind = iota // the object is the new task
	TaskStarted                 // the task runs its first step
	TaskSuspended               // the task waits for the object
	TaskResumed                 // the task runs its next step
	TaskFinished                // Text says how
	CancelRequested             // the object is to be cancelled; Text is the message
	CallbackRun                 // the object is the callback
	TimerSet                    // the object is the timer's callback, When its deadline
	TimerCancelled              // the object is the timer's callback
	Exception                   // the exception handler was called: Text says with what
	Output                      // the program printed Text
	RunFailed                   // the loop cannot go on: Text says why
	VariableRead                // the object is a shared variable, Text its value; only under exploration
	VariableWritten             // the same
	Acquired                    // the object is a lock or a mutex, which the task has from now on; only under exploration
)

var kindNames = [...]string{
	TaskCreated:     "created",
	TaskStarted:     "started",
	TaskSuspended:   "suspended",
	TaskResumed:     "resumed",
	TaskFinished:    "finished",
	CancelRequested: "cancel",
	CallbackRun:     "callback",
	TimerSet:        "timer set",
	TimerCancelled:  "timer cancelled",
	Exception:       "exception",
	Output:          "output",
	RunFailed:       "run failed",
	VariableRead:    "read",
	VariableWritten: "write",
	Acquired:        "acquired",
}

// String returns the kind's name as traces show it.
func (k Kind) String() string { return kindNames[k] }

// Event is one thing that a user of the simulated program can see.
type Event struct {
	Kind     Kind
	Time     time.Duration // virtual time
	Turn     int64         // the turn of the loop, from 1; 0 before the first
	Step     int64         // how many callbacks and task steps have begun
	Task     string        // the task that runs; empty where none does
	TaskID   uint32        // its number, see [Co.ID]; 0 where none runs
	Callback string        // the callback that runs; empty where none does
	Object   string        // what it is about, by its stable name
	ObjectID uint32        // the number of the task that Object is; 0 where it is none
	When     time.Duration // a timer's deadline
	Text     string
}

// Tracing reports whether events are recorded. Vocabularies ask before they make one.
func (l *Loop) Tracing() bool { return l.trace != nil }

// Emit records an event; it fills in when it happened and what runs.
func (l *Loop) Emit(e Event) {
	trace := l.trace
	if trace == nil || !l.heed() {
		return
	}
	callback := l.callback
	e.Time, e.Turn, e.Step, e.Callback = l.Now(), l.turnNo, l.steps, l.called()
	if l.current != nil {
		e.Task, e.TaskID, e.Callback = l.current.name, l.current.id, ""
	}
	l.trace, l.callback = nil, "tracer" // it does not trace itself, and one that panics is not called again
	trace(e)
	l.trace, l.callback = trace, callback
}

// printer is the output of the simulated program.
type printer struct {
	l   *Loop
	err error // the first error of Config.Output
}

// Write passes p to Config.Output. The first error is kept and returned from then on: see [Loop.OutputError].
func (p *printer) Write(b []byte) (int, error) {
	l := p.l
	if p.err != nil || l.closed || !l.heed() {
		return len(b), p.err
	}
	if l.trace != nil {
		l.Emit(Event{Kind: Output, Text: string(bytes.TrimSuffix(b, []byte("\n")))})
		if !l.heed() { // the tracer took too long
			return len(b), nil
		}
	}
	var n int
	n, p.err = l.config.Output.Write(b)
	return n, p.err
}

// OutputError returns the first error of writing the program's output.
func (l *Loop) OutputError() error {
	if l.abandoned() { // it may be writing even now
		return nil
	}
	return l.output.err
}
