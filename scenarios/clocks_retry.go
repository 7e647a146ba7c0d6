package scenarios

import (
	"errors"
	"fmt"
	"time"

	"github.com/benbjohnson/clock"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// retrier calls until a call succeeds. It waits in between, twice as long each time, less a random part of up to a half:
// so clients that have failed together do not all come back together.
type retrier struct {
	Clock       clock.Clock
	First, Most time.Duration           // the waits without the jitter
	Random      func(below int64) int64 // for the jitter
}

// do returns how often it had to call again.
func (r *retrier) do(call func() error) (retries int) {
	for wait := r.First; call() != nil; wait = min(2*wait, r.Most) {
		r.Clock.Sleep(wait - time.Duration(r.Random(int64(wait/2))))
		retries++
	}
	return retries
}

var errMaintenance = errors.New("the server is down for maintenance")

// maintained is a server that is down from two to three on Sundays, and once for two days.
type maintained struct{ clock clock.Clock }

func (s maintained) call() error {
	now := s.clock.Now()
	weekly := now.Weekday() == time.Sunday && now.Hour() == 2
	move := now.Month() == time.July && (now.Day() == 14 || now.Day() == 15)
	if weekly || move {
		return errMaintenance
	}
	return nil
}

// retryYear does the same in every order, up to the jitter: there is only main.
func retryYear(co *aio.Co) error {
	const most = 10 * time.Minute
	return onClock(co, func(c clock.Clock) error {
		server := maintained{c}
		r := &retrier{Clock: c, First: time.Second, Most: most, Random: co.Rand().Int64N}
		calls, failures, longest, begin := 0, 0, time.Duration(0), c.Now()
		for c.Since(begin) < year {
			down := c.Now()
			if retries := r.do(server.call); retries > 0 {
				failures += retries
				longest = max(longest, c.Since(down))
			}
			calls++
			c.Sleep(5 * time.Minute)
		}
		co.Printf("%d calls succeeded, %d failed; the longest wait for one was %v\n", calls, failures, longest)
		if longest < 48*time.Hour-5*time.Minute || longest > 48*time.Hour+most {
			return fmt.Errorf("after two days without the server, the next call succeeded after %v", longest)
		}
		return nil
	})
}
