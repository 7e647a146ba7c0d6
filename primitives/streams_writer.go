package aio

import (
	"bytes"
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

// StreamWriter is the writing side of one end of a [Pipe] (asyncio.StreamWriter). It is an io.Writer: writing never
// suspends, it fills a buffer; Drain is what waits for that to empty.
type StreamWriter struct {
	t        *transport
	high     int // more in the buffer pause the writer
	low      int // this or less resumes it
	paused   bool
	drainers waiters
	closed   *Future[None] // done with the connection
	lost     error         // what the connection ended with
}

func newStreamWriter(t *transport) *StreamWriter {
	s := &StreamWriter{t: t, high: defaultHigh, low: defaultHigh / 4}
	s.closed = newFuture[None](t.w, label{kind: "close of stream", name: t.name}, nil)
	return s
}

// String returns the kind and the name.
func (s *StreamWriter) String() string { return s.t.label }

// Write puts a copy of data into the buffer, all of it whatever its size, and returns that. It does not suspend. What is
// written after Close, or when the connection is lost, is lost too: that is no error here but one of the next Drain.
// Write returns a *sim.UsageError after WriteEOF and when the loop is closed.
func (s *StreamWriter) Write(data []byte) (int, error) {
	t := s.t
	switch {
	case t.ended:
		return 0, t.w.loop.Usage("write to", t.label, errWriteAfterEOF)
	case t.w.loop.IsClosed():
		return 0, t.w.loop.Usage("write to", t.label, sim.ErrClosed)
	case t.closing || len(data) == 0:
	case t.peerGone, t.latency == 0 && t.peer.state == connLost:
		t.fail(t.lossError())
	default:
		t.push(sentData, bytes.Clone(data), t.w.loop.Now())
		s.pauseIfFull()
	}
	return len(data), nil
}

// WriteLines writes the lines, joined, as one Write (writelines). It adds no newlines.
func (s *StreamWriter) WriteLines(lines [][]byte) error {
	_, err := s.Write(bytes.Join(lines, nil))
	return err
}

// WriteEOF ends what is written: once the other end has read the rest, its reader is at the end of the stream. It can
// still write (write_eof; a pipe always can). WriteEOF does not suspend and does nothing after Close.
func (s *StreamWriter) WriteEOF() {
	if t := s.t; !t.closing && !t.ended && !t.w.loop.IsClosed() {
		t.ended = true
		t.push(sentEOF, nil, t.w.loop.Now())
	}
}

// Drain suspends while the writer is paused: from when more than the high limit is in the buffer until it is down to the
// low one. Many tasks may wait; they go on in the next turn, in the order in which they came. After Close and when the
// connection is lost it suspends for one turn first. It returns the exception of the stream's reader, a *StreamError
// that is ErrConnectionLost when the connection is lost, a *CancelledError when the task is cancelled, and a
// *sim.UsageError when the stream is of another loop.
func (s *StreamWriter) Drain(co *Co) error {
	const op = "drain"
	w, t := s.t.w, taskOf(co, op)
	if t.f.w != w {
		return t.f.w.loop.Usage(op, s.t.label, ErrOtherLoop)
	}
	if err := s.t.reader.exception; err != nil {
		return err
	}
	if s.t.closing { // else a task that writes and drains for ever would keep the loop from closing the connection
		if err := Sleep(co, 0); err != nil {
			return err
		}
	}
	switch {
	case s.t.state == connLost:
		return s.t.lossError()
	case !s.paused:
		return nil
	}
	s.drainers.ring.Push(t)
	if _, err := t.wait((*draining)(s)); err != nil {
		s.drainers.leave(t)
		return err
	}
	return s.lost
}

// Close closes the stream in the next turn, or once the data that the other end holds back has arrived. All that was
// written arrives there, and then the end of the stream: see [Pipe]. The reader of the same end is at the end of the
// stream as well, and what arrives after Close is lost. Close does not suspend; it may be called again, to no effect.
func (s *StreamWriter) Close() { s.t.close() }

// Abort is Close that does not wait (transport.abort): what the other end holds back is lost.
func (s *StreamWriter) Abort() { s.t.fail(nil) }

// IsClosing reports whether the stream is closed or being closed, or the connection is lost.
func (s *StreamWriter) IsClosing() bool { return s.t.closing }

// WaitClosed suspends until the stream is closed (wait_closed); where it is closed already, it does not suspend. It
// returns a *StreamError that is ErrConnectionLost when the connection was lost, and a *CancelledError when the task is
// cancelled. As in asyncio, that cancels every WaitClosed of the stream, those to come too.
func (s *StreamWriter) WaitClosed(co *Co) error { return s.closed.await(co) }

// WriteBufferSize returns how many bytes were written and have not arrived, none if the stream is closed.
func (s *StreamWriter) WriteBufferSize() int {
	if s.t.state != connOpen {
		return 0
	}
	return s.t.size
}

// SetWriteBufferLimits says at which sizes of the buffer, in bytes, Drain begins and ends to wait
// (transport.set_write_buffer_limits). [DeriveLimit] for low is a quarter of high, for high four times low, for both
// 64 KiB and 16 KiB, which they are from the start. A high limit of 0 makes Drain wait until the buffer is empty. It
// returns a *sim.UsageError unless high >= low >= 0.
func (s *StreamWriter) SetWriteBufferLimits(high, low int) error {
	given := fmt.Sprintf("%v to high %d, low %d", s, high, low)
	if high == DeriveLimit {
		high = defaultHigh
		if low != DeriveLimit {
			high = 4 * low
		}
	}
	if low == DeriveLimit {
		low = high / 4
	}
	if high < low || low < 0 {
		return s.t.w.loop.Usage("set write buffer limits of", given, errBufferLimits)
	}
	s.high, s.low = high, low
	s.pauseIfFull()
	return nil
}

func (s *StreamWriter) pauseIfFull() {
	if s.t.size > s.high {
		s.paused = true
	}
}

func (s *StreamWriter) resumeIfLow() {
	if s.paused && s.t.size <= s.low {
		s.paused = false
		s.release()
	}
}

// release wakes the tasks that drain.
func (s *StreamWriter) release() {
	for s.drainers.ring.Len() > 0 {
		s.drainers.wakeNext()
	}
}

// connectionLost tells everybody who waits how the connection ended.
func (s *StreamWriter) connectionLost(err error) {
	s.lost = err
	if r := s.t.reader; err == nil {
		r.FeedEOF()
	} else {
		_ = r.SetException(err) // it is not nil
	}
	switch {
	case s.closed.state != pending:
	case err == nil:
		s.closed.complete(succeeded)
	default:
		s.closed.fail(err)
		s.closed.unretrieved = false // Drain and the reads return it too
	}
	s.release()
}

// draining is the writer as what a task waits for.
type draining StreamWriter

func (s *draining) String() string { return "drain of " + s.t.label }
