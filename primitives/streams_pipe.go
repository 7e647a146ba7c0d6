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
	// Latency is how much virtual time passes before what one end does is seen at the other; 0 is one turn of the loop.
	Latency time.Duration
}

// Pipe returns two connected streams in memory (asyncio.open_connection on the two ends of a socketpair). It panics with
// a *sim.UsageError for a negative limit or latency. It does not suspend.
//
// What is written stays in the writer's buffer for a turn, or until the latency has passed. Then it arrives in the buffer
// of the other end's reader, behind everything that is ready in that turn, and a task that waits for it goes on one turn
// later. All that was written by then arrives, write by write, until the reader has more than twice its limit: that holds
// the rest back until the reader is down to its limit or a task waits for more. It then goes on in the next turn.
//
// An end closes in the turn after Close or Abort, and WaitClosed goes on one turn later; with data held back, Close waits
// until the last of it has arrived. What is on its way arrives even so; what is held back is lost by Abort.
//
// The other end's reader is at the end of the stream one turn, or one latency, later, and never in the turn in which data
// arrives. That end may write on. What it writes to a closed end, as far as it can know, is an error: in the next turn
// its connection is lost, and its reads, Drain and WaitClosed return ErrConnectionLost. When the closed end did not get
// all that was sent to it, the connection of the other end is reset: it is lost without a write, unless its reader is at
// the end already.
func Pipe(on HasLoop, config PipeConfig) (a, b Stream) {
	w := worldOf(on, "Pipe")
	w.mustLimit("Pipe", config.Name, config.Limit)
	if config.Latency < 0 {
		panic(w.loop.Usage("Pipe", fmt.Sprintf("%q of latency %v", config.Name, config.Latency), errNegativeLatency))
	}
	if config.Name == "" {
		l := w.label("pipe", "")
		config.Name = l.String()
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
	connOpen   connection = iota
	connLosing            // that it is lost is scheduled
	connLost
)

// parcel is what travels from one end to the other.
type parcel struct {
	kind parcelKind
	data []byte
	due  time.Duration // when it arrives, at the earliest
}

type parcelKind uint8

const (
	sentData  parcelKind = iota
	sentEOF              // the end of what is written
	sentClose            // that the end is closed
	sentReset            // the same, and it did not get all
)

func newTransport(w *world, config PipeConfig, side string) *transport {
	name := config.Name + "/" + side
	t := &transport{w: w, name: name, label: streamLabel(w, name), latency: config.Latency}
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

// takes reports whether t lets what the peer sent arrive now. One that reads no more takes what it will lose.
func (t *transport) takes() bool {
	return !t.readPaused || t.state == connLost || t.closing && t.state == connOpen
}

// schedule sees to it that the next parcel arrives. A timer that is due comes behind everything that is ready, which is
// where asyncio's loop puts what it learns from its sockets.
func (t *transport) schedule() {
	if t.scheduled || t.queue.Len() == 0 || !t.peer.takes() {
		return
	}
	if due := t.queue.At(0).due; due < Forever {
		t.scheduled = true
		t.next = t.w.loop.CallAt("deliver "+t.name, due, t.deliver)
	}
}

// deliver hands the data that is due to the peer, or one other parcel.
func (t *transport) deliver() {
	if t.peer.state == connLost && t.peer.readPaused && t.size > 0 { // what was held back has nowhere to go
		t.scheduled = false
		t.fail(t.lossError())
		return
	}
	now := t.w.loop.Now()
	for first := true; t.queue.Len() > 0; first = false {
		p := t.queue.At(0)
		if !t.peer.takes() || p.due > now || p.kind != sentData && !first {
			break
		}
		t.queue.Pop()
		t.size -= len(p.data)
		if p.kind == sentEOF && t.queue.Len() > 0 && t.queue.At(0).kind == sentReset && t.queue.At(0).due <= now {
			p = t.queue.Pop() // which is all that a socket tells then
		}
		t.peer.arrived(p)
		if p.kind != sentData {
			break
		}
	}
	t.scheduled = false // not before: what arrives may ask for the next delivery
	if t.state == connOpen {
		t.writer.resumeIfLow()
		if t.closing && t.size == 0 {
			t.lose(nil)
		}
	}
	t.schedule()
}

// arrived is given what the peer sent.
func (t *transport) arrived(p parcel) {
	t.peerGone = t.peerGone || p.kind == sentClose || p.kind == sentReset
	switch {
	case p.kind == sentReset && (t.peer.readPaused || !t.closing && !t.reader.eof):
		t.fail(t.lossError()) // else nothing was held back, and who reads no more is not told
	case t.closing:
		t.unread = t.unread || p.kind == sentData
	case p.kind != sentData:
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
	if t.size == 0 || !t.peer.readPaused { // what is on its way arrives without further ado
		t.loseSoon(nil)
	} else if t.readPaused {
		t.peer.schedule() // two ends that close must not wait for each other
	}
}

// fail closes t at once; err is nil for its user's own wish.
func (t *transport) fail(err error) {
	if t.state != connOpen || t.w.loop.IsClosed() {
		return
	}
	if t.peer.readPaused { // else it is on its way
		t.next.Cancel()
		t.queue, t.size, t.scheduled = sim.Ring[parcel]{}, 0, false
	}
	if !t.closing {
		t.closing, t.closedAt = true, t.w.loop.Now()
	}
	t.loseSoon(err)
}

func (t *transport) loseSoon(err error) {
	t.state = connLosing
	t.w.loop.CallSoon("close "+t.name, func() { t.lose(err) })
}

// lose ends the connection, as far as this end is concerned, and tells the peer.
func (t *transport) lose(err error) {
	t.state = connLost
	t.writer.connectionLost(err)
	t.unread = t.unread || t.peer.size > 0
	if t.unread {
		t.push(sentReset, nil, t.closedAt)
	} else {
		t.push(sentClose, nil, t.closedAt)
	}
	t.peer.schedule()
}
