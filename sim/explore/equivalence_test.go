package explore_test

import (
	"fmt"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// TestTracesAreCounted: programs whose number of traces is known, from closed forms or the literature on partial order
// reduction, have that number of distinct runs.
func TestTracesAreCounted(t *testing.T) {
	atomically := func(m *aio.Mutex, body program) program {
		return func(co *aio.Co) error { return m.With(co, func() error { return body(co) }) }
	}
	for _, test := range []struct {
		name    string
		want    int
		program program
	}{
		{"readers 2", 1 << 2, readers(2)},
		{"readers 5", 1 << 5, readers(5)},
		{"lastzero 2", 5, lastZero(2)},
		{"lastzero 3", 12, lastZero(3)},
		{"counter 2", 4, counter(2)},
		{"counter 3", 36, counter(3)},
		{"atomic increments 4", 24, func(co *aio.Co) error {
			var x aio.Shared[int]
			return together(co, times(4, func(co *aio.Co) error { aio.Add(co, &x, 1); return nil })...)
		}},
		{"increments under a mutex 3", 6, func(co *aio.Co) error {
			var m aio.Mutex
			var x aio.Shared[int]
			return together(co, times(3, atomically(&m, func(co *aio.Co) error { x.Store(co, x.Load(co)+1); return nil }))...)
		}},
		{"reorder_3", 56, reorder(2, 1)},
		{"philosophers 2", 3, philosophers(2)},
		{"philosophers 3", 7, philosophers(3)},
	} {
		r := search(t, explore.Config{Strategy: explore.Exhaustive, Schedules: 200_000, All: true}, test.program)
		if r.Stopped != explore.Exhausted || r.Distinct != test.want {
			t.Errorf("%s: %s, %d traces in %d orders, want %d", test.name, r.Stopped, r.Distinct, r.Schedules, test.want)
		}
	}
}

// readers is one writer and n readers of a variable.
func readers(n int) program {
	return func(co *aio.Co) error {
		var x aio.Shared[int]
		return together(co, append(times(n, func(co *aio.Co) error { x.Load(co); return nil }),
			func(co *aio.Co) error { x.Store(co, 1); return nil })...)
	}
}

// lastZero has one task that looks for a zero from the end of an array, and n that write to it.
func lastZero(n int) program {
	return func(co *aio.Co) error {
		a := make([]aio.Shared[int], n+1)
		bodies := []program{func(co *aio.Co) error {
			for i := n; a[i].Load(co) != 0; i-- {
			}
			return nil
		}}
		for i := range n {
			bodies = append(bodies, func(co *aio.Co) error {
				a[i+1].Store(co, a[i].Load(co)+1)
				return nil
			})
		}
		return together(co, bodies...)
	}
}

// counter has n tasks that read a variable and write it.
func counter(n int) program {
	return func(co *aio.Co) error {
		var x aio.Shared[int]
		return together(co, times(n, func(co *aio.Co) error { x.Store(co, x.Load(co)+1); return nil })...)
	}
}

// philosophers take the fork on their left and then the one on their right, once: one trace is a deadlock.
func philosophers(n int) program {
	return func(co *aio.Co) error {
		forks := make([]aio.Mutex, n)
		var bodies []program
		for i := range n {
			bodies = append(bodies, func(co *aio.Co) error {
				return forks[i].With(co, func() error {
					return forks[(i+1)%n].With(co, func() error { return nil })
				})
			})
		}
		if err := together(co, bodies...); err != nil {
			return fmt.Errorf("philosophers: %w", err)
		}
		return nil
	}
}
