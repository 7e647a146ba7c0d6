package aio_test

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func ExampleNewPriorityQueue() {
	patients := aio.NewPriorityQueue("patients", 0, func(a, b int) bool { return a < b })
	for _, urgency := range []int{3, 1, 2} {
		_ = patients.PutNowait(urgency)
	}
	_ = aio.Run(func(co *aio.Co) error {
		for !patients.Empty() {
			urgency, err := patients.Get(co)
			if err != nil {
				return err
			}
			co.Printf("urgency %d\n", urgency)
		}
		return nil
	})
	// Output:
	// urgency 1
	// urgency 2
	// urgency 3
}

func ExampleNewLIFOQueue() {
	plates := aio.NewLIFOQueue[string]("plates", 0)
	_ = aio.Run(func(co *aio.Co) error {
		for _, plate := range []string{"bottom", "top"} {
			if err := plates.Put(co, plate); err != nil {
				return err
			}
		}
		plate, err := plates.Get(co)
		co.Printf("%s\n", plate)
		return err
	})
	// Output: top
}

// drain takes what is in the queue.
func drain[T any](q *aio.Queue[T]) (all []T) {
	for !q.Empty() {
		item, _ := q.GetNowait()
		all = append(all, item)
	}
	return all
}

// TestQueueOrder is QUE-19.
func TestQueueOrder(t *testing.T) {
	less := func(a, b int) bool { return a < b }
	for _, test := range []struct {
		name string
		q    *aio.Queue[int]
		want []int
	}{
		{"QUE-19 priority", aio.NewPriorityQueue("q", 0, less), []int{1, 1, 2, 3, 4, 5, 6, 9}},
		{"QUE-19 last in, first out", aio.NewLIFOQueue[int]("q", 0), []int{6, 2, 9, 5, 1, 4, 1, 3}},
		{"QUE-03 first in, first out", aio.NewQueue[int]("q", 0), []int{3, 1, 4, 1, 5, 9, 2, 6}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for range 2 { // emptied, a queue can be used again
				for _, item := range []int{3, 1, 4, 1, 5, 9, 2, 6} {
					if err := test.q.PutNowait(item); err != nil {
						t.Fatal(err)
					}
				}
				if got := drain(test.q); !slices.Equal(got, test.want) {
					t.Errorf("%v, want %v", got, test.want)
				}
			}
		})
	}
}

// TestPriorityQueueTies: the order of equal items is that of heapq, which is neither first nor last in, first out.
func TestPriorityQueueTies(t *testing.T) {
	q := aio.NewPriorityQueue("q", 0, func(a, b int) bool { return false })
	for i := range 8 {
		_ = q.PutNowait(i)
	}
	if got, want := drain(q), []int{0, 2, 6, 5, 7, 4, 1, 3}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestPriorityQueueProperty compares a priority queue with a sorted slice, under puts and gets in any order.
func TestPriorityQueueProperty(t *testing.T) {
	type item struct{ rank, id int }
	rapid.Check(t, func(t *rapid.T) {
		q := aio.NewPriorityQueue("q", 0, func(a, b item) bool { return a.rank < b.rank })
		var twin []item // by rank
		for id, rank := range rapid.SliceOf(rapid.IntRange(-4, 8)).Draw(t, "ranks; a negative one gets") {
			if rank >= 0 {
				_ = q.PutNowait(item{rank, id})
				at, _ := slices.BinarySearchFunc(twin, rank, func(i item, rank int) int { return cmp.Compare(i.rank, rank) })
				twin = slices.Insert(twin, at, item{rank, id})
			} else if len(twin) > 0 {
				got, err := q.GetNowait()
				at := slices.Index(twin, got)
				if err != nil || at < 0 || got.rank != twin[0].rank {
					t.Fatalf("got %v, %v of %v", got, err, twin)
				}
				twin = slices.Delete(twin, at, at+1)
			}
			if q.Len() != len(twin) {
				t.Fatalf("len %d of %v", q.Len(), twin)
			}
		}
	})
}
