package conformance

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// numbered returns a program that takes longer the smaller its number is, with a trace that ends with the number.
func numbered(n, of int) string {
	return fmt.Sprintf(`{"name":"p%d","coroutines":{"main":[["repeat",%d,[]],["return",%d]]}}`, n, (of-n)*100, n)
}

func file(programs int) string {
	var b strings.Builder
	for n := range programs {
		b.WriteString(numbered(n, programs) + "\n")
	}
	return b.String()
}

// inOrder returns a yield that checks the results of numbered programs, which stand on every step-th line.
func inOrder(t *testing.T, count *int, step int) func(*Result) bool {
	return func(r *Result) bool {
		if want := *count*step + 1; r.Line != want {
			t.Errorf("line %d, want %d", r.Line, want)
		}
		last := fmt.Sprintf("0 - main = %d", *count)
		if r.Err != nil || r.Case.Name != fmt.Sprintf("p%d", *count) || r.Trace[len(r.Trace)-1] != last || !r.Matches() {
			t.Errorf("program %d: have %q, %v", *count, r.Trace, r.Err)
		}
		*count++
		return true
	}
}

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRunAll(t *testing.T) {
	const many = 1000
	text := file(many)
	for _, test := range []struct {
		what string
		in   io.Reader
		want int
		step int
	}{
		{"nothing", strings.NewReader(""), 0, 1},
		{"one byte", strings.NewReader("\n"), 0, 1},
		{"many programs", strings.NewReader(text), many, 1},
		{"byte by byte", iotest.OneByteReader(strings.NewReader(file(3))), 3, 1},
		{"no newline at the end", strings.NewReader(strings.TrimSuffix(text, "\n")), many, 1},
		{"empty lines", strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n\n \t\n")), many, 3},
		{"gzip", bytes.NewReader(zipped(t, text)), many, 1},
	} {
		t.Run(test.what, func(t *testing.T) {
			before := runtime.NumGoroutine()
			count := 0
			if err := RunAll(test.in, inOrder(t, &count, test.step)); err != nil || count != test.want {
				t.Errorf("%d results, want %d; %v", count, test.want, err)
			}
			sameGoroutines(t, before)
		})
	}
}

func TestFilesThatBreakOff(t *testing.T) {
	const many = 2000
	whole := zipped(t, file(many))
	broken := errors.New("broken")
	for _, test := range []struct {
		what string
		in   io.Reader
		want error
		some bool
	}{
		{"within the header of gzip", bytes.NewReader(whole[:5]), io.ErrUnexpectedEOF, false},
		{"gzip", bytes.NewReader(whole[:len(whole)/2]), io.ErrUnexpectedEOF, true},
		{"in a line", io.MultiReader(strings.NewReader(file(3)+`{"name":`), iotest.ErrReader(broken)), broken, true},
		{"at once", iotest.ErrReader(broken), broken, false},
	} {
		t.Run(test.what, func(t *testing.T) {
			before := runtime.NumGoroutine()
			count := 0
			err := RunAll(test.in, func(r *Result) bool {
				if r.Err != nil {
					t.Errorf("half a line was run: %v", r.Err)
				}
				count++
				return true
			})
			if !errors.Is(err, test.want) || test.some != (count > 0) || count == many {
				t.Errorf("%d results, %v", count, err)
			}
			sameGoroutines(t, before)
		})
	}
}

func TestStopEarly(t *testing.T) {
	for _, enough := range []int{1, 2, 100} {
		before := runtime.NumGoroutine()
		count := 0
		err := RunAll(strings.NewReader(file(5000)), func(*Result) bool {
			count++
			return count < enough
		})
		if err != nil || count != enough {
			t.Errorf("%d results, want %d; %v", count, enough, err)
		}
		sameGoroutines(t, before)
	}
}

// results runs a text with the suite, and returns what it gives, as texts.
func results(t *testing.T, s *suite, text string) (all []string) {
	t.Helper()
	err := s.run(bufio.NewReader(strings.NewReader(text)), func(r *Result) bool {
		switch {
		case r.Err != nil && r.Matches():
			t.Errorf("line %d matches: %v", r.Line, r.Err)
		case r.Err != nil:
			firstLine, _, _ := strings.Cut(r.Err.Error(), "\n")
			all = append(all, firstLine)
		default:
			all = append(all, r.Trace[len(r.Trace)-1])
		}
		return true
	})
	if err != nil {
		t.Error(err)
	}
	return all
}

func TestProgramsThatDoNotEnd(t *testing.T) {
	before := runtime.NumGoroutine()
	release := make(chan struct{})
	s := newSuite()
	s.patience = 20 * time.Millisecond
	s.try = func(j *job, pool *sim.Pool) *Result {
		if bytes.Contains(j.line, []byte("endless")) {
			<-release
		}
		return attempt(j, pool)
	}
	endless := strings.Repeat(`{"name":"endless","coroutines":{"main":[]}}`+"\n", runtime.GOMAXPROCS(0)+1) + "endless\n"
	got := results(t, s, endless+file(3))
	want := slices.Repeat([]string{`program "endless": it does not end within 20ms`}, runtime.GOMAXPROCS(0)+1)
	want = append(want, "it does not end within 20ms", "0 - main = 0", "0 - main = 1", "0 - main = 2")
	if !slices.Equal(got, want) {
		t.Errorf("have %q, want %q", got, want)
	}
	close(release)
	sameGoroutines(t, before)
}

// TestAfterAll has a program that ends when its time is over and nobody has said so yet.
func TestAfterAll(t *testing.T) {
	s := newSuite()
	j := &job{number: 7, result: make(chan *Result, 1)}
	j.over.Store(true)
	s.order = make(chan *job, 1)
	s.order <- j
	close(s.order)
	s.patience = 0
	go func() {
		time.Sleep(20 * time.Millisecond)
		j.result <- &Result{Line: 7, Trace: []string{"late"}}
	}()
	count := 0
	s.collect(func(r *Result) bool {
		if count++; r.Line != 7 || !slices.Equal(r.Trace, []string{"late"}) {
			t.Errorf("have %+v", r)
		}
		return true
	})
	if count != 1 {
		t.Errorf("%d results", count)
	}
}

func TestPanicsOfTheLibrary(t *testing.T) {
	before := runtime.NumGoroutine()
	broken := operations["time"].eval
	defer func() { operations["time"].eval = broken }()
	operations["time"].eval = func(*frame, *op) (any, error) { panic("a bug") }
	kinds["bug"] = &kind{make: func(*interpreter, string, *object) any { panic("another bug") }}
	defer delete(kinds, "bug")
	got := results(t, newSuite(), `{"name":"p","coroutines":{"main":[["time"]]}}
{"name":"q","objects":{"x":{"kind":"bug"}},"coroutines":{"main":[]}}
3
`+file(2))
	want := []string{
		`program "p": task "main" panicked at 0s: a bug`,
		`program "q": panic: another bug`,
		`program "": want {, have 3 (byte 1 of the line)`,
		"0 - main = 0", "0 - main = 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("have %q, want %q", got, want)
	}
	sameGoroutines(t, before)
}

func TestMatches(t *testing.T) {
	for _, test := range []struct {
		r    Result
		want bool
	}{
		{Result{Err: errors.New("x")}, false},
		{Result{Case: &Case{}, Trace: []string{"x"}}, true},
		{Result{Case: &Case{HasTrace: true}}, true},
		{Result{Case: &Case{HasTrace: true}, Trace: []string{"x"}}, false},
		{Result{Case: &Case{HasTrace: true, Trace: []string{"x"}}, Trace: []string{"x"}}, true},
	} {
		if got := test.r.Matches(); got != test.want {
			t.Errorf("%+v: %v", test.r, got)
		}
	}
}

func TestFirstDifference(t *testing.T) {
	for _, test := range []struct {
		want, got    string
		line         int
		wanted, have string
	}{
		{"", "", 0, "", ""},
		{"a", "a", 0, "", ""},
		{"a b", "a b", 0, "", ""},
		{"a", "b", 1, "a", "b"},
		{"a b c", "a x y", 2, "b", "x"},
		{"a b", "a", 2, "b", ""},
		{"a", "a b", 2, "", "b"},
		{"", "b", 1, "", "b"},
	} {
		line, wanted, have := FirstDifference(strings.Fields(test.want), strings.Fields(test.got))
		if line != test.line || wanted != test.wanted || have != test.have {
			t.Errorf("%q and %q: %d, %q, %q", test.want, test.got, line, wanted, have)
		}
	}
	if line, _, _ := FirstDifference([]string{"a"}, []string{"a", ""}); line != 2 {
		t.Errorf("an empty line more: %d", line)
	}
}
