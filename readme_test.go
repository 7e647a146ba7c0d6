package asyncsim_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	benbjohnson "github.com/benbjohnson/clock"
	"go.uber.org/ratelimit"

	"github.com/asyncsim/asyncsim/clock"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
	"github.com/asyncsim/asyncsim/sim/simtest"
)

// The programs of README.md. TestREADMEIsTrue compares them.

func Example() {
	errBoom := errors.New("boom")
	err := aio.Run(func(co *aio.Co) error {
		shorter := aio.Go(co, "shorter", func(co *aio.Co) error {
			if err := aio.Sleep(co, 100*time.Millisecond); err != nil {
				return err
			}
			return errBoom
		})
		longer := aio.Go(co, "longer", func(co *aio.Co) error {
			return aio.Sleep(co, time.Hour)
		})
		if _, err := longer.Await(co); err != nil {
			return err
		}
		co.Printf("at %v: shorter ended with %v\n", co.Now(), shorter.Exception())
		return nil
	})
	fmt.Println(err)
	// Output:
	// at 1h0m0s: shorter ended with boom
	// <nil>
}

func TestQueueIsFair(t *testing.T) {
	simtest.Run(t, func(co *aio.Co) error {
		jobs := aio.NewQueue[int]("jobs", 0)
		var served []string
		return aio.TaskGroup(co, func(g *aio.Group) error {
			for _, name := range []string{"a", "b"} {
				_, err := g.Go(name, func(co *aio.Co) error {
					for range 2 {
						if _, err := jobs.Get(co); err != nil {
							return err
						}
						served = append(served, name)
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			for job := range 4 {
				if err := aio.Sleep(co, time.Minute); err != nil {
					return err
				}
				if err := jobs.Put(co, job); err != nil {
					return err
				}
			}
			if err := aio.Sleep(co, 0); err != nil {
				return err
			}
			if got := fmt.Sprint(served); got != "[a b a b]" {
				return fmt.Errorf("served %s", got)
			}
			return nil
		})
	})
}

func TestRetry(t *testing.T) {
	simtest.Golden(t, "testdata/readme/retry.txt", func(co *aio.Co) error {
		for attempt := time.Duration(1); ; attempt++ {
			err := aio.Timeout(co, 4*time.Second, func(*aio.TimeoutScope) error {
				return aio.Sleep(co, 9*time.Second/attempt) // a server that gets faster
			})
			if !errors.Is(err, aio.ErrTimeout) {
				return err
			}
			if err := aio.Sleep(co, attempt*time.Second); err != nil {
				return err
			}
		}
	})
}

func TestDeposits(t *testing.T) {
	simtest.Explore(t, func(co *aio.Co) error {
		balance := 0
		deposit := func(co *aio.Co) error {
			read := balance
			if err := aio.Sleep(co, 0); err != nil { // anything may happen here
				return err
			}
			balance = read + 1
			return nil
		}
		a := aio.Go(co, "a", deposit)
		if _, err := a.Await(co); err != nil {
			return err
		}
		b := aio.Go(co, "b", deposit)
		if _, err := b.Await(co); err != nil {
			return err
		}
		if balance != 2 {
			return errors.New("an update was lost")
		}
		return nil
	})
}

func TestNoConnectionIsLeft(t *testing.T) {
	config := explore.Config{Slack: time.Millisecond, Cancel: true}
	simtest.ExploreWith(t, config, func(co *aio.Co) error {
		open := 0
		request := aio.Go(co, "request", func(co *aio.Co) error {
			open++
			defer func() { open-- }() // however the task ends
			return aio.Sleep(co, time.Second)
		})
		_, err := aio.WaitFor(co, request, time.Second+time.Millisecond)
		if open != 0 {
			return errors.New("a connection was left open")
		}
		if errors.Is(err, aio.ErrTimeout) { // it may be: the loop was late
			return nil
		}
		return err
	})
}

func TestAYearOfRequests(t *testing.T) {
	simtest.Run(t, func(co *aio.Co) error {
		c, err := clock.New(co)
		if err != nil {
			return err
		}
		limiter := ratelimit.New(1, ratelimit.Per(time.Hour), ratelimit.WithoutSlack, ratelimit.WithClock(c))
		for range 365*24 + 1 { // the first does not wait
			limiter.Take()
		}
		if got := co.Now(); got != 365*24*time.Hour {
			return fmt.Errorf("they took %v", got)
		}
		return nil
	})
}

func TestRefresh(t *testing.T) {
	simtest.Explore(t, clock.Bubble(t, func(c benbjohnson.Clock) error {
		fresh := make(chan string, 2)
		c.AfterFunc(time.Minute, func() { fresh <- "refreshed" })
		c.AfterFunc(time.Minute, func() { fresh <- "expired" })
		c.Sleep(time.Hour)
		if first, second := <-fresh, <-fresh; first == second {
			return errors.New("one of them came twice")
		}
		return nil
	}))
}

func TestAnHourOfTheMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, begin := clock.Real(), time.Now() // in production both are the machine's
		err := aio.RunWith(aio.Config{Speed: 1}, func(co *aio.Co) error {
			_, err := aio.ToThread(co, "existing code", func() (int, error) {
				c.Sleep(time.Hour)
				return 0, nil
			})
			return err
		})
		if took := time.Since(begin); err != nil || took != time.Hour {
			t.Errorf("it took %v, %v", took, err)
		}
	})
}
