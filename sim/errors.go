package sim

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// What a *UsageError wraps.
var (
	// ErrClosed is the use of a loop that is closed (asyncio: "Event loop is closed").
	ErrClosed = errors.New("event loop is closed")
	// ErrRunning is running, or closing, a loop that runs (asyncio: "This event loop is already running").
	ErrRunning = errors.New("event loop is already running")
	// ErrForeignCo is the use of a co by anyone but its own coroutine while that runs.
	ErrForeignCo = errors.New("a co serves only the coroutine that it was given to, while that one runs")
	// ErrFinishedCo is the use of a co whose coroutine is over.
	ErrFinishedCo = errors.New("its coroutine is finished")
	// ErrNilFunction is a callback or task without a function.
	ErrNilFunction = errors.New("the function is nil")
	// ErrTimeRange is a virtual time past the range of the clock: 292 years from the loop's start.
	ErrTimeRange = errors.New("past the range of virtual time")

	errNothingToChoose = errors.New("there must be 1 to 4294967296 possibilities")
)

// UsageError is a use of the library that cannot be right. It names what was asked, for which object, by whom and when.
type UsageError struct {
	Op     string        // what was asked
	Object string        // for which object
	Who    string        // by which task or callback; empty outside of both
	Time   time.Duration // virtual time; negative for an object that no loop has used yet
	Err    error         // why not
}

func (e *UsageError) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Object != "" {
		b.WriteString(" " + e.Object)
	}
	if e.Who != "" {
		b.WriteString(" in " + e.Who)
	}
	if e.Time >= 0 {
		fmt.Fprintf(&b, " at %v", e.Time)
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	return b.String()
}

// Unwrap returns the reason.
func (e *UsageError) Unwrap() error { return e.Err }

// Usage returns a *UsageError about op on object, by whoever runs now. Vocabularies use it for their own misuses.
func (l *Loop) Usage(op, object string, reason error) *UsageError { return l.usage(op, object, reason) }

func (l *Loop) usage(op, object string, reason error) *UsageError {
	return &UsageError{Op: op, Object: object, Who: l.who(), Time: l.Now(), Err: reason}
}

// who names what runs now.
func (l *Loop) who() string {
	switch {
	case l.current != nil:
		return fmt.Sprintf("task %q", l.current.name)
	case l.called() != "":
		return fmt.Sprintf("callback %q", l.called())
	}
	return ""
}

func misuseOfClosedLoop(value any) bool {
	err, ok := value.(error)
	return ok && errors.Is(err, ErrClosed)
}

// ConfigError is a configuration that cannot be right.
type ConfigError struct {
	Field, Value, Reason string
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("config: %s = %s: %s", e.Field, e.Value, e.Reason)
}

// PanicError ends a run in which a task, a callback, the chooser or the tracer panicked.
type PanicError struct {
	Task     string        // the task that panicked; empty where it was none
	Callback string        // else the callback, or the part of the loop, that panicked
	Time     time.Duration // virtual time
	Value    any           // what was given to panic
	Stack    []byte        // of the goroutine that panicked, taken in it
}

func (e *PanicError) Error() string {
	who := "a callback"
	switch {
	case e.Task != "":
		who = fmt.Sprintf("task %q", e.Task)
	case e.Callback != "":
		who = fmt.Sprintf("callback %q", e.Callback)
	}
	return fmt.Sprintf("%s panicked at %v: %v\n\n%s", who, e.Time, e.Value, e.Stack)
}

// Unwrap returns the value of the panic where that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// LimitError ends a run that reached Config.MaxSteps or Config.MaxTime.
type LimitError struct {
	Limit string        // "MaxSteps" or "MaxTime"
	Value string        // the limit's value
	Time  time.Duration // virtual time
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("stopped at %v by the limit %s = %s", e.Time, e.Limit, e.Value)
}

// BlockedError ends a run in which a task or a callback blocked outside the simulation: on a channel, a mutex, a real
// sleep, input or output. The goroutine cannot be stopped from outside; when it unblocks, it ends with its loop.
type BlockedError struct {
	Task  string        // the blocked task; empty where a callback blocks
	Time  time.Duration // virtual time
	Wait  time.Duration // in real time: for this long at least no step had begun
	State string        // the goroutine's state, such as "chan receive"
	Stack string        // of the blocked goroutine
}

func (e *BlockedError) Error() string {
	who := "a callback"
	if e.Task != "" {
		who = fmt.Sprintf("task %q", e.Task)
	}
	return fmt.Sprintf("%s has blocked outside the simulation for %v (%s), at virtual time %v: "+
		"use the simulation's own primitives%s\n\n%s",
		who, e.Wait, e.State, e.Time, e.instead(), e.Stack)
}

// instead names what takes the place of what blocks, if there is one thing that does.
func (e *BlockedError) instead() string {
	switch {
	case strings.HasPrefix(e.State, "chan receive"):
		return ", here aio.Recv(co, ch)"
	case strings.HasPrefix(e.State, "select"):
		return ", here aio.Select(co, cases...)"
	case e.State == "sleep":
		return ", here aio.Sleep(co, d)"
	case strings.HasPrefix(e.State, "sync.Mutex"):
		return ", here an aio.Lock"
	case strings.HasPrefix(e.State, "sync.WaitGroup"):
		return ", here an aio.TaskGroup"
	}
	return ""
}
