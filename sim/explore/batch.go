package explore

import (
	"runtime"
	"sync/atomic"
)

// batch is some schedules that run on all workers, before anything is learned from them.
type batch struct {
	first    int // the number of the first one, from 0
	outcomes []outcome
	done     []atomic.Bool // which outcomes are there
	counted  int
	over     bool          // no worker runs any more
	missing  int           // of those counted: they were interrupted
	next     atomic.Int64  // to run
	last     atomic.Int64  // that is wanted: behind a failure no other is
	idle     chan struct{} // told by every worker that finds nothing to do any more
}

func (b *batch) reset(first, n int) {
	if cap(b.outcomes) < n {
		b.outcomes, b.done = make([]outcome, n), make([]atomic.Bool, n)
	}
	b.outcomes, b.done = b.outcomes[:n], b.done[:n]
	clear(b.outcomes)
	for i := range b.done {
		b.done[i].Store(false)
	}
	b.first, b.counted, b.over, b.missing = first, 0, false, 0
	b.next.Store(0)
	b.last.Store(int64(n))
}

// take returns the next outcome to count, or nil as long as it is not there. When the batch is over, what is still not
// there is left out.
func (b *batch) take() *outcome {
	for i := b.counted; i < len(b.outcomes) && int64(i) <= b.last.Load(); i++ {
		switch {
		case b.done[i].Load():
			b.counted = i + 1
			return &b.outcomes[i]
		case !b.over:
			return nil
		}
		b.missing++
		b.counted = i + 1
	}
	return nil
}

// put is told how schedule i of the batch went.
func (b *batch) put(i int, o outcome) {
	b.outcomes[i] = o
	b.done[i].Store(true)
}

// end makes i the last that is wanted, unless an earlier one is.
func (b *batch) end(i int) {
	for last := b.last.Load(); int64(i) < last && !b.last.CompareAndSwap(last, int64(i)); last = b.last.Load() {
	}
}

// What worker.at says beside the number of a schedule.
const (
	resting int64 = 0
	givenUp int64 = -1 // its schedule is blocked, and was given up
)

// yieldSteps is after how many steps a worker lets the scheduler of goroutines run.
const yieldSteps = 40

// work runs schedules of the batch as long as there are any. A program may end the goroutine: then another one goes on.
func (s *search) work(w *worker) {
	b := &s.batch
	i, inside := 0, false
	defer func() {
		if inside && s.deliver(w, i, w.left()) {
			go s.work(w)
		}
	}()
	for steps := int64(0); ; {
		if i = int(b.next.Add(1)) - 1; i >= len(b.outcomes) || int64(i) > b.last.Load() || s.ended() != "" {
			b.idle <- struct{}{}
			return
		}
		if steps > yieldSteps { // the switches between coroutines pass the scheduler by, and a collection could not end
			runtime.Gosched()
			steps = 0
		}
		w.at.Store(int64(b.first+i) + 1)
		inside = true
		o := w.run(s.strategy, b.first+i)
		inside = false
		steps += o.steps + 1
		if !s.deliver(w, i, o) {
			return
		}
	}
}

// deliver puts down how schedule i of the batch went, unless it was interrupted. It reports false when the schedule was
// given up meanwhile: then the search is over, and what is the worker's ends with it.
func (s *search) deliver(w *worker, i int, o outcome) bool {
	if !w.at.CompareAndSwap(int64(s.batch.first+i)+1, resting) {
		w.close()
		return false
	}
	if w.interrupted {
		return true
	}
	if o.err != nil && !s.config.All {
		s.batch.end(i) // first: what is put may be counted at once
	}
	s.batch.put(i, o)
	return true
}
