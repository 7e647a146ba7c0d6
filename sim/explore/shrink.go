package explore

import (
	"context"
	"slices"
	"time"
)

// The bounds of shrinking. The first two determine what is found; the times are there for programs with very slow
// steps.
const (
	maxShrinkRuns  = 20_000
	maxShrinkSteps = 2_000_000
	maxShrinkTime  = 10 * time.Second
	// So long it goes on although it is cancelled, which is enough for most programs: the token of all that a random run
	// does would be too long to be of use.
	leastShrinkTime = time.Second
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
	part      int // of the bounds, which may be spent now: one in so many
	Shrunk
	best   *player // the simplest failing run so far
	plain  error   // what asyncio's order ends with, if it is not the best run
	passed bool    // asyncio's order has passed
	unlike error   // what it ended with where it has passed, too; nil: it has not
}

// shrink makes the failing run simpler. It returns a *NotDeterministicError when asyncio's order passes and fails.
func (w *worker) shrink(ctx context.Context, failing *player, failure *Failure) (*shrinker, error) {
	s := &shrinker{
		ctx: ctx, w: w, signature: signature(failure.Err), began: time.Now(), best: failing, passed: failure.InOrder,
	}
	s.see(failing, failure.Err)
	if s.simplify(); s.unlike != nil {
		return nil, &NotDeterministicError{Failure: failure.Err, Again: s.unlike, InOrder: true}
	}
	return s, nil
}

func (s *shrinker) simplify() {
	if !s.removed() {
		return
	}
	s.sooner()
	s.smaller()
	for s.Bound == "" {
		values := s.best.values()
		if !s.fewer(2) {
			s.earlier()
			s.withoutDecisions()
			if !s.Minimal {
				s.fewer(1)
			}
		}
		s.smaller()
		if slices.Equal(values, s.best.values()) {
			break
		}
		s.Minimal = false // with these values others may do
	}
}

// spent reports whether a bound is reached, or the part of it that may be spent now.
func (s *shrinker) spent() bool {
	if s.part > 1 && (s.Runs >= maxShrinkRuns/s.part || s.steps >= maxShrinkSteps/int64(s.part)) {
		return true
	}
	switch {
	case s.unlike != nil:
		return true
	case s.Bound != "":
	case s.ctx.Err() != nil && time.Since(s.began) > leastShrinkTime:
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
	s.see(p, o.err)
	return o.err != nil && signature(o.err) == s.signature
}

// see is told of every run, of which those in asyncio's order must all pass, or all fail.
func (s *shrinker) see(p *player, err error) {
	switch {
	case len(p.made) > 0:
	case err == nil:
		s.passed = true
	case s.passed && s.unlike == nil:
		s.unlike = err
	}
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

// removed takes away what is not needed: first turns, and then decisions. It reports whether it came to its end.
func (s *shrinker) removed() bool {
	if len(s.best.made) == 0 {
		return true
	}
	p := new(player)
	o := s.w.play(p)
	s.see(p, o.err)
	if s.plain = o.err; o.err != nil && signature(o.err) == s.signature {
		s.best = p
		return true
	}
	return s.withoutTurns() && s.withoutDecisions()
}

// withoutTurns takes turns away: who had the turn may have it later, in asyncio's order; and then values. That makes
// runs simple in which decisions hang together, as where tasks wake each other in vain.
func (s *shrinker) withoutTurns() bool {
	p := &player{turns: new(turns)}
	p.want(s.best.decisions())
	if s.spent() || !s.try(p) || !s.tryTurns(p.turns.useful(), p.values()) {
		return s.Bound == "" // it has callbacks of one name, which turns do not tell apart
	}
	return s.without(func() int { return len(s.best.turns.useful()) }, func(from, to int) {
		all := s.best.turns.useful()
		s.tryTurns(slices.Concat(all[:from], all[to:]), s.best.values())
	}) && s.without(func() int { return len(s.best.values()) }, func(from, to int) {
		all := s.best.values()
		s.tryTurns(s.best.turns.useful(), slices.Concat(all[:from], all[to:]))
	})
}

// tryTurns plays the turns, and asyncio's order after them, and keeps the run if it fails and has as few turns.
func (s *shrinker) tryTurns(order []who, values []decision) bool {
	p := &player{order: order, turns: new(turns)}
	p.want(values)
	if !s.try(p) || len(p.turns.useful()) > len(order) {
		return false
	}
	s.best = p
	return true
}

// withoutDecisions takes decisions away. What is left is found again by its keys.
func (s *shrinker) withoutDecisions() bool {
	return s.without(func() int { return len(s.best.made) }, func(from, to int) {
		all := s.best.decisions()
		s.tryOnly(slices.Concat(all[:from], all[to:]))
	})
}

// without takes parts of a list away, many at a time and then each by itself, the last ones first, until every one that
// is left is needed. This is delta debugging; it needs no complements, because the parts do not need their neighbours.
// It reports whether it came to its end.
func (s *shrinker) without(length func() int, try func(from, to int)) bool {
	for size := length(); ; size = (size + 1) / 2 {
		before := length()
		for end := before; end > 0; end -= size {
			if s.spent() {
				return false
			}
			end = min(end, length())
			try(max(0, end-size), end)
		}
		switch after := length(); {
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
