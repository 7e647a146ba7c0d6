package explore

import (
	"context"
	"slices"
	"time"
)

// The bounds of shrinking. The first two determine what is found; the time is there for programs with very slow steps.
const (
	maxShrinkRuns  = 20_000
	maxShrinkSteps = 2_000_000
	maxShrinkTime  = 10 * time.Second
)

// Shrunk tells how a failing run was made simple.
type Shrunk struct {
	Runs    int    // how many it took
	Minimal bool   // every run with fewer switches, and with the same values, was tried: none fails in this way
	Bound   string // which bound ended it early: "runs", "steps", "time", "cancelled" or "blocked"; empty: none did
}

// shrinker looks for the simplest run that fails in the same way: with the fewest switches away from asyncio's order,
// with values and random bits near zero, and with each switch as early as it can be.
type shrinker struct {
	ctx       context.Context
	w         *worker
	signature string
	began     time.Time
	steps     int64
	Shrunk
	best  *player // the simplest failing run so far
	plain error   // what asyncio's order ends with, if it is not the best run
}

// shrink makes the failing run simpler.
func (w *worker) shrink(ctx context.Context, failing *player, failure error) *shrinker {
	s := &shrinker{ctx: ctx, w: w, signature: signature(failure), began: time.Now(), best: failing}
	if s.removed() {
		s.sooner()
		s.smaller()
		s.earlier()
		s.fewer()
		s.smaller() // a run with fewer switches may do with smaller values
	}
	return s
}

// spent reports whether a bound is reached.
func (s *shrinker) spent() bool {
	switch {
	case s.Bound != "":
	case s.ctx.Err() != nil:
		s.Bound = "cancelled"
	case s.Runs >= maxShrinkRuns:
		s.Bound = "runs"
	case s.steps >= maxShrinkSteps:
		s.Bound = "steps"
	case time.Since(s.began) > maxShrinkTime:
		s.Bound = "time"
	}
	return s.Bound != ""
}

// try plays a run and reports whether it fails in the same way. The caller has asked spent.
func (s *shrinker) try(p *player) bool {
	o := s.w.play(p)
	s.Runs++
	s.steps += o.steps
	return o.err != nil && signature(o.err) == s.signature
}

// tryOnly plays the decisions, and keeps the run if it fails. What of them did not fit is gone then.
func (s *shrinker) tryOnly(decisions []decision) bool {
	p := new(player)
	p.want(decisions)
	if !s.try(p) {
		return false
	}
	s.best = p
	return true
}

// removed takes decisions away, many at a time and then each by itself, the last ones first, until every one that is
// left is needed. This is delta debugging; it needs no complements, because a decision is found again by its key
// whichever others are gone. It reports whether it came to its end.
func (s *shrinker) removed() bool {
	if len(s.best.made) == 0 {
		return true
	}
	p := new(player)
	o := s.w.play(p)
	if s.plain = o.err; o.err != nil && signature(o.err) == s.signature {
		s.best = p
		return true
	}
	for size := len(s.best.made); ; size = (size + 1) / 2 {
		before := len(s.best.made)
		for end := before; end > 0; end -= size {
			if s.spent() {
				return false
			}
			all := s.best.decisions()
			end = min(end, len(all))
			s.tryOnly(slices.Concat(all[:max(0, end-size)], all[end:]))
		}
		switch after := len(s.best.made); {
		case after == 0 || size == 1 && after == before:
			return true
		case size == 1:
			size = min(2, after) // once more, each by itself
		}
	}
}

// smaller makes values and random bits smaller, by half of what is left each time.
func (s *shrinker) smaller() {
	for i := 0; i < len(s.best.made); i++ {
		if s.best.made[i].at.isSwitch() {
			continue
		}
		for less := s.best.made[i].value; less > 0; {
			if s.spent() {
				return
			}
			all := s.best.decisions()
			all[i].value -= less
			p := new(player)
			p.want(all)
			if s.try(p) && len(p.made) <= len(all) {
				s.best = p
				if i >= len(p.made) || p.made[i].at != all[i].at { // it became zero, or the order changed
					i = -1
					break
				}
				less = min(less, p.made[i].value)
			} else {
				less /= 2
			}
		}
	}
}
