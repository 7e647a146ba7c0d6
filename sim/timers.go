package sim

// noTimer is the number of a timer that is in no heap.
const noTimer = -1

// timer is one node of the heap. The key stands in the node, and what is timed elsewhere, so that moving nodes about,
// which is most of the work of a large heap, never leaves two dense arrays.
type timer struct {
	when int64
	seq  uint64
	id   int32
}

// before orders by deadline and then by the order in which the timers were set. CPython leaves the order of equal
// deadlines to its heap; a real program meets none, because its clock moves between two calls.
func (t *timer) before(u *timer) bool {
	return t.when < u.when || t.when == u.when && t.seq < u.seq
}

// timerHeap is a 4-ary heap: half the levels of a binary one, and the four children share a cache line or two. A timer
// has a number while it is in the heap, by which it is found when it is cancelled.
type timerHeap struct {
	nodes []timer
	seq   uint64
	place []int32 // of the timer in nodes, by its number
	what  []item  // is timed, by the timer's number: a *job or an *alarm, which knows the number in turn
	free  []int32 // numbers
}

const arity = 4

func (h *timerHeap) push(when int64, what item) {
	h.seq++
	id := h.number()
	h.what[id] = what
	numbered(what, id)
	h.nodes = append(h.nodes, timer{})
	h.up(len(h.nodes)-1, timer{when: when, seq: h.seq, id: id})
}

// number returns a number that no timer in the heap has.
func (h *timerHeap) number() int32 {
	if n := len(h.free); n > 0 {
		id := h.free[n-1]
		h.free = h.free[:n-1]
		return id
	}
	h.place = append(h.place, 0)
	h.what = append(h.what, nil)
	return int32(len(h.what) - 1)
}

// numbered tells what is timed the number of its timer.
func numbered(what item, id int32) {
	if a, ok := what.(*alarm); ok {
		a.timer = id
	} else {
		what.(*job).timer = id
	}
}

// pop removes the earliest timer and returns what was timed.
func (h *timerHeap) pop() item {
	id := h.nodes[0].id
	what := h.what[id]
	h.remove(id)
	return what
}

// remove takes a timer out of the heap.
func (h *timerHeap) remove(id int32) {
	i := int(h.place[id])
	numbered(h.what[id], noTimer)
	h.what[id] = nil
	h.free = append(h.free, id)
	last := len(h.nodes) - 1
	moved := h.nodes[last]
	h.nodes = h.nodes[:last]
	if i == last {
		return
	}
	if i > 0 && moved.before(&h.nodes[(i-1)/arity]) {
		h.up(i, moved)
	} else {
		h.down(i, moved)
	}
}

// clear empties the heap.
func (h *timerHeap) clear() {
	for i := range h.nodes {
		numbered(h.what[h.nodes[i].id], noTimer)
	}
	clear(h.what)
	h.nodes, h.seq, h.place, h.what, h.free = h.nodes[:0], 0, h.place[:0], h.what[:0], h.free[:0]
}

// deadline returns the time of a timer in the heap.
func (h *timerHeap) deadline(id int32) int64 { return h.nodes[h.place[id]].when }

// up places t at i or above it.
func (h *timerHeap) up(i int, t timer) {
	for i > 0 {
		parent := (i - 1) / arity
		if !t.before(&h.nodes[parent]) {
			break
		}
		h.set(i, h.nodes[parent])
		i = parent
	}
	h.set(i, t)
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
		h.set(i, h.nodes[least])
		i = least
	}
	h.set(i, t)
}

func (h *timerHeap) set(i int, t timer) {
	h.nodes[i] = t
	h.place[t.id] = int32(i)
}
