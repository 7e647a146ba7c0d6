package simtest

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// outcomes knows which runs of a search have called methods of the test. A test remembers that one of its methods was
// called, and not by which run.
type outcomes struct {
	t           testing.TB
	failed      bool // before the search
	runs        atomic.Int64
	skipped     atomic.Int64 // how many runs were
	first       atomic.Bool  // the first run was
	left        atomic.Bool  // a run has called t.FailNow, or runtime.Goexit
	ignoring    bool         // t.Error makes no run fail
	skippedRuns sync.Map     // the loops of runs whose main called t.Skip
	stop        func()       // ends the search; nil: there is none yet
}

// search begins a search that stop ends.
func (o *outcomes) search(stop func()) {
	o.runs.Store(0)
	o.skipped.Store(0)
	o.failed, o.ignoring, o.stop = o.t.Failed(), false, stop
}

// errTestFailed is a run that called t.Error, or one that ended shortly after such a run.
var errTestFailed = errors.New("a run called t.Error")

// watch returns main, with what it does to the test noted.
func (o *outcomes) watch(main func(co *aio.Co) error) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		o.runs.Add(1)
		returned := false
		defer func() {
			if !returned && callsSkip() {
				o.skippedRuns.Store(co.Loop(), true)
			}
		}()
		err := main(co)
		returned = true
		if err == nil && !o.failed && !o.ignoring && o.t.Failed() {
			return errTestFailed
		}
		return err
	}
}

// callsSkip reports whether the function that is left was left by t.Skip.
func callsSkip() bool {
	var callers [16]uintptr // it is called by what is next to it
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers[:])])
	for {
		frame, more := frames.Next()
		if strings.HasSuffix(frame.Function, ".SkipNow") {
			return true
		}
		if !more {
			return false
		}
	}
}

// isSkipped reports whether a run that has called runtime.Goexit was skipped. What a task of the run has called the
// test alone can tell, as long as nothing has failed.
func (o *outcomes) isSkipped(l *sim.Loop) bool {
	if _, ok := o.skippedRuns.LoadAndDelete(l); !ok && (!o.t.Skipped() || o.t.Failed()) {
		o.left.Store(true)
		return false
	}
	if o.skipped.Add(1); o.stop != nil && o.runs.Load() == 1 {
		o.first.Store(true)
		o.stop()
	}
	return true
}
