package conformance

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// Result is how one line of a file went.
type Result struct {
	Line  int   // counted from 1
	Case  *Case // nil if the line cannot be parsed
	Trace []string
	Err   error // the line cannot be parsed, the program breaks the format, does not end, or made the library panic
}

// Matches reports whether the program ran and, where the line has a trace, gave that.
func (r *Result) Matches() bool {
	if r.Err != nil {
		return false
	}
	line, _, _ := FirstDifference(r.Case.Trace, r.Trace)
	return line == 0 || !r.Case.HasTrace
}

func (r *Result) fail(err error) {
	if r.Err = err; r.Case != nil {
		r.Err = fmt.Errorf("program %q: %w", r.Case.Name, err)
	}
}

// patience is how long, in real time, a program may run before it counts as one that does not end.
const patience = 10 * time.Second

// RunAll runs the programs of a file of JSON lines, which may be compressed by gzip, on all cores, and calls yield with
// each result, in the order of the lines, until yield returns false. Empty lines are passed over. It returns an error
// when the file cannot be read, after the results of the lines before that place. When it returns nothing reads file.
func RunAll(file io.Reader, yield func(*Result) bool) error {
	in := bufio.NewReaderSize(file, 1<<20)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return err
		}
		in = bufio.NewReaderSize(unzipped, 1<<20)
	}
	return newSuite().run(in, yield)
}

// suite is one call of RunAll.
type suite struct {
	jobs     chan *job   // for the workers
	order    chan *job   // the same, for the collector
	stop     atomic.Bool // nobody wants more results
	err      error       // of reading; set before order is closed
	workers  sync.WaitGroup
	try      func(*job, *sim.Pool) *Result
	patience time.Duration
}

func newSuite() *suite {
	return &suite{
		jobs:     make(chan *job),
		order:    make(chan *job, 64*runtime.GOMAXPROCS(0)),
		try:      attempt,
		patience: patience,
	}
}

func (s *suite) run(in *bufio.Reader, yield func(*Result) bool) error {
	for range runtime.GOMAXPROCS(0) {
		s.workers.Add(1)
		go s.work()
	}
	go s.read(in)
	s.collect(yield)
	s.workers.Wait()
	return s.err
}

type job struct {
	number int
	line   []byte
	result chan *Result
	over   atomic.Bool // there is a result, or nobody waits for one any more
}

// read hands out the lines. A line that breaks off is none.
func (s *suite) read(in *bufio.Reader) {
	defer close(s.order)
	defer close(s.jobs)
	for number := 1; ; number++ {
		line, err := in.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			s.err = err
			return
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			j := &job{number: number, line: line, result: make(chan *Result, 1)}
			s.order <- j
			s.jobs <- j
		}
		if err != nil || s.stop.Load() {
			return
		}
	}
}

// collect passes the results on in their order, and waits for those that nobody wants any more. A program that does not
// end costs its worker, which is replaced.
func (s *suite) collect(yield func(*Result) bool) {
	for j := range s.order {
		var r *Result
		select {
		case r = <-j.result:
		case <-time.After(s.patience):
			if r = s.abandon(j); r == nil {
				r = <-j.result // after all
			}
		}
		if !s.stop.Load() && !yield(r) {
			s.stop.Store(true)
		}
	}
}

// abandon returns a result for a program that does not end, or nil if it has just ended.
func (s *suite) abandon(j *job) *Result {
	if !j.over.CompareAndSwap(false, true) {
		return nil
	}
	go s.work() // in place of the one that is lost
	r := &Result{Line: j.number}
	r.Case, _ = ParseCase(j.line)
	r.fail(fmt.Errorf("it does not end within %v", s.patience))
	return r
}

// work runs programs, on goroutines that are reused from one to the next.
func (s *suite) work() {
	pool := sim.NewPool()
	defer pool.Close()
	for j := range s.jobs {
		var r *Result
		if !s.stop.Load() {
			r = s.try(j, pool)
		}
		if !j.over.CompareAndSwap(false, true) {
			return
		}
		j.result <- r
	}
	s.workers.Done()
}

// attempt runs a program. A panic of the library where that does not catch it is the program's error.
func attempt(j *job, pool *sim.Pool) (r *Result) {
	r = &Result{Line: j.number}
	defer func() {
		if value := recover(); value != nil {
			r.fail(fmt.Errorf("panic: %v\n\n%s", value, debug.Stack()))
		}
	}()
	if r.Case, r.Err = ParseCase(j.line); r.Err == nil {
		r.Trace, r.Err = r.Case.Run(pool)
	}
	return r
}
