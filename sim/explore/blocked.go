package explore

import (
	"errors"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// A search has no watchdog, which costs something in every run. It looks now and then whether its workers have come
// to another schedule; one that has stood still for long is run again on the side, with a watchdog, which tells a
// program that is blocked from one that computes.

// A watchdog takes one and a half times its patience, so that a block is reported after three and a quarter seconds.
// What waits for real for less than a second is never taken for blocked: it must have stood still for so long in one
// run, and be seen to wait, twice at the same place, in another.
const (
	standstill   = time.Second            // after that a schedule is run again
	patience     = time.Second            // of the watchdog then, and of a replay
	knownBlocked = 500 * time.Millisecond // of the watchdog where it is known already that the run is blocked
)

// watchman is what a search knows of the schedules that stand still.
type watchman struct {
	posts   []post // by worker
	probing int
	probes  chan probe
}

// post is a worker as it was seen last.
type post struct {
	at       int64 // what it was at
	since    time.Time
	patience time.Duration
	probing  bool
	again    *worker // that has the second run
}

// probe is the second run of a schedule that stands still.
type probe struct {
	worker  int
	number  int64
	outcome outcome
}

func newWatchman(workers int) watchman {
	return watchman{posts: make([]post, workers), probes: make(chan probe, workers)}
}

// watch has a schedule that stands still run again.
func (s *search) watch(now time.Time) {
	for i, w := range s.workers {
		p := &s.watchman.posts[i]
		switch at := w.at.Load(); {
		case at != p.at:
			p.at, p.since, p.patience = at, now, standstill
			if p.probing { // of no use any more
				p.again.stop.Store(true)
			}
		case at > 0 && !p.probing && now.Sub(p.since) >= p.patience:
			p.patience *= 2
			p.probing = true
			s.watchman.probing++
			again := newWatchedWorker(s.config, s.main)
			p.again = again
			go func() {
				defer again.close()
				s.watchman.probes <- probe{i, at, again.apart(s.strategy, int(at)-1)}
			}()
		}
	}
}

// judge hears how a schedule went that was run again. If it was blocked, its first run is given up, and no schedule
// behind it is wanted: judge reports that the worker is lost.
func (s *search) judge(p probe) bool {
	s.watchman.probing--
	s.watchman.posts[p.worker].probing = false
	if !isBlocked(p.outcome.err) || !s.workers[p.worker].at.CompareAndSwap(p.number, givenUp) {
		return false
	}
	i := int(p.number) - 1 - s.batch.first
	s.batch.end(i) // first: what is put may be counted at once
	s.batch.put(i, p.outcome)
	return true
}

func isBlocked(err error) bool {
	var blocked *sim.BlockedError
	return errors.As(err, &blocked)
}

// newWatchedWorker returns a worker for a few runs, each with the watchdog. What a run has noted until it is blocked is
// published: the run is given up without a word from its goroutine.
func newWatchedWorker(config Config, main func(co *aio.Co) error) *worker {
	w := newWorker(config, main)
	w.config.Watchdog = patience
	choose := w.config.Choose
	w.config.Choose = func(c *sim.Choice) int {
		k := choose(c)
		w.noted.Store(true)
		return k
	}
	return w
}

// explainBlocked reports a run that is blocked. Each run takes a while and leaves a goroutine behind, so there are two
// at most: one in asyncio's order, and if that is not blocked the one that was found.
func (w *worker) explainBlocked(f *Failure) (*Report, error) {
	w.config.Watchdog = knownBlocked
	var again error
	for _, p := range []*player{{script: []uint32{}, listing: true}, f.player()} {
		o := w.play(p)
		if again = o.err; o.err == nil || signature(o.err) != signature(f.Err) {
			continue
		}
		if len(p.made) == 0 && f.InOrder {
			return nil, &NotDeterministicError{Failure: f.Err, Again: o.err, InOrder: true}
		}
		report := newReport(p, o.err)
		report.Schedule, report.Found = f.Schedule, p.switches()
		if len(p.made) > 0 {
			report.Shrunk.Bound = "blocked"
		}
		return report, nil
	}
	return nil, &NotDeterministicError{Failure: f.Err, Again: again}
}
