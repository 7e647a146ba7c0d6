package sim_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// A step that is seen blocked once, and then somewhere else, is getting on. These steps take many periods of the
// watchdog without an end of a turn.

func TestManySystemCallsAreNotBlocked(t *testing.T) {
	leavesNoGoroutine(t)
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	l := open(t, sim.Config{Watchdog: 200 * time.Millisecond}) // long, because the machine may be loaded
	l.CallSoon("writes", func() {
		for begin := time.Now(); time.Since(begin) < 900*time.Millisecond; {
			for i := range 100 {
				if _, err := file.WriteAt(make([]byte, 1<<10), int64(i)); err != nil {
					t.Error(err)
				}
			}
			busy(time.Millisecond) // so that no two looks find it in the same place
		}
		l.Stop()
	})
	want(t, "the end", l.Run(), error(nil))
}

func busy(d time.Duration) {
	for begin := time.Now(); time.Since(begin) < d; {
	}
}

func TestLoopInALoopIsNotBlocked(t *testing.T) {
	leavesNoGoroutine(t)
	outer := open(t, sim.Config{Watchdog: 20 * time.Millisecond})
	outer.CallSoon("run another", func() {
		inner := open(t, sim.Config{})
		left := 100
		var tick func()
		tick = func() {
			busy(2 * time.Millisecond)
			if left--; left == 0 {
				inner.Stop()
				return
			}
			inner.CallSoon("tick", tick)
		}
		inner.CallSoon("tick", tick)
		want(t, "the end of the inner loop", inner.Run(), error(nil))
		outer.Stop()
	})
	want(t, "the end of the outer loop", outer.Run(), error(nil))
}
