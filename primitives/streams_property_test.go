package aio_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// streamText draws bytes of few kinds, so that separators are met.
func streamText(most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return string(rapid.SliceOfN(rapid.SampledFrom([]byte("ab\n;")), 0, most).Draw(t, "text"))
	})
}

// reads is one call of a reading function.
type reads struct {
	Do         string
	N          int
	Separators []string
}

func drawReads(t *rapid.T) reads {
	return reads{
		Do:         rapid.SampledFrom([]string{"read", "exactly", "until", "line"}).Draw(t, "do"),
		N:          rapid.IntRange(-1, 9).Draw(t, "n"),
		Separators: rapid.SliceOfN(streamText(3).Filter(func(s string) bool { return s != "" }), 1, 3).Draw(t, "separators"),
	}
}

// outcome is what a read returned, as text that does not tell the stream and the time.
func outcome(data []byte, err error) string {
	var incomplete *aio.IncompleteReadError
	var overrun *aio.LimitOverrunError
	switch {
	case errors.As(err, &incomplete):
		return fmt.Sprintf("%q, partial %q of %d", data, incomplete.Partial, max(incomplete.Expected, -1))
	case errors.As(err, &overrun):
		return fmt.Sprintf("%q, overrun %t", data, overrun.Found)
	case err != nil:
		return fmt.Sprintf("%q, refused", data)
	}
	return fmt.Sprintf("%q", data)
}

func (o reads) run(co *aio.Co, r *aio.StreamReader) string {
	switch o.Do {
	case "read":
		return outcome(r.Read(co, o.N))
	case "exactly":
		return outcome(r.ReadExactly(co, o.N))
	case "line":
		return outcome(r.ReadLine(co))
	}
	return outcome(r.ReadUntil(co, seps(o.Separators...)...))
}

// twin is a reader that has all of its data, and no more will come: what a read returns follows from the text alone.
type twin struct {
	text  string
	limit int
}

func (w *twin) take(n int) []byte {
	n = min(n, len(w.text))
	data := w.text[:n]
	w.text = w.text[n:]
	return []byte(data)
}

func (w *twin) all() []byte { return w.take(len(w.text)) }

func (w *twin) run(o reads) string {
	switch {
	case o.Do == "read" && o.N < 0:
		return outcome(w.all(), nil)
	case o.Do == "read":
		return outcome(w.take(o.N), nil)
	case o.Do == "exactly" && o.N < 0:
		return outcome(nil, errBoom)
	case o.Do == "exactly" && o.N > len(w.text):
		return outcome(nil, &aio.IncompleteReadError{Partial: w.all(), Expected: o.N})
	case o.Do == "exactly":
		return outcome(w.take(o.N), nil)
	case o.Do == "line":
		return w.line()
	}
	return w.until(o.Separators)
}

// until goes through the text byte by byte until that ends in a separator.
func (w *twin) until(separators []string) string {
	longest := 0
	for _, s := range separators {
		longest = max(longest, len(s))
	}
	for n := 1; n <= len(w.text); n++ {
		shortest := 0 // of those that the text ends in
		for _, s := range separators {
			if strings.HasSuffix(w.text[:n], s) && (shortest == 0 || len(s) < shortest) {
				shortest = len(s)
			}
		}
		switch {
		case shortest == 0:
		case n-shortest > w.limit:
			return outcome(nil, &aio.LimitOverrunError{Found: true})
		default:
			return outcome(w.take(n), nil)
		}
	}
	if len(w.text)+1-longest > w.limit && len(w.text) >= w.shortest(separators) {
		return outcome(nil, &aio.LimitOverrunError{})
	}
	return outcome(nil, &aio.IncompleteReadError{Partial: w.all(), Expected: -1})
}

func (w *twin) shortest(separators []string) int {
	least := len(separators[0])
	for _, s := range separators {
		least = min(least, len(s))
	}
	return least
}

func (w *twin) line() string {
	i := strings.IndexByte(w.text, '\n')
	switch {
	case i > w.limit:
		w.take(i + 1)
		return outcome(nil, &aio.LimitOverrunError{Found: true})
	case i >= 0:
		return outcome(w.take(i+1), nil)
	case len(w.text) > w.limit:
		w.all()
		return outcome(nil, &aio.LimitOverrunError{})
	}
	return outcome(w.all(), nil)
}

// TestReaderAgainstATwin: with everything fed, each read does what the twin's does.
func TestReaderAgainstATwin(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		chunks := rapid.SliceOfN(streamText(8), 0, 6).Draw(rt, "chunks")
		limit := rapid.IntRange(1, 9).Draw(rt, "limit")
		ops := rapid.SliceOfN(rapid.Custom(drawReads), 1, 8).Draw(rt, "reads")
		var got, want []string
		err := aio.RunWith(quiet, func(co *aio.Co) error {
			r := fed(co, limit, chunks...)
			r.FeedEOF()
			w := &twin{text: strings.Join(chunks, ""), limit: limit}
			for _, o := range ops {
				got = append(got, fmt.Sprint(o.run(co, r), r.AtEOF()))
				want = append(want, fmt.Sprint(w.run(o), w.text == ""))
			}
			return nil
		})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			rt.Fatalf("%v; - the twin, + the reader:\n%s", err, diff)
		}
	})
}

// TestReaderFedBitByBit: where no limit interferes, it does not matter in which pieces and when the data comes, except
// to Read, which returns what there is.
func TestReaderFedBitByBit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		chunks := rapid.SliceOfN(streamText(8), 0, 6).Draw(rt, "chunks")
		pauses := rapid.SliceOfN(rapid.IntRange(0, 2), len(chunks), len(chunks)).Draw(rt, "pauses")
		ops := rapid.SliceOfN(rapid.Custom(drawReads).Filter(func(o reads) bool { return o.Do != "read" || o.N < 1 }), 1, 8).Draw(rt, "reads")
		var got, want []string
		err := aio.RunWith(quiet, func(co *aio.Co) error {
			r := aio.NewStreamReader(co, "r", 0)
			aio.Go(co, "feeder", func(co *aio.Co) error {
				for i, chunk := range chunks {
					for range pauses[i] {
						_ = aio.Sleep(co, 0)
					}
					feed(r, chunk)
				}
				r.FeedEOF()
				return nil
			})
			w := &twin{text: strings.Join(chunks, ""), limit: 1 << 16}
			for _, o := range ops {
				got = append(got, o.run(co, r))
				want = append(want, w.run(o))
			}
			return nil
		})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			rt.Fatalf("%v; - the twin, + the reader:\n%s", err, diff)
		}
	})
}

// transfer is data that goes through a pipe.
type transfer struct {
	Limit, High, Low int
	Latency          time.Duration
	Writes, Reads    []int // sizes, used in turn
	Total            int
	Half             bool // ended by WriteEOF
}

func drawTransfer(t *rapid.T) transfer {
	sizes := rapid.SliceOfN(rapid.IntRange(1, 40), 1, 5)
	low := rapid.IntRange(0, 20).Draw(t, "low")
	return transfer{
		Limit: rapid.IntRange(1, 30).Draw(t, "limit"), Low: low, High: low + rapid.IntRange(0, 20).Draw(t, "high"),
		Latency: time.Duration(rapid.IntRange(0, 2).Draw(t, "latency")) * sec,
		Writes:  sizes.Draw(t, "writes"), Reads: sizes.Draw(t, "reads"),
		Total: rapid.IntRange(0, 500).Draw(t, "total"), Half: rapid.Bool().Draw(t, "half"),
	}
}

// run sends the data and returns what came. It tells wrong when a buffer has more than its bound and one write.
func (x transfer) run(co *aio.Co, wrong func(format string, args ...any)) (sent, got []byte, err error) {
	for i := range x.Total {
		sent = append(sent, byte(i*7))
	}
	a, b := aio.Pipe(co, aio.PipeConfig{Limit: x.Limit, Latency: x.Latency})
	limits(a, x.High, x.Low)
	largest, written := 0, 0
	for _, n := range x.Writes {
		largest = max(largest, n)
	}
	writer := aio.Go(co, "writer", func(co *aio.Co) error {
		for i := 0; written < len(sent); i++ {
			n := min(x.Writes[i%len(x.Writes)], len(sent)-written)
			_, _ = a.Writer.Write(sent[written : written+n])
			written += n
			if size := a.Writer.WriteBufferSize(); size > x.High+n {
				wrong("%d bytes in the writer, whose high limit is %d, after a write of %d", size, x.High, n)
			}
			if err := a.Writer.Drain(co); err != nil {
				return err
			}
		}
		if x.Half {
			a.Writer.WriteEOF()
		}
		a.Writer.Close()
		return a.Writer.WaitClosed(co)
	})
	for i := 0; ; i++ {
		if size := written - a.Writer.WriteBufferSize() - len(got); !a.Writer.IsClosing() && size > 2*x.Limit+largest {
			wrong("%d bytes in the reader of the limit %d, with writes of %d", size, x.Limit, largest)
		}
		data, err := b.Reader.Read(co, x.Reads[i%len(x.Reads)])
		if err != nil {
			return sent, got, err
		}
		if len(data) == 0 {
			_, err := writer.Await(co)
			return sent, got, err
		}
		got = append(got, data...)
		if i%3 == 0 {
			_ = aio.Sleep(co, time.Duration(i%2)*sec)
		}
	}
}

// TestTransfer: what one end writes arrives at the other complete and in order, in whatever order ready tasks run.
func TestTransfer(t *testing.T) {
	defer noGoroutineLeft(t)()
	rapid.Check(t, func(rt *rapid.T) {
		x := drawTransfer(rt)
		config := aio.Config{}
		if rapid.Bool().Draw(rt, "any order") {
			config = anyOrder(rt, rapid.Uint64().Draw(rt, "seed"))
		}
		config.Output, config.Log = quiet.Output, quiet.Log
		err := aio.RunWith(config, func(co *aio.Co) error {
			sent, got, err := x.run(co, rt.Errorf)
			if !bytes.Equal(sent, got) {
				rt.Errorf("sent %d bytes, got %d, the same: %t", len(sent), len(got), bytes.HasPrefix(sent, got))
			}
			return err
		})
		if err != nil {
			rt.Error(err)
		}
	})
}

// TestStreamsReproducible: whatever is done to the two ends of a pipe, in whatever order, is done the same way twice,
// nothing panics, and two ends that close both come to an end.
func TestStreamsReproducible(t *testing.T) {
	defer noGoroutineLeft(t)()
	rapid.Check(t, func(rt *rapid.T) {
		config := aio.PipeConfig{Limit: 3, Latency: time.Duration(rapid.IntRange(0, 1).Draw(rt, "latency")) * sec}
		kinds := []string{"write", "lines", "eof", "drain", "close", "abort", "wait", "read", "until", "cancel", "sleep", "turn"}
		drawn := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(kinds), 0, 8), 4, 4).Draw(rt, "tasks")
		play := func(co *aio.Co) error {
			a, b := aio.Pipe(co, config)
			limits(a, 4, 2)
			limits(b, 4, 2)
			tasks := make([]*aio.Task[aio.None], len(drawn))
			for i, kinds := range drawn {
				s := []aio.Stream{a, b}[i%2]
				tasks[i] = aio.Go(co, fmt.Sprint(i), func(co *aio.Co) error {
					for _, do := range kinds {
						err := streamStep(co, s, tasks[(i+1)%len(tasks)], do)
						co.Printf("%d: %s %v, size %d, closing %t\n", i, do, err, s.Writer.WriteBufferSize(), s.Writer.IsClosing())
					}
					return nil
				})
			}
			_ = aio.Sleep(co, 20*sec)
			for _, s := range []aio.Stream{a, b} { // whatever came before, the pipe comes to an end
				s.Writer.Close()
			}
			_ = aio.Sleep(co, 5*sec)
			for _, s := range []aio.Stream{a, b} {
				err := aio.Timeout(co, sec, func(*aio.TimeoutScope) error { return s.Writer.WaitClosed(co) })
				if errors.Is(err, aio.ErrTimeout) || s.Writer.WriteBufferSize() != 0 {
					t.Errorf("%v: %v, %d in the buffer", s.Writer, err, s.Writer.WriteBufferSize())
				}
			}
			return nil
		}
		first := record(t, aio.Config{}, play)
		wantOrderlyEnd(rt, first)
		traced := aio.Config{Trace: func(sim.Event) {}, Choose: func(*sim.Choice) int { return 0 }}
		if diff := cmp.Diff(first, record(t, traced, play)); diff != "" {
			rt.Fatalf("traced and with a chooser:\n%s", diff)
		}
		wantOrderlyEnd(rt, record(t, anyOrder(rt, rapid.Uint64().Draw(rt, "seed")), play))
	})
}

func streamStep(co *aio.Co, s aio.Stream, other *aio.Task[aio.None], do string) (err error) {
	switch do {
	case "write":
		_, err = s.Writer.Write([]byte("abc"))
	case "lines":
		err = s.Writer.WriteLines(seps("a\n", "bcde\n"))
	case "eof":
		s.Writer.WriteEOF()
	case "drain":
		err = s.Writer.Drain(co)
	case "close":
		s.Writer.Close()
	case "abort":
		s.Writer.Abort()
	case "wait":
		err = s.Writer.WaitClosed(co)
	case "read":
		_, err = s.Reader.Read(co, 2)
	case "until":
		_, err = s.Reader.ReadLine(co)
	case "cancel":
		other.Cancel()
	case "sleep":
		err = aio.Sleep(co, sec)
	case "turn":
		err = aio.Sleep(co, 0)
	}
	return err
}
