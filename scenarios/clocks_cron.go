package scenarios

import (
	"fmt"
	"sync"
	"time"

	"github.com/benbjohnson/clock"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// cron runs jobs by the calendar. A job that is due while it still runs is skipped.
type cron struct {
	Clock clock.Clock

	mu      sync.Mutex
	stopped bool
	jobs    []*job
}

type job struct {
	next          func(after time.Time) time.Time // when it is due
	run           func()
	timer         *clock.Timer
	runs, skipped int
	running       bool
}

// add returns a job that is done from now on.
func (c *cron) add(next func(after time.Time) time.Time, run func()) *job {
	j := &job{next: next, run: run}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.jobs = append(c.jobs, j)
	c.set(j)
	return j
}

func (c *cron) set(j *job) {
	j.timer = c.Clock.AfterFunc(c.Clock.Until(j.next(c.Clock.Now())), func() { c.due(j) })
}

func (c *cron) due(j *job) {
	c.mu.Lock()
	if c.stopped {
		c.mu.Unlock()
		return
	}
	c.set(j)
	skip := j.running
	if skip {
		j.skipped++
	} else {
		j.runs++
		j.running = true
	}
	c.mu.Unlock()
	if skip {
		return
	}
	j.run()
	c.mu.Lock()
	j.running = false
	c.mu.Unlock()
}

// stop lets what runs end, and nothing begin.
func (c *cron) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
	for _, j := range c.jobs {
		j.timer.Stop()
	}
}

// hourly is a quarter past each hour.
func hourly(after time.Time) time.Time {
	return after.Add(45 * time.Minute).Truncate(time.Hour).Add(15 * time.Minute)
}

// nightly is half past two.
func nightly(after time.Time) time.Time {
	at := time.Date(after.Year(), after.Month(), after.Day(), 2, 30, 0, 0, after.Location())
	if !at.After(after) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// monthly is eleven in the evening of a month's last day.
func monthly(after time.Time) time.Time {
	at := time.Date(after.Year(), after.Month()+1, 0, 23, 0, 0, 0, after.Location())
	if !at.After(after) {
		at = time.Date(after.Year(), after.Month()+2, 0, 23, 0, 0, 0, after.Location())
	}
	return at
}

// cronYear does the same in every order: no two jobs are due together, and none is when the year ends.
func cronYear(co *aio.Co) error {
	return onClock(co, func(c clock.Clock) error {
		begin, leap := c.Now(), false
		jobs := &cron{Clock: c}
		mail := jobs.add(hourly, func() { // there is much to do on Mondays from nine to ten
			if now := c.Now(); now.Weekday() == time.Monday && now.Hour() == 9 {
				c.Sleep(100 * time.Minute)
			}
		})
		backup := jobs.add(nightly, func() { c.Sleep(time.Hour) })
		report := jobs.add(monthly, func() {
			leap = leap || c.Now().Format("01-02") == "02-29"
		})
		c.Sleep(year)
		jobs.stop()
		if got := c.Since(begin); got != year || !leap {
			return fmt.Errorf("the year took %v; there was a report on February 29: %t", got, leap)
		}
		co.Printf("mail was fetched %d times and skipped %d times, %d backups, %d reports\n",
			mail.runs, mail.skipped, backup.runs, report.runs)
		return nil
	})
}
