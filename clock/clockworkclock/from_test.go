package clockworkclock_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/jonboulle/clockwork"

	simclock "github.com/asyncsim/asyncsim/clock"
	"github.com/asyncsim/asyncsim/clock/clockworkclock"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// polling counts ticks on a goroutine of its own until it is told to stop.
func polling(c clockwork.Clock, stop <-chan struct{}) (ticks <-chan int) {
	ticker, told := c.NewTicker(time.Minute), make(chan int, 1)
	go func() {
		defer ticker.Stop()
		for n := 0; ; n++ {
			select {
			case <-ticker.Chan():
			case <-stop:
				told <- n
				return
			}
		}
	}()
	return told
}

// TestFromABubble runs code with goroutines in a bubble, by everything that a clock has.
func TestFromABubble(t *testing.T) {
	simclock.Test(t, func(bubble clock.Clock) error {
		c := clockworkclock.From(bubble)
		begin, stop := c.Now(), make(chan struct{})
		ticks := polling(c, stop)
		ran := make(chan time.Duration, 1)
		c.AfterFunc(90*time.Second, func() { ran <- c.Since(begin) })
		timer := c.NewTimer(time.Hour)
		if !timer.Stop() || timer.Reset(2*time.Minute) {
			t.Error("a timer that waits counts as one that does not, or the reverse")
		}
		if at := <-timer.Chan(); at.Sub(begin) != 2*time.Minute {
			t.Errorf("the timer fired at %v", at)
		}
		<-c.After(time.Minute)
		c.Sleep(30 * time.Second)
		close(stop)
		if n, at := <-ticks, <-ran; n != 3 || at != 90*time.Second || c.Until(begin) != -210*time.Second {
			t.Errorf("%d ticks, the function at %v, it is %v", n, at, c.Since(begin))
		}
		return nil
	})
}

// TestFromABubbleIsExplored, and reports name the timers after who has set them.
func TestFromABubbleIsExplored(t *testing.T) {
	program := simclock.Bubble(t, func(bubble clock.Clock) error {
		c, stop := clockworkclock.From(bubble), make(chan struct{})
		ticks := polling(c, stop)
		c.Sleep(3 * time.Minute)
		close(stop)
		if <-ticks != 3 {
			return errors.New("the last tick was missed")
		}
		return nil
	})
	config := explore.Config{Workers: 1}
	r, err := explore.Run(t.Context(), config, program)
	if err != nil || r.First == nil {
		t.Fatalf("%+v, %v", r, err)
	}
	report, err := explore.Explain(t.Context(), config, r.First, program)
	want := `callback "Sleep in TestFromABubbleIsExplored" runs ahead of callback "ticker in polling"`
	if err != nil || !strings.Contains(report.Text(""), want) {
		t.Errorf("%v, %s", err, report.Text(""))
	}
}
