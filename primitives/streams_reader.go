package aio

import (
	"bytes"
	"fmt"
	"iter"
)

// StreamReader is a buffer of bytes that one task at a time reads and waits for (asyncio.StreamReader). That of a [Pipe]
// is fed by the other end, one made with [NewStreamReader] by hand.
type StreamReader struct {
	w         *world
	label     string
	limit     int
	buffer    bytes.Buffer
	eof       bool // nothing will come any more
	exception error
	from      *transport // nil: it is fed by hand
	waiter    *task      // waits for data
	thrownTo  *task      // was woken, and not resumed yet, by an exception
	thrown    error
}

// NewStreamReader returns a reader to be fed by hand. Half of what it holds before it stops what feeds it, and all that
// may come before a separator, is limit bytes; 0 stands for asyncio's 64 KiB. NewStreamReader panics with a
// *sim.UsageError for a negative limit. An empty name stands for one made up by the loop.
func NewStreamReader(on HasLoop, name string, limit int) *StreamReader {
	w := worldOf(on, "NewStreamReader")
	w.mustLimit("NewStreamReader", name, limit)
	return newStreamReader(w, streamLabel(w, name), limit)
}

func newStreamReader(w *world, label string, limit int) *StreamReader {
	if limit == 0 {
		limit = defaultLimit
	}
	return &StreamReader{w: w, label: label, limit: limit}
}

func (w *world) mustLimit(op, name string, limit int) {
	if limit < 0 {
		panic(w.loop.Usage(op, fmt.Sprintf("%q of limit %d", name, limit), errStreamLimit))
	}
}

// String returns the kind and the name.
func (r *StreamReader) String() string { return r.label }

// Exception returns what was given to SetException last, or nil.
func (r *StreamReader) Exception() error { return r.exception }

// AtEOF reports whether everything was read and nothing will come any more.
func (r *StreamReader) AtEOF() bool { return r.eof && r.buffer.Len() == 0 }

// FeedData appends a copy of data and wakes the task that waits for it, which goes on in the next turn. It returns a
// *sim.UsageError after FeedEOF.
func (r *StreamReader) FeedData(data []byte) error {
	if r.eof {
		return r.w.loop.Usage("feed data to", r.label, errFedAfterEOF)
	}
	if len(data) == 0 {
		return nil
	}
	r.buffer.Write(data)
	r.wake()
	if r.from != nil && r.buffer.Len()-r.limit > r.limit {
		r.from.readPaused = true
	}
	return nil
}

// FeedEOF says that nothing will come any more and wakes the task that waits, which goes on in the next turn.
func (r *StreamReader) FeedEOF() {
	r.eof = true
	r.wake()
}

// SetException makes every read from now on return err, even where there is data left, also that of the task that waits
// now; it goes on in the next turn. It returns a *sim.UsageError when err is nil.
func (r *StreamReader) SetException(err error) error {
	if err == nil {
		return r.w.loop.Usage("set exception", r.label, errNilException)
	}
	r.exception = err
	if t := r.waiter; r.wake() {
		r.thrownTo, r.thrown = t, err
	}
	return nil
}

// wake wakes the task that waits. One that was cancelled, and not resumed yet, needs no waking.
func (r *StreamReader) wake() bool {
	t := r.waiter
	r.waiter = nil
	return t != nil && t.co.Wake()
}

// wait suspends until there is more data, or the stream ends or fails.
func (r *StreamReader) wait(t *task, op string) error {
	if r.waiter != nil {
		return r.w.loop.Usage(op, r.label, errBeingRead)
	}
	if r.from != nil { // what is there is not enough, even if it is more than the limit
		r.from.resumeReading()
	}
	r.waiter = t
	_, err := t.wait((*reading)(r))
	if r.waiter == t { // CPython forgets the waiter even if that is another by now, which then waits for ever
		r.waiter = nil
	}
	if r.thrownTo == t {
		r.thrownTo = nil
		if err == nil {
			err = r.thrown
		}
	}
	return err
}

// resumeIfLow lets what feeds the reader go on if the buffer is down to the limit.
func (r *StreamReader) resumeIfLow() {
	if r.from != nil && r.buffer.Len() <= r.limit {
		r.from.resumeReading()
	}
}

// take removes and returns n bytes, or as many as there are.
func (r *StreamReader) take(n int) []byte {
	data := bytes.Clone(r.buffer.Next(n))
	r.resumeIfLow()
	return data
}

// begin is what every read does first.
func (r *StreamReader) begin(co *Co, op string) (*task, error) {
	t := taskOf(co, op)
	if t.f.w != r.w {
		return nil, t.f.w.loop.Usage(op, r.label, ErrOtherLoop)
	}
	return t, nil
}

// Read returns what there is, at most n bytes, or with a negative n everything until the end of the stream. At the end
// it returns nothing, which is no error. The limit does not count. It suspends while there is nothing to return, and with
// a negative n until the end. It returns a *CancelledError when the task is cancelled, what was given to SetException,
// and a *sim.UsageError when another task waits for data or the stream is of another loop.
func (r *StreamReader) Read(co *Co, n int) ([]byte, error) {
	t, err := r.begin(co, "read")
	if err != nil {
		return nil, err
	}
	if n >= 0 {
		return r.read(t, n)
	}
	var all []byte
	for {
		block, err := r.read(t, r.limit)
		if err != nil {
			return nil, err
		}
		if len(block) == 0 {
			return all, nil
		}
		all = append(all, block...)
	}
}

func (r *StreamReader) read(t *task, n int) ([]byte, error) {
	if r.exception != nil || n == 0 {
		return nil, r.exception
	}
	if r.buffer.Len() == 0 && !r.eof {
		if err := r.wait(t, "read"); err != nil {
			return nil, err
		}
	}
	return r.take(n), nil
}

// ReadExactly returns n bytes; the limit does not count. It suspends until they are there. When the stream ends before,
// it returns an *IncompleteReadError, which has what there was; and else the errors of Read, and a *sim.UsageError for a
// negative n.
func (r *StreamReader) ReadExactly(co *Co, n int) ([]byte, error) {
	const op = "read exactly"
	t, err := r.begin(co, op)
	switch {
	case err != nil:
		return nil, err
	case n < 0:
		return nil, r.w.loop.Usage(op, r.label, errNegativeCount)
	case r.exception != nil || n == 0:
		return nil, r.exception
	}
	for r.buffer.Len() < n {
		if r.eof {
			return nil, r.incomplete(n)
		}
		if err := r.wait(t, op); err != nil {
			return nil, err
		}
	}
	return r.take(n), nil
}

// ReadUntil returns everything up to and with the first separator; of several, the one that ends first counts. It
// suspends until that is there. When more bytes than the limit lie before the separator, it returns a *LimitOverrunError
// and leaves them in the stream. When the stream ends before, it returns an *IncompleteReadError, which has what there
// was; and else the errors of Read, and a *sim.UsageError when there is no separator or an empty one.
func (r *StreamReader) ReadUntil(co *Co, separators ...[]byte) ([]byte, error) {
	return r.readUntil(co, "read until", separators...)
}

func (r *StreamReader) readUntil(co *Co, op string, separators ...[]byte) ([]byte, error) {
	t, err := r.begin(co, op)
	if err != nil {
		return nil, err
	}
	shortest, longest := lengths(separators)
	switch {
	case len(separators) == 0:
		return nil, r.w.loop.Usage(op, r.label, errNoSeparator)
	case shortest == 0:
		return nil, r.w.loop.Usage(op, r.label, errEmptySeparator)
	case r.exception != nil:
		return nil, r.exception
	}
	searched := 0 // no separator begins before
	for {
		if n := r.buffer.Len(); n-searched >= shortest {
			start, end := search(r.buffer.Bytes(), searched, separators)
			switch {
			case start > r.limit:
				return nil, r.overrun(start, true)
			case start >= 0:
				return r.take(end), nil
			}
			if searched = max(0, n+1-longest); searched > r.limit {
				return nil, r.overrun(searched, false)
			}
		}
		if r.eof {
			return nil, r.incomplete(-1)
		}
		if err := r.wait(t, op); err != nil {
			return nil, err
		}
	}
}

func lengths(separators [][]byte) (shortest, longest int) {
	for i, s := range separators {
		if i == 0 || len(s) < shortest {
			shortest = len(s)
		}
		longest = max(longest, len(s))
	}
	return shortest, longest
}

// search returns where the separator that ends first begins and ends, the shortest if several do, or else -1.
func search(data []byte, from int, separators [][]byte) (start, end int) {
	start, end = -1, -1
	for _, s := range separators {
		i := bytes.Index(data[from:], s)
		if i < 0 {
			continue
		}
		i += from
		if e := i + len(s); end < 0 || e < end || e == end && i > start {
			start, end = i, e
		}
	}
	return start, end
}

func (r *StreamReader) overrun(consumed int, found bool) error {
	return &LimitOverrunError{Stream: r.label, Time: r.w.loop.Now(), Consumed: consumed, Found: found}
}

// incomplete returns the error of a stream that ends too early, and empties the buffer into it.
func (r *StreamReader) incomplete(expected int) error {
	partial := bytes.Clone(r.buffer.Bytes())
	r.buffer.Reset()
	return &IncompleteReadError{Stream: r.label, Time: r.w.loop.Now(), Partial: partial, Expected: expected}
}

// ReadLine returns the next line with its newline. It suspends until that is there. At the end of the stream it returns
// what is left, without a newline, and then nothing; neither is an error. It returns a *LimitOverrunError, where asyncio
// raises ValueError, for a line that is longer than the limit, and drops the line, or if its end has not come everything
// that has; and else the errors of Read.
func (r *StreamReader) ReadLine(co *Co) ([]byte, error) {
	newline := []byte{'\n'}
	line, err := r.readUntil(co, "read line", newline)
	switch e := err.(type) {
	case *IncompleteReadError:
		return e.Partial, nil
	case *LimitOverrunError:
		n := r.buffer.Len()
		if e.Consumed < n && r.buffer.Bytes()[e.Consumed] == newline[0] {
			n = e.Consumed + 1
		}
		r.buffer.Next(n)
		r.resumeIfLow()
	}
	return line, err
}

// Lines yields what ReadLine returns until the end of the stream or until there is an error, which is yielded last
// (async for line in reader). It suspends as ReadLine does. It can be left and used again.
func (r *StreamReader) Lines(co *Co) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for {
			line, err := r.ReadLine(co)
			if err == nil && len(line) == 0 || !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// reading is the reader as what a task waits for.
type reading StreamReader

func (r *reading) String() string { return "read of " + r.label }
