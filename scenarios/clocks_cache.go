package scenarios

import (
	"fmt"
	"sync"
	"time"

	"github.com/benbjohnson/clock"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// cache forgets an entry some time after it was put.
type cache struct {
	Clock clock.Clock
	TTL   time.Duration
	fixed bool // without the bug of put

	mu      sync.Mutex
	entries map[string]*entry
}

type entry struct {
	value  string
	expiry *clock.Timer
}

// put has a bug: Stop returns false where the timer has fired and its function has yet to begin, which then deletes what
// was put instead. The function must look whether the entry is still its own.
func (c *cache) put(key, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.entries[key]; old != nil {
		old.expiry.Stop()
	}
	e := &entry{value: value}
	e.expiry = c.Clock.AfterFunc(c.TTL, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.fixed || c.entries[key] == e {
			delete(c.entries, key)
		}
	})
	c.entries[key] = e
}

func (c *cache) get(key string) (value string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.entries[key]; e != nil {
		return e.value, true
	}
	return "", false
}

// cacheYear: the day's rates are valid for a day, and put anew each day. In asyncio's order those of yesterday expire
// before those of today are put, because that timer was set first. Where both timers have fired and the function that
// puts runs first, the other one deletes the new rates, and that day has none.
func cacheYear(args Args) func(co *aio.Co) error {
	const day = 24 * time.Hour
	days := args["days"]
	return func(co *aio.Co) error {
		return onClock(co, func(c clock.Clock) error {
			rates := &cache{Clock: c, TTL: day, entries: map[string]*entry{}, fixed: args["fixed"] > 0}
			var publish func()
			publish = func() {
				rates.put("rates", c.Now().Format(time.DateOnly))
				c.AfterFunc(day, publish)
			}
			publish()
			c.Sleep(day / 2)
			for range days {
				today := c.Now().Format(time.DateOnly)
				if got, ok := rates.get("rates"); !ok || got != today {
					return fmt.Errorf("at noon of %s the rates are %q", today, got)
				}
				c.Sleep(day)
			}
			co.Printf("there were rates on each of %d days\n", days)
			return nil
		})
	}
}
