package aio_test

import (
	"errors"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func TestSTR_06_ReadUntil(t *testing.T) {
	const (
		notFound = `false: stream "r" at 0s: no separator within the limit`
		found    = `true: stream "r" at 0s: the separator comes after the limit`
	)
	for _, test := range []struct {
		name, want string
		limit      int
		separators [][]byte
		chunks     []string
		late       []string
		eof        bool
	}{
		{"a separator of one byte", "0s \"ab;\" <nil>\n0s left \"c\"", 0, seps(";"), []string{"ab;c"}, nil, false},
		{"split over chunks", "3s \"abSEP\" <nil>\n3s left \"c\"", 0, seps("SEP"), []string{"ab"}, []string{"S", "E", "Pc"}, false},
		{"a false start", "1s \"aSESEP\" <nil>\n1s left \"\"", 0, seps("SEP"), []string{"aSESE"}, []string{"P"}, false},
		{"at the end", "0s \"ab;\" <nil>\n0s left \"c\"", 0, seps(";"), []string{"ab;c"}, nil, true},
		{"the end comes first", "1s \"\", partial \"abSE\" of -1: stream \"r\" at 1s: it ended after 4 of an unknown number of " +
			"bytes\n1s left \"\"", 0, seps("SEP"), []string{"abSE"}, nil, true},
		{"over the limit, not found: the buffer stays", "0s \"\", consumed 4, found " + notFound + "\n0s left \"abcde\"",
			3, seps("SE"), []string{"abcde"}, nil, false},
		{"over the limit, found: the buffer stays", "0s \"\", consumed 4, found " + found + "\n0s left \"abcdSEf\"",
			3, seps("SE"), []string{"abcdSEf"}, nil, false},
		{"at the limit", "1s \"abcSE\" <nil>\n1s left \"\"", 3, seps("SE"), []string{"abcS"}, []string{"E"}, false},
		{"of several the earliest end wins", "0s \"ab;\" <nil>\n0s left \"cEND\"", 0, seps("END", ";"), []string{"ab;cEND"}, nil, false},
		{"in whatever order they are given", "0s \"ab;\" <nil>\n0s left \"cEND\"", 0, seps(";", "END"), []string{"ab;cEND"}, nil, false},
		{"the one that begins later may end first", "0s \"xAB\" <nil>\n0s left \"CD\"", 0, seps("ABCD", "B"), []string{"xABCD"}, nil, false},
		{"of equal ends the shorter counts for the limit", "0s \"\", consumed 4, found " + found + "\n0s left \"123\\r\\n\"",
			3, seps("\r\n", "\n"), []string{"123\r\n"}, nil, false},
		{"also when given first", "0s \"\", consumed 4, found " + found + "\n0s left \"123\\r\\n\"",
			3, seps("\n", "\r\n"), []string{"123\r\n"}, nil, false},
		{"the longest says how much is certain", "0s \"\", consumed 4, found " + notFound + "\n0s left \"123456\"",
			3, seps(";", "END"), []string{"123456"}, nil, false},
		{"less in the buffer than the longest", "2s \"a;\" <nil>\n2s left \"\"", 3, seps("LONGEST", ";"), nil, []string{"a", ";"}, false},
		{"only the longest comes", "2s \"aLONGEST\" <nil>\n2s left \"\"", 3, seps("LONGEST", ";"), nil, []string{"aLON", "GEST"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want+" <nil>", func(co *aio.Co) {
				r := fed(co, test.limit, test.chunks...)
				if test.eof || test.late != nil {
					eof := func() {}
					if test.eof {
						eof = r.FeedEOF
					}
					later(co, r, eof, test.late...)
				}
				data, err := r.ReadUntil(co, test.separators...)
				show(co, data, err)
				rest(co, r)
			})
		})
	}
}

// TestSTR_06_OverrunCanBeReadAgain: the bytes are still there for who knows what to do with them.
func TestSTR_06_OverrunCanBeReadAgain(t *testing.T) {
	checkBody(t, `
		0s "12345" <nil>
		0s "67;" <nil>`, func(co *aio.Co) {
		r := fed(co, 3, "1234567")
		_, err := r.ReadUntil(co, []byte("END"))
		var overrun *aio.LimitOverrunError
		if !errors.As(err, &overrun) || overrun.Consumed != 5 {
			t.Fatal(err)
		}
		data, err := r.ReadExactly(co, overrun.Consumed)
		show(co, data, err)
		feed(r, ";")
		data, err = r.ReadUntil(co, []byte(";"))
		show(co, data, err)
	})
}

func TestSTR_06_Validation(t *testing.T) {
	check(t, "main: <nil>", func(co *aio.Co) error {
		r := fed(co, 0, "abc;")
		_ = r.SetException(errBoom) // validation comes first
		_, err := r.ReadUntil(co)
		wantMisuse(t, err, `read until stream "r" in task "main" at 0s: there must be a separator`)
		_, err = r.ReadUntil(co, seps("long", "")...)
		wantMisuse(t, err, `read until stream "r" in task "main" at 0s: a separator must have at least one byte`)
		if _, err = r.ReadUntil(co, []byte(";")); err != errBoom {
			t.Errorf("then %v", err)
		}
		return nil
	})
}

func TestSTR_08_Exception(t *testing.T) {
	checkBody(t, `
		0s <nil>
		0s reader: "" boom
		0s boom
		0s again: "" boom
		0s cancelled: "" cancelled
		0s next: "x" <nil>`, func(co *aio.Co) {
		reading := func(name string, r *aio.StreamReader) *aio.Task[aio.None] {
			task := aio.Go(co, name, func(co *aio.Co) error {
				data, err := r.Read(co, 1)
				co.Printf("%s: %q %v\n", name, data, err)
				return nil
			})
			settle(co)
			return task
		}
		r := fed(co, 0)
		co.Printf("%v\n", r.Exception())
		reading("reader", r)
		_ = r.SetException(errBoom)
		settle(co)
		co.Printf("%v\n", r.Exception())
		reading("again", r)

		r = fed(co, 0)
		reading("cancelled", r).Cancel()
		feed(r, "x") // the one who waits is cancelled and not gone yet
		settle(co)
		reading("next", r)
	})
}

// TestSTR_08_ExceptionMeetsOtherWakeUps: an exception does not overtake data that woke the reader, and a cancellation
// overtakes an exception.
func TestSTR_08_ExceptionMeetsOtherWakeUps(t *testing.T) {
	for _, test := range []struct {
		name, want string
		meanwhile  func(r *aio.StreamReader, task *aio.Task[aio.None])
	}{
		{"data, then an exception", "0s \"x\" <nil>\n0s \"\" boom", func(r *aio.StreamReader, _ *aio.Task[aio.None]) {
			feed(r, "x")
			_ = r.SetException(errBoom)
		}},
		{"an exception, then data", "0s \"\" boom\n0s \"\" boom", func(r *aio.StreamReader, _ *aio.Task[aio.None]) {
			_ = r.SetException(errBoom)
			feed(r, "x")
		}},
		{"an exception, then another", "0s \"\" boom\n0s \"\" second", func(r *aio.StreamReader, _ *aio.Task[aio.None]) {
			_ = r.SetException(errBoom)
			_ = r.SetException(errors.New("second"))
		}},
		{"an exception, then a cancellation", "0s \"\" cancelled\n0s \"\" boom", func(r *aio.StreamReader, task *aio.Task[aio.None]) {
			_ = r.SetException(errBoom)
			task.Cancel()
		}},
		{"a cancellation, then an exception", "0s \"\" cancelled\n0s \"\" boom", func(r *aio.StreamReader, task *aio.Task[aio.None]) {
			task.Cancel()
			_ = r.SetException(errBoom)
		}},
		{"a cancellation, then data", "0s \"\" cancelled\n0s \"x\" <nil>", func(r *aio.StreamReader, task *aio.Task[aio.None]) {
			task.Cancel()
			feed(r, "x")
		}},
		{"data, then a cancellation: the data is not lost", "0s \"\" cancelled\n0s \"x\" <nil>",
			func(r *aio.StreamReader, task *aio.Task[aio.None]) {
				feed(r, "x")
				task.Cancel()
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, func(co *aio.Co) {
				r := fed(co, 0)
				task := aio.Go(co, "t", func(co *aio.Co) error {
					for range 2 {
						data, err := r.Read(co, 5)
						show(co, data, err)
					}
					return nil
				})
				settle(co)
				test.meanwhile(r, task)
				settle(co)
			})
		})
	}
}

func TestSTR_09_Names(t *testing.T) {
	checkBody(t, `
		0s stream "r" stream-1
		0s stream "p/a" stream "p/a" stream "p/b" stream "p/b"
		0s stream "pipe-1/a" stream "pipe-1/b"`, func(co *aio.Co) {
		co.Printf("%v %v\n", fed(co, 0), aio.NewStreamReader(co, "", 0))
		a, b := aio.Pipe(co, aio.PipeConfig{Name: "p"})
		co.Printf("%v %v %v %v\n", a.Reader, a.Writer, b.Reader, b.Writer)
		a, b = aio.Pipe(co, aio.PipeConfig{})
		co.Printf("%v %v\n", a.Reader, b.Writer)
	})
}

// TestSTR_10_LoopOfAReader: a reader, and both ends of a pipe, serve the loop that they were made on.
func TestSTR_10_LoopOfAReader(t *testing.T) {
	other, err := aio.NewRunner(quiet)
	if err != nil {
		t.Fatal(err)
	}
	r := aio.NewStreamReader(other.Loop(), "foreign", 0)
	feed(r, "data;")
	a, _ := aio.Pipe(other.Loop(), aio.PipeConfig{Name: "p"})
	for name, do := range map[string]func(co *aio.Co) error{
		"read":       func(co *aio.Co) error { _, err := r.Read(co, 1); return err },
		"exactly":    func(co *aio.Co) error { _, err := r.ReadExactly(co, 1); return err },
		"until":      func(co *aio.Co) error { _, err := r.ReadUntil(co, []byte(";")); return err },
		"drain":      func(co *aio.Co) error { return a.Writer.Drain(co) },
		"waitClosed": func(co *aio.Co) error { return a.Writer.WaitClosed(co) },
	} {
		t.Run(name, func(t *testing.T) {
			wantUsage(t, aio.RunWith(quiet, do), aio.ErrOtherLoop, "stream", `in task "main"`)
		})
	}
	err = other.Run(func(co *aio.Co) error { // and on its own it works
		data, err := r.Read(co, 10)
		if string(data) != "data;" {
			t.Errorf("%q", data)
		}
		return errors.Join(err, a.Writer.Drain(co))
	})
	if err := errors.Join(err, other.Close()); err != nil {
		t.Error(err)
	}
}

// TestSecondReader: one task at a time waits for data. The first goes on undisturbed, also where it was woken before
// the second came to wait; there CPython forgets the second.
func TestSecondReader(t *testing.T) {
	checkBody(t, `
		0s second: read exactly stream "r" in task "second" at 0s: another task waits for its data already
		0s second: read line stream "r" in task "second" at 0s: another task waits for its data already
		0s second: read stream "r" in task "second" at 0s: another task waits for its data already
		0s first: read exactly stream "r" in task "first" at 0s: another task waits for its data already
		0s third: "abcd" <nil>`, func(co *aio.Co) {
		r := fed(co, 0)
		aio.Go(co, "first", func(co *aio.Co) error {
			data, err := r.ReadExactly(co, 4)
			co.Printf("first: %v\n", err)
			_ = data
			return nil
		})
		settle(co)
		aio.Go(co, "second", func(co *aio.Co) error {
			for _, read := range []func() ([]byte, error){
				func() ([]byte, error) { return r.ReadExactly(co, 1) },
				func() ([]byte, error) { return r.ReadLine(co) },
				func() ([]byte, error) { return r.Read(co, -1) },
			} {
				_, err := read()
				wantMisuse(t, err)
				co.Printf("second: %v\n", err)
			}
			return nil
		})
		settle(co)
		feed(r, "ab") // not enough
		eager(co, "third", func(co *aio.Co) error {
			data, err := r.ReadExactly(co, 4)
			co.Printf("third: %q %v\n", data, err)
			return nil
		})
		settle(co)
		feed(r, "cd")
		settle(co)
	})
}

func TestMisuseOfStreams(t *testing.T) {
	check(t, "main: <nil>", func(co *aio.Co) error {
		r := fed(co, 0)
		wantMisuse(t, r.SetException(nil), `set exception stream "r"`, "the exception is nil")
		if r.Exception() != nil {
			t.Error("it was set")
		}
		r.FeedEOF()
		wantMisuse(t, r.FeedData([]byte("x")), `feed data to stream "r" in task "main" at 0s`, "it was fed the end")
		if !r.AtEOF() {
			t.Error("the data was taken")
		}
		a, _ := aio.Pipe(co, aio.PipeConfig{Name: "p"})
		a.Writer.WriteEOF()
		a.Writer.WriteEOF()
		n, err := a.Writer.Write([]byte("x"))
		wantMisuse(t, err, `write to stream "p/a" in task "main" at 0s: its end was written before`)
		wantMisuse(t, a.Writer.WriteLines(nil), "its end was written before")
		if n != 0 || a.Writer.WriteBufferSize() != 0 {
			t.Errorf("%d bytes were written", n)
		}
		return nil
	})
	for want, config := range map[string]aio.PipeConfig{
		`Pipe "p" of limit -1 in task "main" at 0s: the limit of a stream must be positive`: {Name: "p", Limit: -1},
		`Pipe "p" of latency -1s in task "main" at 0s: the latency must not be negative`:    {Name: "p", Latency: -sec},
	} {
		wantMisuse(t, aio.RunWith(quiet, func(co *aio.Co) error { aio.Pipe(co, config); return nil }), want)
	}
}
