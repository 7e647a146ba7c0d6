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
		if int(h.place[n.id]) != i || numberOf(h.what[n.id]) != n.id {
			t.Fatalf("timer %d, at %d, is believed at %d and named %d", n.id, i, h.place[n.id], numberOf(h.what[n.id]))
		}
	}
	if used := len(h.nodes) + len(h.free); used != len(h.what) || used != len(h.place) {
		t.Fatalf("%d numbers are used or free, of %d", used, len(h.what))
	}
	for _, id := range h.free {
		if h.what[id] != nil {
			t.Fatalf("the heap holds on to timer %d, which it does not have", id)
		}
	}
}

func numberOf(it item) int32 {
	if a, ok := it.(*alarm); ok {
		return a.timer
	}
	return it.(*job).timer
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
					var what item = &job{timer: noTimer}
					if rapid.Bool().Draw(t, "alarm") {
						what = &alarm{timer: noTimer}
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
				if what := heap.pop(); what != twin[0].what || numberOf(what) != noTimer {
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
				heap.remove(numberOf(what))
				if numberOf(what) != noTimer {
					t.Fatalf("the removed timer still has the number %d", numberOf(what))
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
