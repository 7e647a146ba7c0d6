package sim

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// verify checks the heap: no timer comes before its parent, and what is timed knows its place.
func (h *timerHeap) verify(t *rapid.T) {
	for i := range h.nodes {
		n := &h.nodes[i]
		if i > 0 && n.before(&h.nodes[(i-1)/arity]) {
			t.Fatalf("timer %d (%d, %d) comes before its parent", i, n.when, n.seq)
		}
		if slot := slotOf(n.what); int(slot) != i {
			t.Fatalf("timer %d believes itself at %d", i, slot)
		}
	}
	if tail := h.nodes[len(h.nodes):cap(h.nodes)]; slices.ContainsFunc(tail, func(n timer) bool { return n.what != nil }) {
		t.Fatalf("the heap holds on to a timer that it does not have")
	}
}

func slotOf(it item) int32 {
	if a, ok := it.(*alarm); ok {
		return a.slot
	}
	return it.(*job).slot
}

// TestTimerHeap holds the heap against a slice in the order of insertion, sorted stably by deadline.
func TestTimerHeap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type entry struct {
			when int64
			what item
		}
		many := rapid.IntRange(1, 20) // so that there are several levels
		var heap timerHeap
		var twin []entry
		few := rapid.Int64Range(-2, 2) // so that many deadlines are equal
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				heap.verify(t)
				if len(heap.nodes) != len(twin) {
					t.Fatalf("%d timers, want %d", len(heap.nodes), len(twin))
				}
			},
			"push": func(t *rapid.T) {
				for range many.Draw(t, "n") {
					var what item = &job{slot: noSlot}
					if rapid.Bool().Draw(t, "alarm") {
						what = &alarm{slot: noSlot}
					}
					when := rapid.OneOf(few, few, rapid.Int64()).Draw(t, "when")
					heap.push(when, what)
					at := 0
					for at < len(twin) && twin[at].when <= when {
						at++
					}
					twin = slices.Insert(twin, at, entry{when, what})
				}
			},
			"pop": func(t *rapid.T) {
				if len(twin) == 0 {
					t.Skip("empty")
				}
				if what := heap.pop(); what != twin[0].what || slotOf(what) != noSlot {
					t.Fatalf("popped %v, want %v", what, twin[0])
				}
				twin = twin[1:]
			},
			"cancel": func(t *rapid.T) {
				if len(twin) == 0 {
					t.Skip("empty")
				}
				at := rapid.IntRange(0, len(twin)-1).Draw(t, "at")
				what := twin[at].what
				heap.remove(slotOf(what))
				if slotOf(what) != noSlot {
					t.Fatalf("the removed timer believes itself at %d", slotOf(what))
				}
				twin = slices.Delete(twin, at, at+1)
			},
		})
		for _, e := range twin {
			if what := heap.pop(); what != e.what {
				t.Fatalf("popped %v, want %v", what, e)
			}
		}
	})
}
