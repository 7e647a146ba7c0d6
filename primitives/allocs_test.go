package aio_test

import (
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// allocations are programs that allocate nothing once they are under way. The locks are in allocs_locks_test.go.
var allocations = []struct {
	name string
	// start sets the scene and returns one round.
	start func(co *aio.Co) func()
}{
	{"Sleep(0)", func(co *aio.Co) func() {
		return func() { _ = aio.Sleep(co, 0) }
	}},
	{"Sleep", func(co *aio.Co) func() {
		return func() { _ = aio.Sleep(co, sec) }
	}},
	{"Sleep, beside others", func(co *aio.Co) func() {
		for range 10 {
			aio.Go(co, "", func(co *aio.Co) error {
				for {
					if err := aio.Sleep(co, 700*ms); err != nil {
						return err
					}
				}
			})
		}
		return func() { _ = aio.Sleep(co, sec) }
	}},
	{"queue, without waiting", func(co *aio.Co) func() {
		var q aio.Queue[int]
		return func() {
			_ = q.Put(co, 1)
			_, _ = q.Get(co)
		}
	}},
	{"queue, from a waiting putter to a getter", func(co *aio.Co) func() {
		q := aio.NewQueue[int]("", 1)
		aio.Go(co, "getter", func(co *aio.Co) error {
			for {
				if _, err := q.Get(co); err != nil {
					return err
				}
			}
		})
		return func() { _ = q.Put(co, 1) }
	}},
	{"queue, to a waiting getter", func(co *aio.Co) func() {
		q := aio.NewQueue[int]("q", 0)
		aio.Go(co, "getter", func(co *aio.Co) error {
			for {
				if _, err := q.Get(co); err != nil {
					return err
				}
			}
		})
		return func() {
			_ = q.Put(co, 1)
			_ = aio.Sleep(co, 0)
		}
	}},
	{"event", func(co *aio.Co) func() {
		e := aio.NewEvent("e")
		for range 3 {
			aio.Go(co, "waiter", func(co *aio.Co) error {
				for {
					if err := e.Wait(co); err != nil {
						return err
					}
					e.Clear()
				}
			})
		}
		return func() {
			e.Set()
			_ = aio.Sleep(co, 0)
		}
	}},
	{"await of what is done", func(co *aio.Co) func() {
		f := done(co)
		return func() { _, _ = f.Await(co) }
	}},
	{"context variables that are read", func(co *aio.Co) func() {
		v := aio.NewContextVar("v", "default")
		v.Set(co, "set")
		return func() { _ = v.Get(co) }
	}},
}

// TestNoAllocations: what a simulation does over and over allocates nothing once it is under way.
func TestNoAllocations(t *testing.T) {
	for _, test := range append(allocations, lockAllocations...) {
		t.Run(test.name, func(t *testing.T) {
			err := aio.RunWith(quiet, func(co *aio.Co) error {
				round := test.start(co)
				for range 100 { // until the rings and heaps have their size
					round()
				}
				if n := testing.AllocsPerRun(1000, round); n != 0 {
					t.Errorf("%v allocations a round", n)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
