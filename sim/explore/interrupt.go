package explore

import (
	"runtime"
	"time"
)

// A search that is cancelled, or whose time is up, waits neither for a schedule that is long nor for one that is
// endless. What has not ended by itself soon ends where it next makes a choice or a step of a task: as by
// runtime.Goexit, which no program recovers from. It does not count. A step that goes on for ever is given up, as one
// that blocks is.

// farewell is after how long the schedules that still run are given up: that is enough to find out whether they are
// blocked, for which the watchdog takes its patience and a half.
const farewell = standstill + 2*patience

// interrupt is called at every tick of a search that is over, and returns how many workers are lost from now on.
func (s *search) interrupt(now time.Time) (lost int) {
	if s.over.IsZero() {
		s.over = now
		return 0
	}
	giveUp := now.Sub(s.over) > farewell
	for _, w := range s.workers {
		w.stop.Store(true)
		if at := w.at.Load(); giveUp && at > 0 && w.at.CompareAndSwap(at, givenUp) {
			lost++
		}
	}
	if giveUp {
		s.watchman.probing = 0
	}
	return lost
}

// interrupt ends the schedule that runs.
func (w *worker) interrupt() {
	w.interrupted = true
	runtime.Goexit()
}
