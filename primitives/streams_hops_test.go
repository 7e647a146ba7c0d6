package aio_test

import (
	"io"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// streamProbes are hops of streams: those of the pipe were measured on a socketpair of CPython 3.13.
var streamProbes = []struct {
	name string
	hops int64
	run  func(co *aio.Co, h *hopper, a, b aio.Stream)
}{
	{"feed_data -> reader", 1, func(co *aio.Co, h *hopper, _, b aio.Stream) {
		h.soon(func() { feed(b.Reader, "x") })
		_, _ = b.Reader.Read(co, 1)
		h.to()
	}},
	{"feed_eof -> reader", 1, func(co *aio.Co, h *hopper, _, b aio.Stream) {
		h.soon(b.Reader.FeedEOF)
		_, _ = b.Reader.ReadLine(co)
		h.to()
	}},
	{"set_exception -> reader", 1, func(co *aio.Co, h *hopper, _, b aio.Stream) {
		h.soon(func() { _ = b.Reader.SetException(errBoom) })
		_, _ = b.Reader.ReadExactly(co, 1)
		h.to()
	}},
	{"read what is there", 0, func(co *aio.Co, h *hopper, _, b aio.Stream) {
		feed(b.Reader, "x\n")
		h.from()
		_, _ = b.Reader.ReadLine(co)
		h.to()
	}},
	{"write -> reader", 2, func(co *aio.Co, h *hopper, a, b aio.Stream) {
		h.soon(func() { put(a, 1) })
		_, _ = b.Reader.Read(co, 1)
		h.to()
	}},
	{"write and write_eof -> the end", 3, func(co *aio.Co, h *hopper, a, b aio.Stream) {
		h.soon(func() { put(a, 1); a.Writer.WriteEOF() })
		_, _ = b.Reader.Read(co, -1)
		h.to()
	}},
	{"write_eof -> the end", 2, func(co *aio.Co, h *hopper, a, b aio.Stream) {
		h.soon(a.Writer.WriteEOF)
		_, _ = b.Reader.Read(co, -1)
		h.to()
	}},
	{"write and close -> wait_closed", 2, func(co *aio.Co, h *hopper, a, _ aio.Stream) {
		h.soon(func() { put(a, 1); a.Writer.Close() })
		_ = a.Writer.WaitClosed(co)
		h.to()
	}},
	{"write and close -> the end", 3, func(co *aio.Co, h *hopper, a, b aio.Stream) {
		h.soon(func() { put(a, 1); a.Writer.Close() })
		_, _ = b.Reader.Read(co, -1)
		h.to()
	}},
	{"close -> wait_closed", 2, func(co *aio.Co, h *hopper, a, _ aio.Stream) {
		h.soon(a.Writer.Close)
		_ = a.Writer.WaitClosed(co)
		h.to()
	}},
	{"close -> its own reader", 2, func(co *aio.Co, h *hopper, a, _ aio.Stream) {
		h.soon(a.Writer.Close)
		_, _ = a.Reader.Read(co, 1)
		h.to()
	}},
	{"abort -> the peer", 3, func(co *aio.Co, h *hopper, a, b aio.Stream) {
		h.soon(a.Writer.Abort)
		_, _ = b.Reader.Read(co, -1)
		h.to()
	}},
	{"close with unread data -> the peer", 4, func(co *aio.Co, h *hopper, a, b aio.Stream) {
		h.soon(func() { put(b, 1); a.Writer.Close() })
		_, _ = b.Reader.Read(co, -1)
		h.to()
	}},
	{"drain of one that is not paused", 0, func(co *aio.Co, h *hopper, a, _ aio.Stream) {
		put(a, 1)
		h.from()
		_ = a.Writer.Drain(co)
		h.to()
	}},
	{"drain of a closed one", 1, func(co *aio.Co, h *hopper, a, _ aio.Stream) {
		a.Writer.Close()
		h.from()
		_ = a.Writer.Drain(co)
		h.to()
	}},
	{"write to a closed peer -> drain", 1, func(co *aio.Co, h *hopper, a, b aio.Stream) {
		b.Writer.Close()
		settle(co)
		h.from()
		put(a, 1)
		_ = a.Writer.Drain(co)
		h.to()
	}},
	{"resumed -> drain", 2, func(co *aio.Co, h *hopper, a, _ aio.Stream) { // the delivery, and one hop from there
		limits(a, 0, 0)
		h.from()
		put(a, 1)
		_ = a.Writer.Drain(co)
		h.to()
	}},
	{"a read that unstops the pipe -> drain", 2, func(co *aio.Co, h *hopper, a, b aio.Stream) {
		stuff(co, a)
		h.soon(func() {
			eager(h.loop, "b", func(co *aio.Co) error { _, err := b.Reader.Read(co, 11); return err })
		})
		_ = a.Writer.Drain(co)
		h.to()
	}},
}

func TestStreamHops(t *testing.T) {
	for _, probe := range streamProbes {
		t.Run(probe.name, func(t *testing.T) {
			var h hopper
			config := aio.Config{Log: io.Discard, Trace: func(e sim.Event) { h.turn = e.Turn }}
			err := aio.RunWith(config, func(co *aio.Co) error {
				h.loop = co.Loop()
				a, b := aio.Pipe(co, aio.PipeConfig{Limit: 5})
				settle(co)
				probe.run(co, &h, a, b)
				return nil
			})
			if got := h.saw - h.cause; err != nil || !h.caused || !h.seen || got != probe.hops {
				t.Errorf("%d hops, want %d; marked %t, %t; %v", got, probe.hops, h.caused, h.seen, err)
			}
		})
	}
}
