package aio_test

import (
	"errors"
	"strings"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestCloseThatCannotFlush: the reader of the other end had enough, and then is no more.
func TestCloseThatCannotFlush(t *testing.T) {
	piped(t, aio.PipeConfig{Limit: 5}, `
		1s pending: true, 8 in the buffer
		1s stream "p/a" at 1s: connection lost, 0 in the buffer`, func(co *aio.Co, a, b aio.Stream) {
		stuff(co, a)
		a.Writer.Close()
		_ = aio.Sleep(co, sec)
		co.Printf("pending: %t, %d in the buffer\n", !a.Reader.AtEOF(), a.Writer.WriteBufferSize())
		b.Writer.Abort()
		co.Printf("%v, %d in the buffer\n", a.Writer.WaitClosed(co), a.Writer.WriteBufferSize())
	})
}

// TestLossReleasesDrains: a task that drains when the connection ends is told how.
func TestLossReleasesDrains(t *testing.T) {
	for _, test := range []struct {
		name, want string
		end        func(a, b aio.Stream)
	}{
		{"its own abort", "1s drain: <nil>, 0 in the buffer", func(a, _ aio.Stream) { a.Writer.Abort() }},
		{"the peer's", "1s drain: stream \"p/a\" at 1s: connection lost, 0 in the buffer", func(_, b aio.Stream) { b.Writer.Abort() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			piped(t, aio.PipeConfig{Limit: 5}, test.want, func(co *aio.Co, a, b aio.Stream) {
				stuff(co, a)
				drainer(co, "drain", a)
				_ = aio.Sleep(co, sec)
				test.end(a, b)
				settle(co)
				settle(co)
			})
		})
	}
}

// TestHandFedEnd: the user of a pipe's reader may end it, but then the pipe's data has no place to go.
func TestHandFedEnd(t *testing.T) {
	piped(t, aio.PipeConfig{}, `
		! at 0s: data arrived for a reader that does not take it: stream "p/b": feed data to stream "p/b" `+
		`in callback "deliver p/a" at 0s: it was fed the end of the stream before
		0s b: true
		0s a: true`, func(co *aio.Co, a, b aio.Stream) {
		b.Reader.FeedEOF()
		put(a, 1)
		settle(co)
		wantMisuse(t, b.Reader.Exception(), "it was fed the end of the stream before")
		co.Printf("b: %t\n", b.Writer.IsClosing())
		co.Printf("a: %t\n", a.Reader.AtEOF())
	})
}

// TestDrainIsRefusedOrCut: what keeps a drain from draining.
func TestDrainIsRefusedOrCut(t *testing.T) {
	piped(t, aio.PipeConfig{}, `
		0s boom
		0s cancelled, state false`, func(co *aio.Co, a, b aio.Stream) {
		_ = b.Reader.SetException(errBoom)
		co.Printf("%v\n", b.Writer.Drain(co))
		a.Writer.Close()
		aio.CurrentTask(co).Cancel()
		err := a.Writer.Drain(co)
		co.Printf("%v, state %t\n", err, errors.Is(err, aio.ErrConnectionLost))
	})
}

// TestStreamsOfAClosedLoop: a deferred Close is harmless when the loop is closed, and a write is an error.
func TestStreamsOfAClosedLoop(t *testing.T) {
	defer noGoroutineLeft(t)()
	var a aio.Stream
	var unwound error
	err := aio.RunWith(quiet, func(co *aio.Co) error {
		a, _ = aio.Pipe(co, aio.PipeConfig{Name: "p"})
		_, err := a.Reader.Read(co, 1)
		defer a.Writer.Close()
		defer a.Writer.Abort()
		defer a.Writer.WriteEOF()
		defer func() { _, unwound = a.Writer.Write([]byte("x")) }()
		return errors.Join(err, a.Writer.WaitClosed(co))
	})
	var deadlock *sim.DeadlockError
	if !errors.As(err, &deadlock) || !strings.Contains(err.Error(), `waits for read of stream "p/a"`) {
		t.Errorf("%v", err)
	}
	a.Writer.Close()
	a.Writer.Abort()
	if _, err := a.Writer.Write([]byte("x")); !errors.Is(err, sim.ErrClosed) || unwound != nil {
		t.Errorf("%v, when unwound %v", err, unwound)
	}
	err = aio.RunWith(quiet, func(co *aio.Co) error {
		s, _ := aio.Pipe(co, aio.PipeConfig{Name: "p"})
		defer s.Writer.Close()
		defer func() { _, unwound = s.Writer.Write([]byte("x")) }()
		return s.Writer.WaitClosed(co)
	})
	if !errors.As(err, &deadlock) || !errors.Is(unwound, sim.ErrClosed) {
		t.Errorf("%v, when unwound %v", err, unwound)
	}
}

// TestResetAndTheEnd: a reset that comes with the end of the stream is all that is told; one that comes after it is not
// told before a write. CPython on a socketpair does the same.
func TestResetAndTheEnd(t *testing.T) {
	piped(t, aio.PipeConfig{}, `
		0s "" stream "p/b" at 0s: connection lost`, func(co *aio.Co, a, b aio.Stream) {
		put(b, 1)
		a.Writer.WriteEOF()
		a.Writer.Close()
		data, err := b.Reader.Read(co, -1)
		show(co, data, err)
	})
	piped(t, aio.PipeConfig{}, `
		0s false <nil>
		0s true`, func(co *aio.Co, a, b aio.Stream) {
		a.Writer.WriteEOF()
		settle(co)
		put(b, 1)
		a.Writer.Abort()
		settle(co)
		co.Printf("%t %v\n", b.Writer.IsClosing(), b.Writer.Drain(co))
		put(b, 1)
		co.Printf("%t\n", b.Writer.IsClosing())
	})
}
