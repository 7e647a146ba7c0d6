package explore

import (
	"context"
	"errors"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// Run explores main: it runs it again and again, each time with other choices, until a run fails, every order was
// tried, nothing new comes, or the budget is spent; cancelling ctx ends it too. It returns an error when the
// configuration cannot be right.
//
// A schedule that still runs when ctx is cancelled or the time is up is ended within a fraction of a second, where it
// next makes a choice or a step of a task, as by runtime.Goexit. It is not counted. Where it comes to neither, it is
// given up after some seconds, and its goroutine is left behind.
//
// A run in which main, or a task, calls runtime.Goexit fails with [ErrGoexit]. A run that blocks for real, on a channel
// say, fails with a *sim.BlockedError after some seconds of real time; its goroutine is left behind, and the search
// ends with it. But for these no goroutine is left behind.
func Run(ctx context.Context, config Config, main func(co *aio.Co) error) (*Result, error) {
	unlimited := config.Schedules == 0 && !config.All
	config, err := config.checked()
	if err != nil {
		return nil, err
	}
	s := newSearch(ctx, config, main)
	s.saturable = unlimited && config.Strategy != Exhaustive
	defer s.close()
	for s.result.Stopped == "" {
		s.runBatch()
	}
	s.result.Elapsed = time.Since(s.began)
	if err := ctx.Err(); s.result.Stopped == Cancelled || s.result.Stopped == Deadline && err != nil {
		if cause := context.Cause(ctx); cause != err {
			s.result.Cause = cause
		}
	}
	if config.Progress != nil {
		config.Progress(s.progress(true))
	}
	return &s.result, nil
}

// search is one call of Run.
type search struct {
	ctx       context.Context
	config    Config
	main      func(co *aio.Co) error
	strategy  strategy
	workers   []*worker
	began     time.Time
	saturable bool
	batch     batch
	watchman  watchman
	inOrder   bool      // a run in asyncio's own order has passed
	over      time.Time // when it was seen that the search ends; zero: it does not
	ticker    *time.Ticker
	seen      map[uint64]struct{} // the fingerprints of the runs
	lists     map[uint64]struct{} // those of their decisions, where the search may be saturated
	result    Result
}

// What a long search remembers at most: with neither would it come to its end before its memory.
const (
	maxDistinct = 1 << 24
	maxLists    = 1 << 22 // which is far from saturated
)

// tick is how often, in real time, a search looks up from waiting.
const tick = 100 * time.Millisecond

func newSearch(ctx context.Context, config Config, main func(co *aio.Co) error) *search {
	s := &search{
		ctx: ctx, config: config, main: main, strategy: newStrategy(config.Strategy), began: time.Now(),
		ticker: time.NewTicker(tick), watchman: newWatchman(config.Workers),
		seen: map[uint64]struct{}{}, lists: map[uint64]struct{}{}, result: Result{Strategy: config.Strategy},
	}
	s.batch.idle = make(chan struct{}, config.Workers)
	for range config.Workers {
		s.workers = append(s.workers, newWorker(config, main))
	}
	return s
}

func (s *search) close() {
	s.ticker.Stop()
	for _, w := range s.workers {
		if w.at.Load() != givenUp {
			w.close()
		}
	}
}

// batchSize returns how many schedules are run before anything is learned from them: few at first.
func (s *search) batchSize() int {
	n := min(max(1, s.result.Schedules), 1024)
	return s.strategy.plan(min(n, s.config.Schedules-s.result.Schedules))
}

// runBatch runs some schedules on all workers and learns from them in their order.
func (s *search) runBatch() {
	b := &s.batch
	b.reset(s.result.Schedules, s.batchSize())
	busy := min(len(s.workers), len(b.outcomes))
	for _, w := range s.workers[:busy] {
		go s.work(w)
	}
	for busy > 0 || s.watchman.probing > 0 { // who looks whether a schedule is blocked asks the strategy, too
		select {
		case <-b.idle:
			busy--
		case now := <-s.ticker.C:
			s.count()
			if s.config.Progress != nil {
				s.config.Progress(s.progress(false))
			}
			s.watch(now)
			if s.ended() != "" {
				busy -= s.interrupt(now)
			}
		case p := <-s.watchman.probes:
			if s.judge(p) {
				busy--
			}
		}
	}
	b.over = true
	s.count()
	s.result.Stopped = s.learn()
}

// count adds to the result what is there of the batch, in the order of the schedules, up to the last that is wanted.
func (s *search) count() {
	r := &s.result
	for o := s.batch.take(); o != nil; o = s.batch.take() {
		r.Schedules++
		r.Steps += o.steps
		_, seen := s.seen[o.fingerprint]
		o.fresh = !seen
		if o.fresh && r.Distinct < maxDistinct {
			s.seen[o.fingerprint] = struct{}{}
			r.Distinct++
		}
		if r.Stale++; o.fresh || s.saturable && s.isNewList(o.list) {
			r.Stale = 0
		}
		if o.err == nil {
			s.inOrder = s.inOrder || o.inOrder
			continue
		}
		r.Failures++
		if r.First == nil {
			r.First = newFailure(s.batch.first+s.batch.counted, o)
			r.First.InOrder = s.inOrder
		}
	}
}

// isNewList reports whether the decisions are new. A search is not saturated as long as they are: two lists may be one
// trace where tasks share what is no object, and still be different runs.
func (s *search) isNewList(list uint64) bool {
	if len(s.lists) >= maxLists {
		s.saturable, s.lists = false, nil
		return true
	}
	_, seen := s.lists[list]
	s.lists[list] = struct{}{}
	return !seen
}

// learn tells the strategy what was counted, and returns why the search ends, if it does.
func (s *search) learn() Stop {
	b, r := &s.batch, &s.result
	last := int(b.last.Load())
	switch ended := s.ended(); {
	case last < len(b.outcomes) && b.counted == last+1:
		return Failed
	case b.counted < len(b.outcomes) || b.missing > 0:
		return ended
	case !s.strategy.learn(b.outcomes):
		return Exhausted
	case r.Schedules >= s.config.Schedules:
		return Budget
	case s.saturable && r.Stale >= max(saturation, r.Schedules/2) && !s.proving():
		return Saturated
	}
	return ""
}

// saturation is for how many schedules at least nothing new must have come.
const saturation = 1000

// proving reports whether the portfolio is about to try every order, which says more than that nothing new comes.
func (s *search) proving() bool {
	if p, ok := s.strategy.(*profiled); ok {
		all, ok := p.strategy.(*portfolio)
		return ok && all.few()
	}
	return false
}

// ended returns why the search ends for a reason outside of it, if it does.
func (s *search) ended() Stop {
	switch err := s.ctx.Err(); {
	case errors.Is(err, context.DeadlineExceeded):
		return Deadline
	case err != nil:
		return Cancelled
	case s.config.Time > 0 && time.Since(s.began) > s.config.Time:
		return Deadline
	}
	return ""
}
