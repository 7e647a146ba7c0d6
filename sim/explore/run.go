package explore

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// Run explores main: it runs it again and again, each time with other choices, until a run fails, every order was tried,
// or the budget is spent; cancelling ctx ends it too. It returns an error when the configuration cannot be right. No
// goroutine is left behind.
func Run(ctx context.Context, config Config, main func(co *aio.Co) error) (*Result, error) {
	config, err := config.checked()
	if err != nil {
		return nil, err
	}
	s := newSearch(ctx, config, main)
	defer s.close()
	for {
		s.runBatch()
		if s.result.Stopped != "" {
			s.result.Elapsed = time.Since(s.began)
			return &s.result, nil
		}
	}
}

// search is one call of Run.
type search struct {
	ctx      context.Context
	config   Config
	strategy strategy
	workers  []*worker
	began    time.Time
	batch    []outcome
	seen     map[uint64]struct{} // the fingerprints of the runs
	result   Result
}

func newSearch(ctx context.Context, config Config, main func(co *aio.Co) error) *search {
	s := &search{
		ctx: ctx, config: config, strategy: newStrategy(config.Strategy), began: time.Now(), seen: map[uint64]struct{}{},
	}
	for range config.Workers {
		s.workers = append(s.workers, newWorker(config, main))
	}
	return s
}

func (s *search) close() {
	for _, w := range s.workers {
		w.close()
	}
}

// batchSize returns how many schedules are run before anything is learned from them: few at first.
func (s *search) batchSize() int {
	n := min(max(1, s.result.Schedules), 1024)
	return s.strategy.plan(min(n, s.config.Schedules-s.result.Schedules))
}

// yieldSteps is after how many steps a worker lets the scheduler of goroutines run.
const yieldSteps = 40

// runBatch runs some schedules on all workers and learns from them in their order.
func (s *search) runBatch() {
	first, n := s.result.Schedules, s.batchSize()
	if cap(s.batch) < n {
		s.batch = make([]outcome, n)
	}
	s.batch = s.batch[:n]
	clear(s.batch)
	var next, failed atomic.Int64
	failed.Store(int64(n))
	work := func(w *worker) {
		for steps := int64(0); ; {
			i := int(next.Add(1)) - 1
			if i >= n || s.ended() != "" || !s.config.All && int64(i) > failed.Load() {
				return
			}
			if steps > yieldSteps { // the switches between coroutines pass the scheduler by, and a collection could not end
				runtime.Gosched()
				steps = 0
			}
			s.batch[i] = w.run(s.strategy, first+i)
			steps += s.batch[i].steps + 1
			if s.batch[i].err != nil {
				for f := failed.Load(); int64(i) < f && !failed.CompareAndSwap(f, int64(i)); f = failed.Load() {
				}
			}
		}
	}
	if n == 1 {
		work(s.workers[0])
	} else {
		var group sync.WaitGroup
		for _, w := range s.workers {
			group.Go(func() { work(w) })
		}
		group.Wait()
	}
	s.count(int(failed.Load()))
}

// count adds the batch to the result, up to its first failure unless all are wanted.
func (s *search) count(failed int) {
	r := &s.result
	if r.Stopped = s.ended(); r.Stopped != "" { // perhaps not all were run: those count that were, from the first on
		ran := 0
		for ran < len(s.batch) && s.batch[ran].fingerprint != 0 {
			ran++
		}
		s.batch = s.batch[:ran]
	}
	if failed < len(s.batch) && !s.config.All {
		s.batch = s.batch[:failed+1]
		r.Stopped = Failed
	}
	for i := range s.batch {
		o := &s.batch[i]
		r.Schedules++
		r.Steps += o.steps
		_, seen := s.seen[o.fingerprint]
		o.fresh = !seen
		s.seen[o.fingerprint] = struct{}{}
		if o.err == nil {
			continue
		}
		r.Failures++
		if r.First == nil {
			r.First = newFailure(r.Schedules, o)
		}
	}
	r.Distinct = len(s.seen)
	switch {
	case r.Stopped != "":
	case !s.strategy.learn(s.batch):
		r.Stopped = Exhausted
	case r.Schedules >= s.config.Schedules:
		r.Stopped = Budget
	}
}

// ended returns why the search ends for a reason outside of it, if it does.
func (s *search) ended() Stop {
	switch {
	case s.ctx.Err() != nil:
		return Cancelled
	case s.config.Time > 0 && time.Since(s.began) > s.config.Time:
		return Deadline
	}
	return ""
}
