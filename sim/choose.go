package sim

import "fmt"

// Chooser is asked for a number below c.N where c.N things, at least two, could come next. Always 0 is asyncio's own
// order. Any other number in the range is one that some loop, latency or version could show.
type Chooser func(c *Choice) int

// Choice is one choice point. It is valid during the call of the chooser.
type Choice struct {
	N     int // how many candidates there are, in the order in which they became ready
	loop  *Loop
	items []int // the candidates' places in the ready queue
}

// Candidate names the i-th candidate: a task or a callback.
func (c *Choice) Candidate(i int) string {
	switch it := c.loop.ready.At(c.items[i]).(type) {
	case *Co:
		return fmt.Sprintf("task %q", it.name)
	case *alarm:
		return fmt.Sprintf("timer of task %q", it.name)
	default:
		return fmt.Sprintf("callback %q", it.(*job).name)
	}
}

// choose returns the place in the ready queue of what runs next. Every ready task and every timer that is due is a
// candidate; callbacks that one task scheduled keep their order, as asyncio promises: only the first is. What would do
// nothing, because it was cancelled, is none: it goes when it is first in the queue. A choice takes time in proportion
// to what is ready.
func (l *Loop) choose() int {
	if l.ready.At(0).void() {
		return 0
	}
	c := &l.choice
	c.loop, c.items = l, c.items[:0]
	l.mark++
	orphans := false // a callback that no task scheduled is among the candidates
	for i := range l.ready.n {
		it := l.ready.At(i)
		if it.void() {
			continue
		}
		if j, ok := it.(*job); ok && !j.timed {
			if j.source == nil {
				if orphans {
					continue
				}
				orphans = true
			} else {
				if j.source.mark == l.mark {
					continue
				}
				j.source.mark = l.mark
			}
		}
		c.items = append(c.items, i)
	}
	c.N = len(c.items)
	if c.N == 1 {
		return c.items[0]
	}
	l.callback = "chooser"
	k := l.config.Choose(c)
	if k < 0 || k >= c.N {
		panic(fmt.Sprintf("chose %d of %d", k, c.N))
	}
	l.callback = ""
	return c.items[k]
}
