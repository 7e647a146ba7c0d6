package aio_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestTRN_01_WriteBufferLimits: which limits are refused, what is derived, and where Drain begins and ends to wait.
func TestTRN_01_WriteBufferLimits(t *testing.T) {
	const auto = aio.DeriveLimit
	for _, test := range []struct{ high, low, wantHigh, wantLow int }{
		{auto, auto, 64 << 10, 16 << 10},
		{100, auto, 100, 25},
		{auto, 100, 400, 100},
		{100, 100, 100, 100},
		{0, 0, 0, 0},
		{0, auto, 0, 0},
		{auto, 0, 0, 0},
		{10, 3, 10, 3},
	} {
		t.Run(fmt.Sprint(test.high, test.low), func(t *testing.T) {
			err := aio.RunWith(quiet, func(co *aio.Co) error {
				wantLimits(co, t, test.wantHigh, test.wantLow, func() aio.Stream {
					a, _ := aio.Pipe(co, aio.PipeConfig{Latency: sec})
					limits(a, test.high, test.low)
					return a
				})
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	check(t, "main: <nil>", func(co *aio.Co) error {
		wantLimits(co, t, 64<<10, 16<<10, func() aio.Stream {
			a, _ := aio.Pipe(co, aio.PipeConfig{Name: "p", Latency: sec})
			for _, bad := range [][2]int{{1, 2}, {auto, -2}, {-2, auto}, {-3, -3}, {5, -2}, {-2, 0}, {auto, math.MaxInt}} {
				err := a.Writer.SetWriteBufferLimits(bad[0], bad[1])
				wantMisuse(t, err, fmt.Sprintf(`set write buffer limits of stream "p/a" to high %d, low %d in task "main"`, bad[0], bad[1]),
					"the high limit must be at least the low one, and that at least 0")
			}
			return a // with the limits that it had
		})
		return nil
	})
}

// wantLimits fails the test unless the limits of a writer, whose end make returns, are these. What it writes arrives a
// second later.
func wantLimits(co *aio.Co, t *testing.T, high, low int, make func() aio.Stream) {
	t.Helper()
	for _, test := range []struct {
		first, second int
		when          time.Duration
		paused        bool
	}{
		{high - low, low, sec / 2, false},
		{high - low, low + 1, sec / 2, true},
		{high + 1 - low, low, sec / 2, true},
		{high + 1 - low, low, sec + 1, false}, // low is left
		{high - low, low + 1, sec + 1, true},  // one more is left
		{high - low, low + 1, 2 * sec, false},
	} {
		s, start := make(), co.Now()
		put(s, test.first)
		_ = aio.Sleep(co, sec/4)
		put(s, test.second)
		_ = aio.Sleep(co, start+test.when-co.Now())
		err := aio.Timeout(co, 0, func(*aio.TimeoutScope) error { return s.Writer.Drain(co) })
		if (err != nil) != test.paused {
			t.Errorf("limits %d and %d: of %d + %d bytes, %d are there after %v, and drain returns %v",
				high, low, test.first, test.second, s.Writer.WriteBufferSize(), test.when, err)
		}
	}
}

// TestTRN_01_LimitsWhileWriting: lower limits pause at once, higher ones do not resume; the next delivery does.
func TestTRN_01_LimitsWhileWriting(t *testing.T) {
	checkBody(t, `
		0s drained
		1s drained`, func(co *aio.Co) {
		a, _ := aio.Pipe(co, aio.PipeConfig{Latency: sec})
		put(a, 10)
		_ = a.Writer.Drain(co)
		co.Printf("drained\n")
		limits(a, 9, 5)
		limits(a, 100, 50)
		_ = a.Writer.Drain(co)
		co.Printf("drained\n")
	})
}

// TestTRN_02_WriteLines: they are joined, which shows where a delivery is by writes.
func TestTRN_02_WriteLines(t *testing.T) {
	piped(t, aio.PipeConfig{Limit: 1}, `
		0s size 9
		0s "one\ntwo\n3" <nil>
		0s size 0`, func(co *aio.Co, a, b aio.Stream) {
		if err := a.Writer.WriteLines(seps("one\n", "two\n", "", "3")); err != nil {
			t.Error(err)
		}
		_ = a.Writer.WriteLines(nil)
		co.Printf("size %d\n", a.Writer.WriteBufferSize())
		data, err := b.Reader.Read(co, 100)
		show(co, data, err)
		co.Printf("size %d\n", a.Writer.WriteBufferSize())
	})
}

// TestWriteCopies: the caller may use its bytes again.
func TestWriteCopies(t *testing.T) {
	piped(t, aio.PipeConfig{}, `0s "old" <nil>`, func(co *aio.Co, a, b aio.Stream) {
		data := []byte("old")
		if n, err := a.Writer.Write(data); n != 3 || err != nil {
			t.Errorf("%d %v", n, err)
		}
		copy(data, "new")
		got, err := b.Reader.Read(co, 3)
		show(co, got, err)
	})
}

// TestReaderPausesThePipe: above twice the limit, until it is down to the limit or a reader has to wait.
func TestReaderPausesThePipe(t *testing.T) {
	piped(t, aio.PipeConfig{Limit: 5}, `
		0s at the bound: 0 left
		0s above: 2 left
		0s 6 in the reader: 2 left
		0s 5 in the reader: 0 left
		0s the reader waits: 0 left`, func(co *aio.Co, a, b aio.Stream) {
		left := func(when string) {
			settle(co)
			co.Printf("%s: %d left\n", when, a.Writer.WriteBufferSize())
		}
		put(a, 9)
		put(a, 1)
		left("at the bound")
		put(a, 1)
		put(a, 1)
		put(a, 1)
		left("above")
		get(co, b, 5)
		left("6 in the reader")
		get(co, b, 1)
		left("5 in the reader")
		for range 10 {
			put(a, 1)
		}
		get(co, b, 7+10) // more than there may be
		left("the reader waits")
	})
}

// TestLatency: what one end does is seen by the other one latency later, in order. Who closes does not wait for that.
func TestLatency(t *testing.T) {
	piped(t, aio.PipeConfig{Latency: sec}, `
		1s b: "one"
		1s a closed: <nil>
		1.5s b: "two"
		2s b: "three"
		2s b: ""
		4s refused: stream "p/b" at 4s: connection lost`, func(co *aio.Co, a, b aio.Stream) {
		write := func(text string) { _, _ = a.Writer.Write([]byte(text)) }
		reader := aio.Go(co, "b", func(co *aio.Co) error {
			for {
				data, err := b.Reader.Read(co, 10)
				co.Printf("b: %q\n", data)
				if len(data) == 0 {
					return err
				}
			}
		})
		write("one")
		_ = aio.Sleep(co, sec/2)
		write("two")
		_ = aio.Sleep(co, sec/2)
		write("three")
		a.Writer.Close()
		co.Printf("a closed: %v\n", a.Writer.WaitClosed(co))
		_, _ = reader.Await(co)
		_ = aio.Sleep(co, 2*sec)
		put(b, 1)
		co.Printf("refused: %v\n", b.Writer.WaitClosed(co))
	})
}

// TestLatencyOfTheNews: an end that cannot know yet that the other one is gone writes in vain, and is told so when it
// writes again.
func TestLatencyOfTheNews(t *testing.T) {
	piped(t, aio.PipeConfig{Latency: sec}, `
		500ms in vain: <nil>, closing false
		3s true, stream "p/b" at 3s: connection lost`, func(co *aio.Co, a, b aio.Stream) {
		a.Writer.Close()
		_ = aio.Sleep(co, sec/2)
		put(b, 1)
		co.Printf("in vain: %v, closing %t\n", b.Writer.Drain(co), b.Writer.IsClosing())
		_ = aio.Sleep(co, sec*5/2)
		put(b, 1)
		co.Printf("%t, %v\n", b.Writer.IsClosing(), b.Writer.WaitClosed(co))
	})
	piped(t, aio.PipeConfig{Latency: sec}, `
		1s b: stream "p/b" at 1s: connection lost`, func(co *aio.Co, a, b aio.Stream) {
		put(b, 1) // on its way to an end that is closed
		a.Writer.Close()
		_, err := b.Reader.Read(co, 1)
		co.Printf("b: %v\n", err)
	})
	piped(t, aio.PipeConfig{Latency: sec}, `
		1s b: "x" <nil>`, func(co *aio.Co, a, b aio.Stream) {
		put(a, 1) // what is on its way arrives even so
		a.Writer.Abort()
		data, err := b.Reader.Read(co, -1)
		co.Printf("b: %q %v\n", data, err)
	})
	piped(t, aio.PipeConfig{Latency: aio.Forever}, `
		1s main: timeout in task "main" timed out at 1s`, func(co *aio.Co, a, b aio.Stream) {
		put(a, 1) // never arrives
		err := aio.Timeout(co, sec, func(*aio.TimeoutScope) error { _, err := b.Reader.Read(co, 1); return err })
		co.Printf("main: %v\n", err)
	})
}

func TestStreamDeadlock(t *testing.T) {
	check(t, `
		main: deadlock at 0s: nothing can run and no timer is set
		task "main" waits for read of stream "p/b" since 0s
		task "lines" waits for read of stream-1 since 0s
		task "drain" waits for drain of stream "q/a" since 0s
		task "close" waits for close of stream "q/a" since 0s`, func(co *aio.Co) error {
		_, b := aio.Pipe(co, aio.PipeConfig{Name: "p"})
		aio.Go(co, "lines", func(co *aio.Co) error {
			for _, err := range aio.NewStreamReader(co, "", 0).Lines(co) {
				return err
			}
			return nil
		})
		q, _ := aio.Pipe(co, aio.PipeConfig{Name: "q", Limit: 5})
		stuff(co, q)
		aio.Go(co, "drain", q.Writer.Drain)
		aio.Go(co, "close", q.Writer.WaitClosed)
		q.Writer.Close()
		_, err := b.Reader.Read(co, -1)
		return err
	})
}

// TestStreamsWithTheCoOfAnother: see TestCoOfAnother.
func TestStreamsWithTheCoOfAnother(t *testing.T) {
	for name, do := range map[string]func(co *aio.Co, s aio.Stream){
		"NewStreamReader": func(co *aio.Co, _ aio.Stream) { aio.NewStreamReader(co, "r", 0) },
		"Pipe":            func(co *aio.Co, _ aio.Stream) { aio.Pipe(co, aio.PipeConfig{}) },
		"Read":            func(co *aio.Co, s aio.Stream) { _, _ = s.Reader.Read(co, 0) },
		"ReadExactly":     func(co *aio.Co, s aio.Stream) { _, _ = s.Reader.ReadExactly(co, 0) },
		"ReadUntil":       func(co *aio.Co, s aio.Stream) { _, _ = s.Reader.ReadUntil(co) },
		"ReadLine":        func(co *aio.Co, s aio.Stream) { _, _ = s.Reader.ReadLine(co) },
		"Drain":           func(co *aio.Co, s aio.Stream) { _ = s.Writer.Drain(co) },
		"WaitClosed":      func(co *aio.Co, s aio.Stream) { _ = s.Writer.WaitClosed(co) },
	} {
		t.Run(name, func(t *testing.T) {
			err := aio.RunWith(quiet, func(co *aio.Co) error {
				a, _ := aio.Pipe(co, aio.PipeConfig{})
				aio.Go(co, "thief", func(*aio.Co) error { do(co, a); return nil })
				return aio.Sleep(co, sec)
			})
			wantUsage(t, err, sim.ErrForeignCo, `co of task "main"`, `in task "thief"`)
		})
	}
}
