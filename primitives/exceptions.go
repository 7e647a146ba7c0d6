package aio

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Sentinels, for errors.Is.
var (
	// ErrCancelled is every *CancelledError (asyncio.CancelledError). A task that returns it is cancelled.
	ErrCancelled = errors.New("cancelled")
	// ErrTimeout is every *TimeoutError (TimeoutError).
	ErrTimeout = errors.New("timeout")
	// ErrInvalidState is an operation that a future or a task does not allow in its state (asyncio.InvalidStateError).
	ErrInvalidState = errors.New("invalid state")
	// ErrQueueEmpty is Queue.GetNowait on an empty queue (asyncio.QueueEmpty).
	ErrQueueEmpty = errors.New("queue is empty")
	// ErrQueueFull is Queue.PutNowait on a full queue (asyncio.QueueFull).
	ErrQueueFull = errors.New("queue is full")
	// ErrQueueShutDown is a put to, or a get from, a queue that is shut down (asyncio.QueueShutDown).
	ErrQueueShutDown = errors.New("queue is shut down")
	// ErrBrokenBarrier is a wait at a barrier that was reset or aborted (asyncio.BrokenBarrierError).
	ErrBrokenBarrier = errors.New("broken barrier")
)

// Reasons of a *sim.UsageError, where asyncio raises RuntimeError or ValueError.
var (
	// ErrSelfAwait is a task that awaits itself.
	ErrSelfAwait = errors.New("a task cannot await itself")
	// ErrMisawaited is awaiting a future or task that is not done and of which an await was refused before. asyncio's
	// words are "await wasn't used with future".
	ErrMisawaited = errors.New("an await of it was refused before, so it cannot be awaited until it is done")
	// ErrTaskResult is setting the result or the exception of a task.
	ErrTaskResult = errors.New("a task ends with what its function returns")
	// ErrOtherLoop is a future, task or primitive of another loop.
	ErrOtherLoop = errors.New("it belongs to a different loop")
	// ErrNotInTask is an operation that only a task can do.
	ErrNotInTask = errors.New("only a task of this library can do this")
	// ErrNoTask is a suspension where no task runs: in a callback, or outside of the run.
	ErrNoTask = errors.New("no task runs that could be suspended")
	// ErrNothingToWaitFor is Wait without awaitables.
	ErrNothingToWaitFor = errors.New("the list of awaitables is empty")
	// ErrScopeState is a TimeoutScope or Group used before it was entered or after it was left.
	ErrScopeState = errors.New("the scope does not allow this in its state")
	// ErrStopped is a loop that was stopped before its main task was done.
	ErrStopped = errors.New("event loop stopped before the main task was done")
)

// CancelledError is what a cancelled task or future ends with, and what is delivered at the suspension point of a task
// on which Cancel was called. It is ErrCancelled and context.Canceled for errors.Is.
type CancelledError struct {
	Message any // what was given to Cancel; nil if nothing was
}

func (e *CancelledError) Error() string {
	if e.Message == nil {
		return ErrCancelled.Error()
	}
	return fmt.Sprintf("cancelled: %v", e.Message)
}

// Is makes e ErrCancelled and context.Canceled.
func (e *CancelledError) Is(target error) bool {
	return target == ErrCancelled || target == context.Canceled
}

// TimeoutError is the end of a Timeout, WaitFor or AsCompleted whose time is up. It is ErrTimeout and
// context.DeadlineExceeded for errors.Is. It does not wrap the CancelledError by which the timeout was delivered.
type TimeoutError struct {
	Op   string        // what timed out
	Task string        // in which task
	Time time.Duration // virtual time
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("%s in task %q timed out at %v", e.Op, e.Task, e.Time)
}

// Is makes e ErrTimeout and context.DeadlineExceeded.
func (e *TimeoutError) Is(target error) bool {
	return target == ErrTimeout || target == context.DeadlineExceeded
}

// Timeout says that e is a timeout, as net.Error does.
func (e *TimeoutError) Timeout() bool { return true }

// InvalidStateError is ErrInvalidState with what was asked of which object.
type InvalidStateError struct {
	Object string        // the future or task
	Reason string        // in asyncio's words
	Time   time.Duration // virtual time
}

func (e *InvalidStateError) Error() string {
	return fmt.Sprintf("invalid state: %s (%s, at %v)", e.Reason, e.Object, e.Time)
}

// Unwrap returns ErrInvalidState.
func (e *InvalidStateError) Unwrap() error { return ErrInvalidState }

// QueueError is ErrQueueEmpty, ErrQueueFull or ErrQueueShutDown with the queue's name.
type QueueError struct {
	Queue string
	Time  time.Duration // virtual time; negative where no task has put or got yet: the queue then knows no loop
	Err   error
}

const unknown time.Duration = -1

func (e *QueueError) Error() string {
	if e.Time == unknown {
		return fmt.Sprintf("%s: %v", e.Queue, e.Err)
	}
	return fmt.Sprintf("%s at %v: %v", e.Queue, e.Time, e.Err)
}

// Unwrap returns the sentinel.
func (e *QueueError) Unwrap() error { return e.Err }

// ExceptionGroup is several errors that happened side by side (ExceptionGroup). errors.Is and errors.As look into each.
type ExceptionGroup struct {
	Message string
	Errors  []error
}

func (e *ExceptionGroup) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%d sub-exception%s)", e.Message, len(e.Errors), plural(len(e.Errors)))
	for _, err := range e.Errors {
		b.WriteString("\n\t" + strings.ReplaceAll(err.Error(), "\n", "\n\t"))
	}
	return b.String()
}

// Unwrap returns the errors of the group.
func (e *ExceptionGroup) Unwrap() []error { return e.Errors }

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// isCancelled reports whether err ends a task as cancelled: it is a CancelledError or wraps one. A group of errors is
// no cancellation, whatever is in it.
func isCancelled(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if _, ok := err.(*CancelledError); ok || err == ErrCancelled {
			return true
		}
	}
	return false
}
