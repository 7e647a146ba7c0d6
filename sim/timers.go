package sim

// noSlot is the place of a timer that is in no heap.
const noSlot = -1

// timer is one node of the heap. The key stands in the node: comparing two never leaves the array. What is timed, a job
// or a sleeping coroutine's alarm, knows its place in turn, so that cancelling needs no search.
type timer struct {
	when int64
	seq  uint64
	what item
}

// moved tells what is timed its place. It is a switch and not a method because it is most of the work of a large heap.
func (t *timer) moved(i int) {
	if a, ok := t.what.(*alarm); ok {
		a.slot = int32(i)
	} else {
		t.what.(*job).slot = int32(i)
	}
}

// before orders by deadline and then by the order in which the timers were set. CPython leaves the order of equal
// deadlines to its heap; a real program meets none, because its clock moves between two calls.
func (t *timer) before(u *timer) bool {
	return t.when < u.when || t.when == u.when && t.seq < u.seq
}

// timerHeap is a 4-ary heap: half the levels of a binary one, and the four children share a cache line or two.
type timerHeap struct {
	nodes []timer
	seq   uint64
}

const arity = 4

func (h *timerHeap) push(when int64, what item) {
	h.seq++
	h.nodes = append(h.nodes, timer{})
	h.up(len(h.nodes)-1, timer{when: when, seq: h.seq, what: what})
}

// pop removes the earliest timer.
func (h *timerHeap) pop() item {
	what := h.nodes[0].what
	h.remove(0)
	return what
}

// remove takes the timer at place i out of the heap.
func (h *timerHeap) remove(i int32) {
	h.nodes[i].moved(noSlot)
	last := len(h.nodes) - 1
	moved := h.nodes[last]
	h.nodes[last] = timer{}
	h.nodes = h.nodes[:last]
	if int(i) == last {
		return
	}
	if i > 0 && moved.before(&h.nodes[(i-1)/arity]) {
		h.up(int(i), moved)
	} else {
		h.down(int(i), moved)
	}
}

// clear empties the heap.
func (h *timerHeap) clear() {
	for i := range h.nodes {
		h.nodes[i].moved(noSlot)
	}
	h.nodes = nil
}

// up places t at i or above it.
func (h *timerHeap) up(i int, t timer) {
	for i > 0 {
		parent := (i - 1) / arity
		if !t.before(&h.nodes[parent]) {
			break
		}
		h.nodes[i] = h.nodes[parent]
		h.nodes[i].moved(i)
		i = parent
	}
	h.nodes[i] = t
	t.moved(i)
}

// down places t at i or below it.
func (h *timerHeap) down(i int, t timer) {
	n := len(h.nodes)
	for {
		first := arity*i + 1
		if first >= n {
			break
		}
		least := first
		for c := first + 1; c < min(first+arity, n); c++ {
			if h.nodes[c].before(&h.nodes[least]) {
				least = c
			}
		}
		if !h.nodes[least].before(&t) {
			break
		}
		h.nodes[i] = h.nodes[least]
		h.nodes[i].moved(i)
		i = least
	}
	h.nodes[i] = t
	t.moved(i)
}
