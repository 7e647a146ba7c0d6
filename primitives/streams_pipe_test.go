package aio_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func ExamplePipe() {
	_ = aio.Run(func(co *aio.Co) error {
		client, server := aio.Pipe(co, aio.PipeConfig{Name: "tcp", Latency: 20 * ms})
		aio.Go(co, "echo", func(co *aio.Co) error {
			for line, err := range server.Reader.Lines(co) {
				if err != nil {
					return err
				}
				co.Printf("at %v: server has %q\n", co.Now(), line)
				_, _ = server.Writer.Write(line)
				if err := server.Writer.Drain(co); err != nil {
					return err
				}
			}
			server.Writer.Close()
			return server.Writer.WaitClosed(co)
		})
		for _, word := range []string{"hello", "world"} {
			_, _ = fmt.Fprintln(client.Writer, word)
			line, err := client.Reader.ReadLine(co)
			if err != nil {
				return err
			}
			co.Printf("at %v: client has %q\n", co.Now(), line)
		}
		client.Writer.Close()
		return client.Writer.WaitClosed(co)
	})
	// Output:
	// at 20ms: server has "hello\n"
	// at 40ms: client has "hello\n"
	// at 60ms: server has "world\n"
	// at 80ms: client has "world\n"
}

// piped runs body with the two ends of a pipe and compares its journal.
func piped(t *testing.T, config aio.PipeConfig, want string, body func(co *aio.Co, a, b aio.Stream)) {
	t.Helper()
	config.Name = "p"
	checkBody(t, want, func(co *aio.Co) {
		a, b := aio.Pipe(co, config)
		body(co, a, b)
	})
}

// put writes n bytes.
func put(s aio.Stream, n int) {
	_, err := s.Writer.Write([]byte(strings.Repeat("x", n)))
	if err != nil {
		panic(err)
	}
}

// limits sets small write buffer limits.
func limits(s aio.Stream, high, low int) {
	if err := s.Writer.SetWriteBufferLimits(high, low); err != nil {
		panic(err)
	}
}

// get reads n bytes.
func get(co *aio.Co, s aio.Stream, n int) {
	if data, err := s.Reader.ReadExactly(co, n); err != nil || len(data) != n {
		panic(fmt.Sprintf("%d bytes: %v", len(data), err))
	}
}

// drainer makes a task that drains s and says when it could.
func drainer(co *aio.Co, name string, s aio.Stream) *aio.Task[aio.None] {
	return aio.Go(co, name, func(co *aio.Co) error {
		err := s.Writer.Drain(co)
		co.Printf("%s: %v, %d in the buffer\n", name, err, s.Writer.WriteBufferSize())
		return nil
	})
}

// stuff makes the writer of a wait: the reader of b has enough, and 8 bytes stay in a's buffer.
func stuff(co *aio.Co, a aio.Stream) {
	limits(a, 7, 2)
	put(a, 11) // more than twice the limit of 5
	settle(co)
	put(a, 4)
	put(a, 4)
}

func TestSTR_11_ManyDrains(t *testing.T) {
	piped(t, aio.PipeConfig{Limit: 5}, `
		0s size 8
		0s cancelled: cancelled, 8 in the buffer
		1s one: <nil>, 0 in the buffer
		1s two: <nil>, 0 in the buffer
		1s three: <nil>, 0 in the buffer
		1s main: <nil>`, func(co *aio.Co, a, b aio.Stream) {
		stuff(co, a)
		co.Printf("size %d\n", a.Writer.WriteBufferSize())
		drainer(co, "one", a)
		cancelled := drainer(co, "cancelled", a)
		drainer(co, "two", a)
		drainer(co, "three", a)
		_ = aio.Sleep(co, 0)
		cancelled.Cancel()
		_ = aio.Sleep(co, sec)
		get(co, b, 6)
		settle(co)
		co.Printf("main: %v\n", a.Writer.Drain(co)) // no need to wait
	})
}

// TestSTR_12_DrainAfterThePeerIsGone: a task that writes and drains for ever is told.
func TestSTR_12_DrainAfterThePeerIsGone(t *testing.T) {
	for _, latency := range []time.Duration{0, sec} {
		t.Run(latency.String(), func(t *testing.T) {
			config := quiet
			config.MaxSteps = 1000
			err := aio.RunWith(config, func(co *aio.Co) error {
				a, b := aio.Pipe(co, aio.PipeConfig{Name: "p", Latency: latency})
				b.Writer.Close()
				if err := b.Writer.WaitClosed(co); err != nil {
					return err
				}
				limits(a, 100, 10)
				for n := 0; ; n++ {
					put(a, 10)
					if n == 1000 {
						t.Fatal("it spins")
					}
					if err := a.Writer.Drain(co); err != nil {
						return err
					}
				}
			})
			var lost *aio.StreamError
			if !errors.As(err, &lost) || !errors.Is(err, aio.ErrConnectionLost) || lost.Stream != `stream "p/a"` {
				t.Errorf("%v", err)
			}
		})
	}
	piped(t, aio.PipeConfig{}, `
		0s true stream "p/a" at 0s: connection lost
		0s "" stream "p/a" at 0s: connection lost
		0s stream "p/a" at 0s: connection lost
		0s stream "p/a" at 0s: connection lost`, func(co *aio.Co, a, b aio.Stream) {
		b.Writer.Close()
		settle(co)
		put(a, 1)
		co.Printf("%t %v\n", a.Writer.IsClosing(), a.Writer.Drain(co))
		data, err := a.Reader.Read(co, 1)
		show(co, data, err)
		co.Printf("%v\n", a.Writer.Drain(co))
		co.Printf("%v\n", a.Writer.WaitClosed(co))
	})
}

func TestSTR_14_Close(t *testing.T) {
	piped(t, aio.PipeConfig{}, `
		0s false true
		0s closed <nil>, again <nil>
		0s "hello" <nil>
		0s b at the end: true, closing: false
		0s "" <nil>
		0s lost silently: 3 <nil>
		0s stream "p/a" at 0s: connection lost
		0s "" <nil>
		0s "late" <nil>`, func(co *aio.Co, a, b aio.Stream) {
		closing := a.Writer.IsClosing()
		_, _ = a.Writer.Write([]byte("hello"))
		a.Writer.Close()
		_, _ = a.Writer.Write([]byte("not sent"))
		co.Printf("%t %t\n", closing, a.Writer.IsClosing())
		err := a.Writer.WaitClosed(co)
		a.Writer.Close()
		co.Printf("closed %v, again %v\n", err, a.Writer.WaitClosed(co))
		settle(co)
		data, err := b.Reader.Read(co, 100)
		show(co, data, err)
		co.Printf("b at the end: %t, closing: %t\n", b.Reader.AtEOF(), b.Writer.IsClosing())
		data, err = b.Reader.Read(co, 100)
		show(co, data, err)
		n, err := a.Writer.Write([]byte("abc"))
		co.Printf("lost silently: %d %v\n", n, err)
		co.Printf("%v\n", a.Writer.Drain(co))
		data, err = a.Reader.Read(co, 100)
		show(co, data, err)

		a, b = aio.Pipe(co, aio.PipeConfig{}) // data that came before closing is still there
		_, _ = b.Writer.Write([]byte("late"))
		settle(co)
		a.Writer.Close()
		_ = a.Writer.WaitClosed(co)
		data, err = a.Reader.Read(co, -1)
		show(co, data, err)
	})
}

// TestSTR_14_CloseWithUnreadData: what has not reached the reader when its end is closed is lost, and that resets the
// connection of the other end.
func TestSTR_14_CloseWithUnreadData(t *testing.T) {
	for name, body := range map[string]func(co *aio.Co, a, b aio.Stream){
		"on its way":        func(co *aio.Co, a, b aio.Stream) { put(b, 1); a.Writer.Close() },
		"written after":     func(co *aio.Co, a, b aio.Stream) { a.Writer.Close(); put(b, 1) },
		"the reader paused": func(co *aio.Co, a, b aio.Stream) { put(b, 11); put(b, 1); settle(co); a.Writer.Close() },
		"aborted":           func(co *aio.Co, a, b aio.Stream) { put(b, 1); put(a, 1); a.Writer.Abort() },
		"b paused too, and tries to write": func(co *aio.Co, a, b aio.Stream) {
			put(a, 11)
			put(a, 1)
			settle(co)
			a.Writer.Abort()
			settle(co)
			put(b, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			piped(t, aio.PipeConfig{Limit: 5}, `
				0s <nil> true
				0s stream "p/b" at 0s: connection lost, true
				0s stream "p/b" at 0s: connection lost`, func(co *aio.Co, a, b aio.Stream) {
				body(co, a, b)
				co.Printf("%v %t\n", a.Writer.WaitClosed(co), a.Writer.IsClosing())
				settle(co)
				co.Printf("%v, %t\n", b.Reader.Exception(), b.Writer.IsClosing())
				co.Printf("%v\n", b.Writer.WaitClosed(co))
			})
		})
	}
}

// TestSTR_14_BothClose: two ends that close at the same time, each with something to say, both come to an end.
func TestSTR_14_BothClose(t *testing.T) {
	for _, latency := range []time.Duration{0, sec} {
		err := aio.RunWith(quiet, func(co *aio.Co) error {
			a, b := aio.Pipe(co, aio.PipeConfig{Latency: latency})
			for _, s := range []aio.Stream{a, b} {
				put(s, 1)
				s.Writer.Close()
			}
			errA, errB := a.Writer.WaitClosed(co), b.Writer.WaitClosed(co)
			if errA != nil || errB != nil { // a socket is not told what becomes of what it took
				t.Errorf("%v %v", errA, errB)
			}
			return aio.Sleep(co, 10*sec)
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestSTR_14_CancelledWaitClosed: asyncio awaits the one future of the closing, which the cancellation cancels.
func TestSTR_14_CancelledWaitClosed(t *testing.T) {
	piped(t, aio.PipeConfig{}, `
		0s one: cancelled
		0s two: cancelled
		0s main: cancelled`, func(co *aio.Co, a, b aio.Stream) {
		wait := func(co *aio.Co) error {
			err := a.Writer.WaitClosed(co)
			co.Printf("%s: %v\n", name(co), err)
			return nil
		}
		one := aio.Go(co, "one", wait)
		aio.Go(co, "two", wait)
		settle(co)
		one.Cancel()
		settle(co)
		a.Writer.Close()
		settle(co)
		_ = wait(co)
	})
}

func TestWriteEOF(t *testing.T) {
	piped(t, aio.PipeConfig{}, `
		0s b: "question" <nil>
		0s a: "answer" <nil>
		0s a is open: true, <nil>
		0s a's end came: true, true
		0s b closed: <nil>`, func(co *aio.Co, a, b aio.Stream) {
		_, _ = a.Writer.Write([]byte("question"))
		a.Writer.WriteEOF()
		data, err := b.Reader.Read(co, -1)
		co.Printf("b: %q %v\n", data, err)
		_, _ = b.Writer.Write([]byte("answer"))
		b.Writer.Close()
		b.Writer.WriteEOF() // does nothing
		data, err = a.Reader.Read(co, -1)
		co.Printf("a: %q %v\n", data, err)
		co.Printf("a is open: %t, %v\n", !a.Writer.IsClosing(), a.Writer.Drain(co))
		a.Writer.Close()
		_ = a.Writer.WaitClosed(co)
		co.Printf("a's end came: %t, %t\n", a.Reader.AtEOF(), b.Reader.AtEOF())
		co.Printf("b closed: %v\n", b.Writer.WaitClosed(co))
	})
}

func TestAbort(t *testing.T) {
	piped(t, aio.PipeConfig{Limit: 5}, `
		0s drain: stream "p/a" at 0s: connection lost, 0 in the buffer
		0s a closed: <nil>, 0 in the buffer
		0s b: "xxxxxxxxxxx" <nil>`, func(co *aio.Co, a, b aio.Stream) {
		stuff(co, a)
		a.Writer.WriteEOF()
		a.Writer.Abort()
		a.Writer.Abort()
		a.Writer.Close()
		drainer(co, "drain", a)
		settle(co)
		co.Printf("a closed: %v, %d in the buffer\n", a.Writer.WaitClosed(co), a.Writer.WriteBufferSize())
		data, err := b.Reader.Read(co, -1)
		co.Printf("b: %q %v\n", data, err)
	})
}
