package scenarios

import (
	"time"

	benbjohnson "github.com/benbjohnson/clock"

	"github.com/asyncsim/asyncsim/clock"
	aio "github.com/asyncsim/asyncsim/primitives"
)

// The programs clock/... have two parts: code as it stands in production, which has a clock in a field, waits with that,
// guards its data with a sync.Mutex and knows nothing of asyncsim; and a scenario that gives it the clock of a loop and a
// year to live through, the leap year 2000.
//
// clocks is a constant in all but name: nothing changes it.
var clocks = [...]Scenario{
	{Name: "clock/cache", Intent: "an entry of a cache is refreshed at the instant at which it expires", New: cacheYear, Buggy: true,
		Params: []Param{{Name: "days", Default: 366, Min: 1}, {Name: "fixed"}}},
	{Name: "clock/cron", Intent: "jobs run by the calendar for a year, and not while they still run", Main: cronYear},
	{Name: "clock/rate_limiter", Intent: "three crawlers share a limit for a year", Main: limiterYear},
	{Name: "clock/retry", Intent: "a client backs off, with jitter, from a server that is down at times for a year",
		Main: retryYear},
}

// year is how long the year 2000 was.
const year = 366 * 24 * time.Hour

// onClock runs what has a clock on the time of the loop.
func onClock(co *aio.Co, body func(c benbjohnson.Clock) error) error {
	c, err := clock.New(co)
	if err != nil {
		return err
	}
	return body(c)
}
