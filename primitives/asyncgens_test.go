package aio_test

import (
	"errors"
	"iter"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// ticks yields 1, 2 and so on, a second after each other. It prints when it is closed, after a cleanup of a second.
func ticks(co *aio.Co) iter.Seq2[int, error] {
	return aio.Generate(co, func(yield func(int) bool) error {
		defer func() {
			co.Printf("%s closes ticks\n", name(co))
			err := aio.Sleep(co, sec)
			co.Printf("ticks is closed: %v\n", err)
		}()
		for i := 1; ; i++ {
			if err := aio.Sleep(co, sec); err != nil {
				return err
			}
			if !yield(i) {
				return nil
			}
		}
	})
}

// A loop over a generator that does not suspend takes no turn, and every value runs in the task of the loop.
func TestLOP_18_GeneratorTakesNoTurn(t *testing.T) {
	checkTurns(t, `
		0s +0 main yields 0
		0s +0 main gets 0
		0s +0 main yields 1
		0s +0 main gets 1
		0s +0 main is through
		0s +0 over`, func(co *aio.Co, log *turnLog) {
		source := aio.Generate(co, func(yield func(int) bool) error {
			for i := range 2 {
				log.add("%s yields %d", name(co), i)
				if !yield(i) {
					return nil
				}
			}
			log.add("%s is through", name(co))
			return nil
		})
		for i, err := range source {
			if err != nil {
				t.Error(err)
			}
			log.add("%s gets %d", name(co), i)
		}
		log.add("over")
	})
}

func TestLOP_18_GeneratorRunsAnewForEachLoop(t *testing.T) {
	checkBody(t, `
		1s got 1
		1s main closes ticks
		2s ticks is closed: <nil>
		3s got 1
		3s main closes ticks
		4s ticks is closed: <nil>`, func(co *aio.Co) {
		source := ticks(co)
		for range 2 {
			for i := range source {
				co.Printf("got %d\n", i)
				break
			}
		}
	})
}

func TestLOP_18_GeneratorSharesTheContext(t *testing.T) {
	checkBody(t, `
		0s 1 2
		0s 3`, func(co *aio.Co) {
		v := aio.NewContextVar("v", 0)
		for i := range aio.Generate(co, func(yield func(int) bool) error {
			v.Set(co, 1)
			if yield(v.Get(co)) {
				co.Printf("%d\n", v.Get(co))
			}
			return nil
		}) {
			v.Set(co, v.Get(co)+1)
			co.Printf("%d %d\n", i, v.Get(co))
			v.Set(co, 3)
		}
	})
}

// However a loop is left, the generator is closed before the task goes on.
func TestLOP_18_GeneratorIsClosed(t *testing.T) {
	for _, test := range []struct {
		name, want string
		loop       func(co *aio.Co) error
	}{
		{"break", `
			2s main closes ticks
			3s ticks is closed: <nil>
			3s after the loop
			main: <nil>`, func(co *aio.Co) error {
			for i := range ticks(co) {
				if i == 2 {
					break
				}
			}
			co.Printf("after the loop\n")
			return nil
		}},
		{"an error that is returned", `
			1s main closes ticks
			2s ticks is closed: <nil>
			main: boom`, func(co *aio.Co) error {
			for range ticks(co) {
				return errBoom
			}
			return nil
		}},
		{"a panic that is recovered", `
			1s main closes ticks
			2s ticks is closed: <nil>
			2s recovered ouch
			main: <nil>`, func(co *aio.Co) error {
			defer func() { co.Printf("recovered %v\n", recover()) }()
			for range ticks(co) {
				panic("ouch")
			}
			return nil
		}},
		{"cancellation in the generator", `
			2.5s t closes ticks
			3.5s ticks is closed: <nil>
			3.5s got 0, cancelled: stop
			main: cancelled: stop`, cancelledAfter(2500*ms, func(co *aio.Co) error {
			for i, err := range ticks(co) {
				if err != nil {
					co.Printf("got %d, %v\n", i, err)
					return err
				}
			}
			return nil
		})},
		{"cancellation in the body of the loop", `
			2.5s t closes ticks
			3.5s ticks is closed: <nil>
			main: cancelled: stop`, cancelledAfter(2500*ms, func(co *aio.Co) error {
			for range ticks(co) {
				if err := aio.Sleep(co, 9*sec); err != nil {
					return err
				}
			}
			return nil
		})},
		{"a timeout in the generator", `
			3.5s main closes ticks
			4.5s ticks is closed: <nil>
			main: timeout in task "main" timed out at 4.5s`, func(co *aio.Co) error {
			return aio.Timeout(co, 3500*ms, func(*aio.TimeoutScope) error {
				for _, err := range ticks(co) {
					if err != nil {
						return err
					}
				}
				return nil
			})
		}},
	} {
		t.Run(test.name, func(t *testing.T) { check(t, test.want, test.loop) })
	}
}

// cancelledAfter returns a main function that runs fn as a task t and cancels it.
func cancelledAfter(d time.Duration, fn func(co *aio.Co) error) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		t := aio.Go(co, "t", fn)
		_ = aio.Sleep(co, d)
		t.Cancel("stop")
		_, err := t.Await(co)
		return err
	}
}

// closing yields once, and then returns what end returns.
func closing(co *aio.Co, end func() error) iter.Seq2[int, error] {
	return aio.Generate(co, func(yield func(int) bool) error {
		yield(1)
		return end()
	})
}

func TestLOP_18_GeneratorFails(t *testing.T) {
	check(t, `
		0s 1 <nil>
		0s 0 boom
		main: <nil>`, func(co *aio.Co) error {
		for i, err := range closing(co, func() error { return errBoom }) {
			co.Printf("%d %v\n", i, err)
		}
		return nil
	})
}

func TestLOP_18_GeneratorFailsAsItIsClosed(t *testing.T) {
	check(t, `
		! at 0s: an error occurred during closing of an asynchronous generator: task "main": boom
		0s goes on
		main: <nil>`, func(co *aio.Co) error {
		for range closing(co, func() error { return errBoom }) {
			break
		}
		co.Printf("goes on\n")
		return aio.Sleep(co, sec)
	})
}

// A cancellation that comes as a generator is closed is not lost: it is delivered when the task suspends next.
func TestLOP_18_GeneratorIsCancelledAsItIsClosed(t *testing.T) {
	check(t, `
		500ms goes on, cancelling 1
		500ms cancelled: stop
		main: cancelled: stop`, cancelledAfter(500*ms, func(co *aio.Co) error {
		for range closing(co, func() error { return aio.Sleep(co, sec) }) {
			break
		}
		co.Printf("goes on, cancelling %d\n", aio.CurrentTask(co).(*aio.Task[aio.None]).Cancelling())
		err := aio.Sleep(co, sec)
		co.Printf("%v\n", err)
		return err
	}))
	check(t, `
		main: cancelled`, func(co *aio.Co) error {
		for range closing(co, func() error { return aio.ErrCancelled }) {
			break
		}
		return aio.Sleep(co, sec)
	})
	check(t, `
		main: timeout in task "main" timed out at 500ms`, func(co *aio.Co) error {
		return aio.Timeout(co, 500*ms, func(*aio.TimeoutScope) error {
			for range closing(co, func() error { return aio.Sleep(co, sec) }) {
				break
			}
			return aio.Sleep(co, sec)
		})
	})
}

func TestLOP_18_GeneratorMisused(t *testing.T) {
	for _, test := range []struct {
		name string
		want error
		main func(co *aio.Co)
	}{
		{"it goes on although the loop was left", nil, func(co *aio.Co) {
			for range aio.Generate(co, func(yield func(int) bool) error {
				for yield(1) || true {
				}
				return nil
			}) {
				break
			}
		}},
		{"another task's co", sim.ErrForeignCo, func(co *aio.Co) {
			source := ticks(co)
			aio.Go(co, "other", func(*aio.Co) error {
				for range source {
				}
				return nil
			})
			_ = aio.Sleep(co, sec)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := aio.Run(func(co *aio.Co) error { test.main(co); return nil })
			var panicked *sim.PanicError
			if !errors.As(err, &panicked) || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
