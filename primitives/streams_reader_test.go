package aio_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// fed returns a reader of the limit that was fed the chunks.
func fed(co *aio.Co, limit int, chunks ...string) *aio.StreamReader {
	r := aio.NewStreamReader(co, "r", limit)
	feed(r, chunks...)
	return r
}

func feed(r *aio.StreamReader, chunks ...string) {
	for _, chunk := range chunks {
		if err := r.FeedData([]byte(chunk)); err != nil {
			panic(err)
		}
	}
}

// later feeds a chunk in each of the next seconds, and then does last.
func later(co *aio.Co, r *aio.StreamReader, last func(), chunks ...string) {
	l := co.Loop()
	for i, chunk := range chunks {
		l.CallAt("feed", l.Now()+sec*time.Duration(i+1), func() { feed(r, chunk) })
	}
	if last != nil {
		l.CallAt("last", l.Now()+sec*time.Duration(len(chunks)+1), last)
	}
}

// show prints what a read returned.
func show(co *aio.Co, data []byte, err error) {
	var incomplete *aio.IncompleteReadError
	if errors.As(err, &incomplete) {
		co.Printf("%q, partial %q of %d: %v\n", data, incomplete.Partial, incomplete.Expected, err)
		return
	}
	var overrun *aio.LimitOverrunError
	if errors.As(err, &overrun) {
		co.Printf("%q, consumed %d, found %t: %v\n", data, overrun.Consumed, overrun.Found, err)
		return
	}
	co.Printf("%q %v\n", data, err)
}

// rest prints what is in the buffer of r, which it ends.
func rest(co *aio.Co, r *aio.StreamReader) {
	r.FeedEOF()
	data, err := r.Read(co, -1)
	co.Printf("left %q %v\n", data, err)
}

func seps(texts ...string) [][]byte {
	all := make([][]byte, len(texts))
	for i, text := range texts {
		all[i] = []byte(text)
	}
	return all
}

// wantMisuse fails the test unless err is a *sim.UsageError whose text contains the parts.
func wantMisuse(t *testing.T, err error, parts ...string) {
	t.Helper()
	var usage *sim.UsageError
	if !errors.As(err, &usage) {
		t.Errorf("%v is no usage error", err)
		return
	}
	for _, part := range parts {
		if !strings.Contains(usage.Error(), part) {
			t.Errorf("%q does not say %q", usage, part)
		}
	}
}

func ExampleStreamReader() {
	_ = aio.Run(func(co *aio.Co) error {
		log := aio.NewStreamReader(co, "log", 0)
		l := co.Loop()
		l.CallAt("first", 1*sec, func() { _ = log.FeedData([]byte("one\ntw")) })
		l.CallAt("second", 2*sec, func() { _ = log.FeedData([]byte("o\nthree")) })
		l.CallAt("end", 3*sec, log.FeedEOF)
		for line, err := range log.Lines(co) {
			if err != nil {
				return err
			}
			co.Printf("at %v: %q\n", co.Now(), line)
		}
		return nil
	})
	// Output:
	// at 1s: "one\n"
	// at 2s: "two\n"
	// at 3s: "three"
}

func TestSTR_01_FeedEmptyAndNot(t *testing.T) {
	checkBody(t, `
		0s other
		1s "data" <nil>
		1s left "" <nil>`, func(co *aio.Co) {
		r, l := fed(co, 0, ""), co.Loop()
		l.CallLater("nothing", 0, func() { feed(r, ""); l.Printf("other\n") })
		l.CallLater("data", sec, func() { feed(r, "da", "ta", "") })
		data, err := r.Read(co, 10)
		show(co, data, err)
		chunk := []byte("data")
		_ = r.FeedData(chunk)
		chunk[0] = 'X' // the reader has a copy
		if data, _ := r.Read(co, 10); string(data) != "data" {
			t.Errorf("the reader keeps the caller's bytes: %q", data)
		}
		rest(co, r)
	})
}

func TestSTR_02_Read(t *testing.T) {
	checkBody(t, `
		0s "" <nil>
		0s "on" <nil>
		0s "e\ntwo\n" <nil>
		1s "late" <nil>
		4s "ab\ncd" <nil>
		4s "" <nil>
		4s "" boom
		4s "" boom
		4s "" boom`, func(co *aio.Co) {
		read := func(r *aio.StreamReader, n int) {
			data, err := r.Read(co, n)
			show(co, data, err)
		}
		r := fed(co, 0, "one\n", "two\n")
		read(r, 0)
		read(r, 2)
		read(r, 100)
		later(co, r, nil, "late")
		read(r, 100)
		later(co, r, r.FeedEOF, "ab\n", "cd")
		read(r, -1)
		read(r, 5)
		r = fed(co, 0, "hidden")
		_ = r.SetException(errBoom)
		read(r, 5)
		read(r, 0)
		read(r, -1)
	})
}

// TestSTR_02_ReadToTheEndFails also when what came before was read.
func TestSTR_02_ReadToTheEndFails(t *testing.T) {
	checkBody(t, `
		2s "" boom`, func(co *aio.Co) {
		r := fed(co, 0, "x")
		later(co, r, func() { _ = r.SetException(errBoom) }, "y")
		data, err := r.Read(co, -1)
		show(co, data, err)
	})
}

func TestSTR_03_Limit(t *testing.T) {
	checkBody(t, `
		0s "0123456789" <nil>
		0s "0123456789" <nil>
		0s "0123456789" <nil>`, func(co *aio.Co) {
		for _, read := range []func(r *aio.StreamReader) ([]byte, error){
			func(r *aio.StreamReader) ([]byte, error) { return r.Read(co, 10) },
			func(r *aio.StreamReader) ([]byte, error) { r.FeedEOF(); return r.Read(co, -1) },
			func(r *aio.StreamReader) ([]byte, error) { return r.ReadExactly(co, 10) },
		} {
			data, err := read(fed(co, 3, "0123456789"))
			show(co, data, err)
		}
	})
	err := aio.RunWith(quiet, func(co *aio.Co) error { aio.NewStreamReader(co, "r", -1); return nil })
	wantMisuse(t, err, `NewStreamReader "r" of limit -1 in task "main" at 0s: the limit of a stream must be positive`)

	r, big := (*aio.StreamReader)(nil), bytes.Repeat([]byte("x"), 1<<16)
	err = aio.RunWith(quiet, func(co *aio.Co) error { // what 0 stands for
		r = fed(co, 0, string(big), "\n")
		line, err := r.ReadLine(co)
		if len(line) != 1<<16+1 {
			t.Errorf("a line of the limit: %d bytes", len(line))
		}
		feed(r, string(big), "x")
		if _, over := r.ReadLine(co); err != nil || over == nil {
			t.Errorf("%v, and over the limit %v", err, over)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSTR_04_ReadLine(t *testing.T) {
	const over = ": stream \"r\" at 0s: "
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co) *aio.StreamReader
	}{
		{"across chunks", `3s "one two\n" <nil>; left "three"`, func(co *aio.Co) *aio.StreamReader {
			r := fed(co, 0, "one")
			later(co, r, nil, " ", "tw", "o\nthree")
			return r
		}},
		{"the first of two", `0s "a\n" <nil>; left "b\n"`, func(co *aio.Co) *aio.StreamReader { return fed(co, 0, "a\nb\n") }},
		{"over the limit, without a newline: all is dropped", `0s "", consumed 4, found false` + over +
			`no separator within the limit; left ""`, func(co *aio.Co) *aio.StreamReader { return fed(co, 3, "li", "ne") }},
		{"over the limit, with a newline: the line is dropped", `0s "", consumed 5, found true` + over +
			`the separator comes after the limit; left "ne2\n"`, func(co *aio.Co) *aio.StreamReader {
			return fed(co, 3, "line1\nne2\n")
		}},
		{"at the limit", `0s "1234567\n" <nil>; left ""`, func(co *aio.Co) *aio.StreamReader { return fed(co, 7, "1234567\n") }},
		{"one over", `0s "", consumed 8, found true` + over + `the separator comes after the limit; left ""`,
			func(co *aio.Co) *aio.StreamReader { return fed(co, 7, "12345678\n") }},
		{"the newline is late", `1s "1234567\n" <nil>; left ""`, func(co *aio.Co) *aio.StreamReader {
			r := fed(co, 7, "1234567")
			later(co, r, nil, "\n")
			return r
		}},
		{"the end", `1s "part" <nil>; left ""`, func(co *aio.Co) *aio.StreamReader {
			r := fed(co, 0, "part")
			later(co, r, r.FeedEOF)
			return r
		}},
		{"nothing but the end", `0s "" <nil>; left ""`, func(co *aio.Co) *aio.StreamReader {
			r := fed(co, 0)
			r.FeedEOF()
			return r
		}},
		{"a line before the end", `0s "a\n" <nil>; left "b"`, func(co *aio.Co) *aio.StreamReader {
			r := fed(co, 0, "a\nb")
			r.FeedEOF()
			return r
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := strings.Replace(test.want, "; left ", "\n"+strings.Fields(test.want)[0]+" left ", 1) + " <nil>"
			checkBody(t, want, func(co *aio.Co) {
				r := test.run(co)
				line, err := r.ReadLine(co)
				show(co, line, err)
				rest(co, r)
			})
		})
	}
	checkBody(t, `
		0s "a\n" <nil>
		0s "" boom`, func(co *aio.Co) {
		r := fed(co, 0, "a\nb\n")
		line, err := r.ReadLine(co)
		show(co, line, err)
		_ = r.SetException(errBoom)
		line, err = r.ReadLine(co)
		show(co, line, err)
	})
}

func TestSTR_05_AtEOF(t *testing.T) {
	checkBody(t, "0s false false false true", func(co *aio.Co) {
		r := fed(co, 0)
		at := []any{r.AtEOF()}
		feed(r, "x")
		at = append(at, r.AtEOF())
		r.FeedEOF()
		at = append(at, r.AtEOF())
		_, _ = r.Read(co, 1)
		co.Printf("%s\n", strings.Trim(fmt.Sprint(append(at, r.AtEOF())...), "[]"))
	})
}

func TestSTR_07_ReadExactly(t *testing.T) {
	checkBody(t, `
		0s "" <nil>
		0s "" read exactly stream "r" in task "main" at 0s: the number of bytes must not be negative
		3s "abcdef" <nil>
		3s left "gh" <nil>
		3s "0123" <nil>
		3s left "" <nil>
		4s "", partial "ab" of 5: stream "r" at 4s: it ended after 2 of 5 bytes
		4s left "" <nil>
		5s "" boom
		5s "" boom`, func(co *aio.Co) {
		exactly := func(r *aio.StreamReader, n int) *aio.StreamReader {
			data, err := r.ReadExactly(co, n)
			show(co, data, err)
			return r
		}
		exactly(fed(co, 0), 0)
		exactly(fed(co, 0), -1)
		r := fed(co, 2)
		later(co, r, nil, "ab", "cd", "efgh")
		rest(co, exactly(r, 6))
		rest(co, exactly(fed(co, 2, "0123"), 4)) // more than the limit
		r = fed(co, 0, "ab")
		later(co, r, r.FeedEOF)
		rest(co, exactly(r, 5))
		r = fed(co, 0, "ab")
		later(co, r, func() { _ = r.SetException(errBoom) })
		exactly(r, 5)
		exactly(r, 1)
	})
}

// TestSTR_13_Errors: CPython's tests pickle these. What an error of Go has to stand is being wrapped.
func TestSTR_13_Errors(t *testing.T) {
	err := fmt.Errorf("request: %w", &aio.IncompleteReadError{Stream: `stream "r"`, Time: sec, Partial: []byte("ab"), Expected: 5})
	var incomplete *aio.IncompleteReadError
	if !errors.As(err, &incomplete) || string(incomplete.Partial) != "ab" || incomplete.Expected != 5 {
		t.Errorf("%+v", incomplete)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		t.Errorf("%v is not io.ErrUnexpectedEOF alone", err)
	}
	err = fmt.Errorf("request: %w", &aio.LimitOverrunError{Stream: `stream "r"`, Time: sec, Consumed: 3})
	var overrun *aio.LimitOverrunError
	if !errors.As(err, &overrun) || overrun.Consumed != 3 || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%+v", overrun)
	}
}

func TestSTR_17_Lines(t *testing.T) {
	checkBody(t, `
		0s "1\n" <nil>
		0s "2\n" <nil>
		0s left: 3
		0s "3" <nil>
		0s "a\n" <nil>
		0s "", consumed 5, found true: stream "r" at 0s: the separator comes after the limit
		0s "b\n" <nil>`, func(co *aio.Co) {
		r := fed(co, 0, "1\n2\n3")
		r.FeedEOF()
		for line, err := range r.Lines(co) {
			show(co, line, err)
			if string(line) == "2\n" {
				break // and go on with the rest
			}
		}
		co.Printf("left: 3\n")
		for line, err := range r.Lines(co) {
			show(co, line, err)
		}
		r = fed(co, 2, "a\n12345\nb\n")
		r.FeedEOF()
		for range 2 { // an error ends the lines, not the stream
			for line, err := range r.Lines(co) {
				show(co, line, err)
			}
		}
	})
}
