package aio

import (
	"fmt"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// PipeConfig says how [Pipe] makes a pipe. The zero PipeConfig is asyncio's defaults, without a latency.
type PipeConfig struct {
	// Name is the pipe's name; its ends are called Name/a and Name/b. Empty stands for one made up by the loop.
	Name string
	// Limit is that of both readers in bytes: see [NewStreamReader]. 0 stands for 64 KiB.
	Limit int
	// Latency is how much virtual time passes before what one end does is seen at the other.
	Latency time.Duration
}

// Pipe returns two connected streams in memory (asyncio.open_connection on the two ends of a socketpair). It panics with
// a *sim.UsageError for a negative limit or latency. It does not suspend.
//
// What is written waits in the writer's buffer for the next turn, or for the latency to pass; then it arrives in the
// buffer of the other end's reader, and a task that waits for it goes on one turn later. Everything that was written by
// then arrives, write by write, until the reader has more than twice its limit: that stops the pipe until the reader is
// down to its limit or a task waits for more. What is stopped goes on in the next turn, and meanwhile Drain waits.
//
// The end of what is written arrives in a turn of its own, the one after that of the last data. Close closes an end in
// the next turn, or in the turn in which the last of its data arrives; WaitClosed goes on one turn later; the other end
// has the end of the stream in the turn after the closing. It may write on: what arrives at an end that is being closed
// is lost, and then, or when the closed end was left with data that had not arrived, the other end's connection is
// reset, which its reads, Drain and WaitClosed return as ErrConnectionLost. So is a write to an end that is known to
// be closed, in the next turn.
func Pipe(on HasLoop, config PipeConfig) (a, b Stream) {
	w := worldOf(on, "Pipe")
	w.mustLimit("Pipe", config.Name, config.Limit)
	if config.Latency < 0 {
		panic(w.loop.Usage("Pipe", fmt.Sprintf("%q of latency %v", config.Name, config.Latency), errNegativeLatency))
	}
	if config.Name == "" {
		config.Name = w.loop.NameObject("pipe")
	}
	ta, tb := newTransport(w, config, "a"), newTransport(w, config, "b")
	ta.peer, tb.peer = tb, ta
	return Stream{ta.reader, ta.writer}, Stream{tb.reader, tb.writer}
}

// transport is what carries the data of one end to its peer (asyncio's socket transport and its socket).
type transport struct {
	w       *world
	name    string
	label   string
	reader  *StreamReader
	writer  *StreamWriter
	peer    *transport
	latency time.Duration
	// What goes to the peer and has not arrived.
	queue     sim.Ring[parcel]
	size      int // the bytes of it
	next      sim.Handle
	scheduled bool // next is on its way

	readPaused bool // the reader has enough
	ended      bool // the end was written
	closing    bool
	closedAt   time.Duration // when that began
	state      connection
	unread     bool // something arrived when it was closing
	peerGone   bool // the peer's closing has arrived
}

// connection is how far the end of a connection has come.
type connection uint8

const (
	connected connection = iota
	losing               // that it is lost is scheduled
	lost
)

// parcel is what travels from one end to the other.
type parcel struct {
	kind parcelKind
	data []byte
	due  time.Duration // when it arrives, at the earliest
}

type parcelKind uint8

const (
	content parcelKind = iota
	end                // of what is written
	gone               // the end is closed
	reset              // the end is closed, and something was lost there
)

func newTransport(w *world, config PipeConfig, side string) *transport {
	name := config.Name + "/" + side
	t := &transport{w: w, name: name, label: w.label("stream", name), latency: config.Latency}
	t.reader = newStreamReader(w, t.label, config.Limit)
	t.reader.from = t
	t.writer = newStreamWriter(t)
	return t
}

func (t *transport) lossError() error {
	return &StreamError{Stream: t.label, Time: t.w.loop.Now(), Err: ErrConnectionLost}
}

// push sends what was done at the virtual time since.
func (t *transport) push(kind parcelKind, data []byte, since time.Duration) {
	p := parcel{kind: kind, data: data, due: Forever}
	if since <= Forever-t.latency {
		p.due = since + t.latency
	}
	t.queue.Push(p)
	t.size += len(data)
	t.schedule()
}

// takes reports whether t lets p, which comes from the peer, arrive now. One that reads no more because it is being closed
// takes what it will lose; a reset is seen by one that does not read but writes.
func (t *transport) takes(p parcel) bool {
	switch {
	case !t.readPaused || t.state == lost:
		return true
	case t.state == losing:
		return false
	}
	return t.closing || p.kind == reset && t.size > 0
}

// schedule sees to it that the next parcel arrives.
func (t *transport) schedule() {
	if t.scheduled || t.queue.Len() == 0 {
		return
	}
	p := t.queue.At(0)
	if !t.peer.takes(p) || p.due == Forever {
		return
	}
	t.scheduled = true
	if p.due <= t.w.loop.Now() {
		t.next = t.w.loop.CallSoon("deliver "+t.name, t.deliver)
	} else {
		t.next = t.w.loop.CallAt("deliver "+t.name, p.due, t.deliver)
	}
}

// unschedule drops what is on its way.
func (t *transport) unschedule() {
	t.next.Cancel()
	t.queue, t.size, t.scheduled = sim.Ring[parcel]{}, 0, false
}

// deliver hands the data that is due to the peer, or one other parcel.
func (t *transport) deliver() {
	if t.peer.state == lost {
		t.scheduled = false
		if t.size > 0 {
			t.peer.unschedule() // the reset says all that was to be said
			t.peer.push(reset, nil, t.w.loop.Now())
		}
		return
	}
	for first := true; t.queue.Len() > 0; first = false {
		p := t.queue.At(0)
		if !t.peer.takes(p) || p.due > t.w.loop.Now() || p.kind != content && !first {
			break
		}
		t.queue.Pop()
		t.size -= len(p.data)
		t.peer.arrived(p)
		if p.kind != content {
			break
		}
	}
	t.scheduled = false // not before: what arrives may ask for the next delivery
	t.writer.resumeIfLow()
	if t.closing && t.state == connected && t.size == 0 {
		t.lose(nil)
	}
	t.schedule()
}

// arrived is given what the peer sent.
func (t *transport) arrived(p parcel) {
	t.peerGone = t.peerGone || p.kind == gone
	switch {
	case p.kind == reset:
		t.refused()
	case t.closing:
		t.unread = t.unread || p.kind == content
	case p.kind != content:
		t.reader.FeedEOF()
	default:
		if err := t.reader.FeedData(p.data); err != nil { // its user had fed it the end
			t.w.loop.CallExceptionHandler(sim.ExceptionContext{
				Message: "data arrived for a reader that does not take it", Exception: err, Object: t.label})
			t.fail(err)
		}
	}
}

// resumeReading lets the peer go on.
func (t *transport) resumeReading() {
	if t.readPaused {
		t.readPaused = false
		t.peer.schedule()
	}
}

func (t *transport) close() {
	if t.closing || t.w.loop.IsClosed() {
		return
	}
	t.closing, t.closedAt = true, t.w.loop.Now()
	if t.size == 0 {
		t.loseSoon(nil)
	} else if t.readPaused {
		t.peer.schedule() // two ends that close must not wait for each other
	}
}

// fail closes t at once; err is nil for its user's own wish.
func (t *transport) fail(err error) {
	if t.state != connected || t.w.loop.IsClosed() {
		return
	}
	t.unschedule()
	if !t.closing {
		t.closing, t.closedAt = true, t.w.loop.Now()
	}
	t.loseSoon(err)
}

// refused is what becomes of t when the peer did not take all that was sent.
func (t *transport) refused() {
	if !t.closing || t.state != connected || t.peer.readPaused {
		t.fail(t.lossError())
		return
	}
	t.unschedule() // it was on its way when t was closed, and a socket is not told what becomes of that
	t.lose(nil)
}

func (t *transport) loseSoon(err error) {
	t.state = losing
	t.w.loop.CallSoon("close "+t.name, func() { t.lose(err) })
}

// lose ends the connection, as far as this end is concerned, and tells the peer.
func (t *transport) lose(err error) {
	t.state = lost
	t.writer.connectionLost(err)
	if !t.unread && t.peer.size == 0 {
		t.push(gone, nil, t.closedAt)
		return
	}
	t.unschedule()
	t.push(reset, nil, t.closedAt)
}
