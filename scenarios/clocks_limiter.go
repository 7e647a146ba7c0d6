package scenarios

import (
	"fmt"
	"sync"
	"time"

	"github.com/benbjohnson/clock"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// limiter lets one caller through in each interval, and Burst at once where nobody came for long.
type limiter struct {
	Clock clock.Clock
	Every time.Duration
	Burst int

	mu   sync.Mutex
	idle time.Time // when there is room for a whole burst again
}

// wait returns when the caller may go on.
func (l *limiter) wait() {
	l.mu.Lock()
	if now := l.Clock.Now(); l.idle.Before(now) {
		l.idle = now
	}
	l.idle = l.idle.Add(l.Every)
	turn := l.idle.Add(-time.Duration(l.Burst) * l.Every)
	l.mu.Unlock()
	l.Clock.Sleep(l.Clock.Until(turn))
}

// limiterYear: who of the crawlers gets how many pages depends on the order of ready tasks; how many they get does not.
// For a week in spring the site is shut.
func limiterYear(co *aio.Co) error {
	const shut, reopens = 100 * 24 * time.Hour, 107 * 24 * time.Hour
	return onClock(co, func(c clock.Clock) error {
		l := &limiter{Clock: c, Every: 5 * time.Minute, Burst: 4}
		pages, total, begin := map[string]int{}, 0, c.Now()
		crawl := func(name string, takes time.Duration) *aio.Task[aio.None] {
			return aio.Go(co, name, func(*aio.Co) error {
				for {
					l.wait()
					passed := c.Since(begin)
					switch {
					case passed >= year:
						return nil
					case passed >= shut && passed < reopens:
						c.Sleep(reopens - passed)
						continue
					}
					pages[name]++
					total++
					if allowed := int(passed/l.Every) + l.Burst; total > allowed {
						return fmt.Errorf("after %v there were %d pages, more than %d", passed, total, allowed)
					}
					c.Sleep(takes)
				}
			})
		}
		slow, fast, fastest := crawl("slow", 20*time.Minute), crawl("fast", 7*time.Minute), crawl("fastest", time.Minute)
		if _, err := aio.Gather(co, slow, fast, fastest).Await(co); err != nil {
			return err
		}
		co.Printf("%d pages: slow %d, fast %d, fastest %d\n", total, pages["slow"], pages["fast"], pages["fastest"])
		return nil
	})
}
