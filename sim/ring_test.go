package sim_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/asyncsim/asyncsim/sim"
)

// TestRing holds the ring against a slice.
func TestRing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var ring sim.Ring[int]
		var twin []int
		next := 0
		push := func(*rapid.T) {
			next++
			ring.Push(next)
			twin = append(twin, next)
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				want(t, "the length", ring.Len(), len(twin))
				for i, x := range twin {
					if got := ring.At(i); got != x {
						t.Fatalf("At(%d) = %d, want %d", i, got, x)
					}
				}
			},
			"push": push,
			"push many": func(t *rapid.T) { // the ring grows at 16, wherever its head stands
				for range rapid.IntRange(2, 20).Draw(t, "n") {
					push(t)
				}
			},
			"pop": func(t *rapid.T) {
				if len(twin) == 0 {
					t.Skip("empty")
				}
				want(t, "the oldest", ring.Pop(), twin[0])
				twin = twin[1:]
			},
			"take": func(t *rapid.T) {
				if len(twin) == 0 {
					t.Skip("empty")
				}
				i := rapid.IntRange(0, len(twin)-1).Draw(t, "i")
				want(t, "what was taken", ring.Take(i), twin[i])
				twin = append(twin[:i:i], twin[i+1:]...)
			},
		})
	})
}

func TestRingAllocatesOnlyToGrow(t *testing.T) {
	var ring sim.Ring[int]
	for i := range 100 {
		ring.Push(i)
	}
	allocs := testing.AllocsPerRun(1000, func() {
		ring.Push(ring.Pop())
		ring.Push(ring.Take(50))
	})
	want(t, "allocations", allocs, 0)
}

// TestRingLetsGo looks for elements that the ring has given out and still holds.
func TestRingLetsGo(t *testing.T) {
	var ring sim.Ring[*int]
	for range 10 {
		ring.Push(new(int))
	}
	for i := range 5 {
		ring.Pop()
		ring.Take(i % ring.Len())
	}
	for i := range 16 { // all places, also those outside of its length
		if ring.At(i) != nil {
			t.Errorf("place %d is still held", i)
		}
	}
}
