package aio

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// Stream is one end of a [Pipe]: what open_connection returns, or what start_server hands to its callback.
type Stream struct {
	Reader *StreamReader // of what the other end writes
	Writer *StreamWriter // to the other end
}

// DeriveLimit stands for a write buffer limit that follows from the other one: see [StreamWriter.SetWriteBufferLimits].
const DeriveLimit = -1

// The sizes of asyncio's buffers, in bytes.
const (
	defaultLimit = 64 << 10 // of a reader
	defaultHigh  = 64 << 10 // of a writer
)

// ErrConnectionLost is a stream that is closed, or whose other end is gone (ConnectionResetError, BrokenPipeError).
var ErrConnectionLost = errors.New("connection lost")

// Reasons of a *sim.UsageError.
var (
	errStreamLimit     = errors.New("the limit of a stream must be positive")
	errBeingRead       = errors.New("another task waits for its data already")
	errFedAfterEOF     = errors.New("it was fed the end of the stream before")
	errNoSeparator     = errors.New("there must be a separator")
	errEmptySeparator  = errors.New("a separator must have at least one byte")
	errNegativeCount   = errors.New("the number of bytes must not be negative")
	errWriteAfterEOF   = errors.New("its end was written before")
	errBufferLimits    = errors.New("the high limit must be at least the low one, and that at least 0")
	errNegativeLatency = errors.New("the latency must not be negative")
)

func streamLabel(w *world, name string) string {
	l := w.label("stream", name)
	return l.String()
}

// StreamError is ErrConnectionLost with the stream's name.
type StreamError struct {
	Stream string
	Time   time.Duration // virtual time
	Err    error
}

func (e *StreamError) Error() string { return fmt.Sprintf("%s at %v: %v", e.Stream, e.Time, e.Err) }

// Unwrap returns the sentinel.
func (e *StreamError) Unwrap() error { return e.Err }

// IncompleteReadError is the end of a stream before everything that was asked for had come (asyncio.IncompleteReadError).
// It is io.ErrUnexpectedEOF for errors.Is.
type IncompleteReadError struct {
	Stream   string
	Time     time.Duration // virtual time
	Partial  []byte        // what had come; it is no longer in the stream
	Expected int           // how many bytes were asked for; negative where it was a separator
}

func (e *IncompleteReadError) Error() string {
	expected := "an unknown number of"
	if e.Expected >= 0 {
		expected = fmt.Sprint(e.Expected)
	}
	return fmt.Sprintf("%s at %v: it ended after %d of %s bytes", e.Stream, e.Time, len(e.Partial), expected)
}

// Unwrap returns io.ErrUnexpectedEOF.
func (e *IncompleteReadError) Unwrap() error { return io.ErrUnexpectedEOF }

// LimitOverrunError is a separator that does not come within the limit of a stream (asyncio.LimitOverrunError).
type LimitOverrunError struct {
	Stream   string
	Time     time.Duration // virtual time
	Consumed int           // how many bytes of the buffer are certain to lie before the separator
	Found    bool          // the separator has come, after more bytes than the limit
}

func (e *LimitOverrunError) Error() string {
	reason := "no separator within the limit"
	if e.Found {
		reason = "the separator comes after the limit"
	}
	return fmt.Sprintf("%s at %v: %s", e.Stream, e.Time, reason)
}
