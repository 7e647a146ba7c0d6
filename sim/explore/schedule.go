package explore

import (
	"errors"
	"io"
	"slices"
	"sync/atomic"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// worker runs one schedule after another, on goroutines that it keeps.
type worker struct {
	pool   *sim.Pool
	config aio.Config
	seed   uint64
	main   func(co *aio.Co) error

	skipped func(*sim.Loop) bool // see [Config]

	at     atomic.Int64 // the number of the schedule that runs, from 1, or else resting or givenUp
	runner *aio.Runner  // of that schedule, or the last one

	noted atomic.Bool // publishes what follows, and the events: see newWatchedWorker

	random      chance
	scheduler   scheduler
	decisions   []uint32 // of the run
	trace       equivalence
	list        uint64                       // the fingerprint of the decisions
	observe     func(task uint32, op sim.Op) // of the scheduler, or nil
	stop        atomic.Bool                  // told by the search: the schedule that runs is to end
	orders      float64                      // the product of the numbers of candidates so far
	cancelled   bool                         // the chooser has cancelled a task
	interrupted bool                         // it ended because of stop
}

func newWorker(config Config, main func(co *aio.Co) error) *worker {
	w := &worker{pool: sim.NewPool(), seed: config.Seed, main: main, skipped: config.Skipped}
	w.config = aio.Config{
		Pool: w.pool, MaxSteps: config.MaxSteps, Watchdog: -1, Output: io.Discard, Log: io.Discard,
		Choose: w.choose, Observe: w.observed, Strict: config.Strict, Slack: config.Slack, Cancel: config.Cancel,
	}
	if config.Cancel {
		w.config.Choose = w.chooseAndNote
	}
	return w
}

func (w *worker) close() { w.pool.Close() }

// outcome is how one schedule went.
type outcome struct {
	err         error
	decisions   []uint32 // of a failure
	choices     int      // how many there were
	steps       int64
	fingerprint uint64  // of its trace
	list        uint64  // the fingerprint of its decisions
	fresh       bool    // the first with this fingerprint
	orders      float64 // the product of the numbers of candidates
	inOrder     bool    // it made asyncio's choices
	report      any     // of the scheduler, for the strategy
}

// run runs schedule i as the strategy chooses. A program may end the goroutine, see [ErrGoexit]: then run does not
// return, the run is closed, and outcome tells of it.
func (w *worker) run(s strategy, i int) outcome {
	w.random.begin(w.seed, i)
	w.scheduler = s.start(i, &w.random, w.scheduler)
	w.observe = w.scheduler.observer()
	w.trace.reset()
	w.decisions, w.list, w.orders, w.cancelled = w.decisions[:0], 0, 1, false
	w.interrupted = false
	r, err := aio.NewRunner(w.config)
	if err != nil {
		return outcome{err: err}
	}
	w.runner = r
	defer r.Close() // to no effect, unless the goroutine ends
	err = w.failureOf(r.Run(w.main))
	o := w.outcome()
	if closing := r.Close(); closing != nil {
		err = errors.Join(err, closing)
	}
	if err != nil {
		o.err, o.decisions = err, slices.Clone(w.decisions)
	}
	return o
}

// outcome tells how the run went, but for its end.
func (w *worker) outcome() outcome {
	w.noted.Load()
	return outcome{
		steps: w.runner.Loop().Steps(), choices: len(w.decisions), fingerprint: w.trace.sum, list: w.list, orders: w.orders,
		report: w.scheduler.report(), inOrder: !slices.ContainsFunc(w.decisions, isDecision),
	}
}

func (w *worker) choose(c *sim.Choice) int {
	k := w.scheduler.choose(c)
	w.decisions = append(w.decisions, uint32(k))
	if !c.OnlySteps() { // which are observed when they begin
		if w.stop.Load() {
			w.interrupt()
		}
		w.trace.chosen(c, k)
	}
	w.list = mixed64(w.list, uint64(k))
	w.orders *= float64(c.N)
	return k
}

func (w *worker) observed(task uint32, op sim.Op) {
	if w.stop.Load() {
		w.interrupt()
	}
	w.trace.step(task, op)
	if w.observe != nil {
		w.observe(task, op)
	}
}

func newFailure(schedule int, o *outcome) *Failure {
	f := &Failure{Schedule: schedule, Err: o.err, Decisions: o.decisions}
	for _, k := range o.decisions {
		if isDecision(k) {
			f.Switches++
		}
	}
	return f
}

// isDecision reports whether a choice is not asyncio's.
func isDecision(k uint32) bool { return k != 0 }
