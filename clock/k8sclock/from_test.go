package k8sclock_test

import (
	"testing"
	"time"

	benbjohnson "github.com/benbjohnson/clock"

	simclock "github.com/asyncsim/asyncsim/clock"
	"github.com/asyncsim/asyncsim/clock/k8sclock"
)

// TestFromABubble runs code with goroutines in a bubble, by everything that a clock has.
func TestFromABubble(t *testing.T) {
	simclock.Test(t, func(bubble benbjohnson.Clock) error {
		c := k8sclock.From(bubble)
		begin, ran, ticks := c.Now(), make(chan time.Duration, 1), make(chan int, 1)
		ticker := c.NewTicker(time.Minute)
		go func() {
			for range 3 {
				<-ticker.C()
			}
			ticker.Stop()
			ticks <- 3
		}()
		c.AfterFunc(90*time.Second, func() { ran <- c.Since(begin) })
		timer := c.NewTimer(time.Hour)
		if !timer.Stop() || timer.Reset(2*time.Minute) {
			t.Error("a timer that waits counts as one that does not, or the reverse")
		}
		if at := <-timer.C(); at.Sub(begin) != 2*time.Minute {
			t.Errorf("the timer fired at %v", at)
		}
		<-c.After(30 * time.Second)
		<-c.Tick(30 * time.Second)
		if c.Tick(0) != nil {
			t.Error("there are ticks of no time")
		}
		c.Sleep(time.Second)
		if n, at := <-ticks, <-ran; n != 3 || at != 90*time.Second || c.Since(begin) != 181*time.Second {
			t.Errorf("%d ticks, the function at %v, it is %v", n, at, c.Since(begin))
		}
		return nil
	})
}
