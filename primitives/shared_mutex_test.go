package aio_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// randomly chooses by a seed.
func randomly(seed uint64) sim.Chooser {
	random := rand.New(rand.NewPCG(seed, 1))
	return func(c *sim.Choice) int { return random.IntN(c.N) }
}

// TestMutexExcludes: whatever the order, and whoever is cancelled meanwhile, one task at a time holds the mutex, and nobody
// waits for ever.
func TestMutexExcludes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tasks, rounds := rapid.IntRange(1, 6).Draw(t, "tasks"), rapid.IntRange(1, 4).Draw(t, "rounds")
		victim := rapid.IntRange(-1, tasks-1).Draw(t, "victim")
		config := aio.Config{}
		if seed := rapid.Uint64Range(0, 50).Draw(t, "seed"); seed > 0 {
			config.Choose = randomly(seed)
		}
		err := aio.RunWith(config, func(co *aio.Co) error {
			m, holders, entered := aio.NewMutex("m"), 0, 0
			var shared aio.Shared[int]
			var all []*aio.Task[aio.None]
			for i := range tasks {
				all = append(all, aio.Go(co, fmt.Sprint(i), func(co *aio.Co) error {
					for range rounds {
						err := m.With(co, func() error {
							if holders++; holders > 1 {
								return errors.New("two hold it")
							}
							shared.Store(co, i)
							entered++
							err := aio.Sleep(co, time.Second)
							holders--
							return err
						})
						if err != nil {
							return err
						}
					}
					return nil
				}))
			}
			if victim >= 0 {
				if err := aio.Sleep(co, 1500*time.Millisecond); err != nil {
					return err
				}
				all[victim].Cancel()
			}
			left := tasks * rounds
			for i, task := range all {
				if _, err := task.Await(co); err != nil && (i != victim || !errors.Is(err, aio.ErrCancelled)) {
					return err
				}
			}
			if victim < 0 && entered != left {
				return fmt.Errorf("entered %d times, not %d", entered, left)
			}
			return m.Lock(co)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestMutexIsGivenToAnyone who waits: every one of three waiters can be the next.
func TestMutexIsGivenToAnyone(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(200) {
		order := ""
		err := aio.RunWith(aio.Config{Choose: randomly(seed)}, func(co *aio.Co) error {
			var m aio.Mutex
			if err := m.Lock(co); err != nil {
				return err
			}
			var all []*aio.Task[aio.None]
			for _, name := range []string{"a", "b", "c"} {
				all = append(all, aio.Go(co, name, func(co *aio.Co) error {
					return m.With(co, func() error { order += name; return nil })
				}))
			}
			if err := aio.Sleep(co, time.Second); err != nil {
				return err
			}
			if err := m.Unlock(co); err != nil {
				return err
			}
			_, err := aio.Gather(co, all[0], all[1], all[2]).Await(co)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		seen[order]++
	}
	for _, order := range []string{"abc", "acb", "bac", "bca", "cab", "cba"} {
		if seen[order] < 10 {
			t.Errorf("%s came %d times in 200", order, seen[order])
		}
	}
}

// TestMutexOperationsAreSteps: each is one, also of those who had to wait.
func TestMutexOperationsAreSteps(t *testing.T) {
	const tasks, rounds = 5, 3
	for seed := range uint64(50) {
		var switches []string
		config := aio.Config{Choose: randomly(seed), Observe: func(task uint32, op sim.Op) {
			if op.Object != 0 {
				switches = append(switches, fmt.Sprint(task))
			}
		}}
		err := aio.RunWith(config, func(co *aio.Co) error {
			var m aio.Mutex
			var all []aio.AwaitableOf[aio.None]
			for i := range tasks {
				all = append(all, aio.Go(co, fmt.Sprint(i), func(co *aio.Co) error {
					for range rounds {
						if err := m.With(co, func() error { return nil }); err != nil {
							return err
						}
					}
					return nil
				}))
			}
			_, err := aio.Gather(co, all...).Await(co)
			return err
		})
		if err != nil || len(switches) != 2*tasks*rounds {
			t.Fatalf("seed %d: %v, %d operations %v, want %d", seed, err, len(switches), switches, 2*tasks*rounds)
		}
	}
}

// TestMutexWithoutExploration serves its tasks in the order in which they came, and tells what it is waited for.
func TestMutexWithoutExploration(t *testing.T) {
	var order []string
	m := aio.NewMutex("m")
	err := aio.Run(func(co *aio.Co) error {
		for _, name := range []string{"a", "b", "c"} {
			aio.Go(co, name, func(co *aio.Co) error {
				for range 2 {
					if err := m.Lock(co); err != nil {
						return err
					}
					order = append(order, name)
					if err := aio.Sleep(co, time.Second); err != nil {
						return err
					}
					if err := m.Unlock(co); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := aio.Sleep(co, time.Minute); err != nil {
			return err
		}
		if err := m.Lock(co); err != nil {
			return err
		}
		return m.Lock(co)
	})
	if want := []string{"a", "a", "b", "b", "c", "c"}; !slices.Equal(order, want) {
		t.Errorf("the order is %v, want %v: who does not suspend goes on", order, want)
	}
	if err == nil || !strings.Contains(err.Error(), `mutex "m"`) {
		t.Errorf("the deadlock is told as %v", err)
	}
}

func TestMutexMisuse(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		var m aio.Mutex
		if err := m.Unlock(co); err == nil || !strings.Contains(err.Error(), "the mutex is not held") {
			t.Errorf("unlocked twice: %v", err)
		}
		if err := m.With(co, nil); !errors.Is(err, sim.ErrNilFunction) {
			t.Errorf("with nothing: %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = m.With(co, func() error { panic("x") })
		}()
		if err := m.Lock(co); err != nil { // the panic gave it back
			return err
		}
		waiting := aio.Go(co, "waiting", m.Lock)
		early := aio.Go(co, "early", func(co *aio.Co) error {
			aio.CurrentTask(co).(*aio.Task[aio.None]).Cancel()
			return m.Lock(co)
		})
		if err := aio.Sleep(co, time.Second); err != nil {
			return err
		}
		waiting.Cancel()
		for _, task := range []*aio.Task[aio.None]{waiting, early} {
			if _, err := task.Await(co); !errors.Is(err, aio.ErrCancelled) {
				t.Errorf("cancelled, it ends with %v", err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
