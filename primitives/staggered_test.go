package aio_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// The journals of these tests were printed by the same programs on CPython 3.14.2: the virtual time, the turns of the
// loop since main began, and what happened.

type turnLog struct {
	loop        *aio.Loop
	turn, first int64
	lines       []string
}

func (l *turnLog) add(format string, args ...any) {
	l.loop.Emit(sim.Event{Kind: sim.Output}) // tells the turn
	line := fmt.Sprintf(format, args...)
	l.lines = append(l.lines, fmt.Sprintf("%v +%d %s", l.loop.Now(), l.turn-l.first, line))
}

// checkTurns compares what main logs with want, whose indentation does not count.
func checkTurns(t *testing.T, want string, main func(co *aio.Co, log *turnLog)) {
	t.Helper()
	defer noGoroutineLeft(t)()
	log := &turnLog{}
	err := aio.RunWith(aio.Config{Trace: func(e sim.Event) { log.turn = e.Turn }}, func(co *aio.Co) error {
		log.loop = co.Loop()
		log.first = log.turn
		main(co, log)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	want = strings.TrimSpace(strings.ReplaceAll(want, "\t", ""))
	if diff := cmp.Diff(strings.Split(want, "\n"), log.lines); diff != "" {
		t.Errorf("the journal differs (- wanted, + got):\n%s", diff)
	}
}

type racer = func(co *aio.Co) (int, error)

// race runs a race and logs how it ended.
func (l *turnLog) race(co *aio.Co, delay time.Duration, fns ...racer) (int, error) {
	r, err := aio.StaggeredRace(co, delay, fns...)
	var group *aio.ExceptionGroup
	switch {
	case errors.As(err, &group):
		l.add("race: %s: %v", group.Message, group.Errors)
		return 0, err
	case err != nil:
		l.add("race: %v", err)
		return 0, err
	}
	l.add("race: value %d, winner %d, errors %v", r.Value, r.Winner, r.Errors)
	return r.Value, nil
}

// runner logs its start and its end; it sleeps in between, unless d is negative.
func (l *turnLog) runner(n int, d time.Duration, value int, result error) racer {
	return func(co *aio.Co) (int, error) {
		l.add("%d starts", n)
		var err error
		if d >= 0 {
			err = aio.Sleep(co, d)
		}
		if err == nil {
			err = result
		}
		l.add("%d ends: %v", n, err)
		return value, err
	}
}

// cleaner takes d to clean up when it is cancelled, and then gives in, or wins.
func (l *turnLog) cleaner(n int, d time.Duration, wins bool) racer {
	return func(co *aio.Co) (int, error) {
		l.add("%d starts", n)
		cancelled := aio.Sleep(co, 99*sec)
		l.add("%d cleans up after %v", n, cancelled)
		if err := aio.Sleep(co, d); err != nil {
			l.add("%d cut short: %v", n, err)
			return 0, err
		}
		l.add("%d is clean", n)
		if wins {
			return 5, nil
		}
		return 0, cancelled
	}
}

const now = -1 // does not suspend

func TestSTG_01_Empty(t *testing.T) {
	checkTurns(t, `0s +3 race: value 0, winner -1, errors []`,
		func(co *aio.Co, log *turnLog) { _, _ = log.race(co, sec) })
}

func TestSTG_01_FirstWins(t *testing.T) {
	checkTurns(t, `
		0s +1 0 starts
		0s +1 0 ends: <nil>
		0s +4 race: value 7, winner 0, errors [<nil>]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, sec, log.runner(0, now, 7, nil), log.runner(1, sec, 8, nil))
		})
	checkTurns(t, `
		0s +1 0 starts
		0s +2 0 ends: <nil>
		0s +5 race: value 7, winner 0, errors [<nil>]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, sec, log.runner(0, 0, 7, nil), log.runner(1, sec, 8, nil))
		})
}

func TestSTG_01_FirstFails(t *testing.T) {
	checkTurns(t, `
		0s +1 0 starts
		0s +1 0 ends: boom
		0s +2 1 starts
		1s +5 1 ends: <nil>
		1s +8 race: value 8, winner 1, errors [boom <nil>]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, 10*sec, log.runner(0, now, 0, errBoom), log.runner(1, sec, 8, nil))
		})
	checkTurns(t, `
		0s +1 0 starts
		2s +4 0 ends: boom
		2s +5 1 starts
		3s +8 1 ends: <nil>
		3s +11 race: value 8, winner 1, errors [boom <nil>]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, aio.Forever, log.runner(0, 2*sec, 0, errBoom), log.runner(1, sec, 8, nil))
		})
}

func TestSTG_01_Sequential(t *testing.T) {
	checkTurns(t, `
		0s +1 0 starts
		3s +4 0 ends: boom
		3s +5 1 starts
		3s +6 1 ends: boom
		3s +7 2 starts
		7s +10 2 ends: <nil>
		7s +13 race: value 9, winner 2, errors [boom boom <nil>]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, aio.Forever,
				log.runner(0, 3*sec, 0, errBoom), log.runner(1, 0, 0, errBoom), log.runner(2, 4*sec, 9, nil))
		})
}

func TestSTG_01_FirstSlow(t *testing.T) {
	checkTurns(t, `
		0s +1 0 starts
		1s +4 1 starts
		2s +7 2 starts
		3s +10 1 ends: <nil>
		3s +11 0 ends: cancelled
		3s +11 2 ends: cancelled
		3s +13 race: value 8, winner 1, errors [cancelled <nil> cancelled]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, sec,
				log.runner(0, 5*sec, 7, nil), log.runner(1, 2*sec, 8, nil), log.runner(2, 9*sec, 9, nil))
		})
}

func TestSTG_01_FailureAtTheDelay(t *testing.T) {
	checkTurns(t, `
		0s +1 0 starts
		1s +4 0 ends: boom
		1s +4 1 starts
		2s +7 1 ends: <nil>
		2s +9 race: value 8, winner 1, errors [boom <nil>]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, sec,
				log.runner(0, sec, 0, errBoom), log.runner(1, sec, 8, nil), log.runner(2, sec, 9, nil))
		})
}

func TestSTG_01_NoDelay(t *testing.T) {
	checkTurns(t, `
		0s +1 0 starts
		0s +5 1 starts
		0s +9 2 starts
		1s +16 1 ends: boom
		2s +19 2 ends: <nil>
		2s +20 0 ends: cancelled
		2s +22 race: value 9, winner 2, errors [cancelled boom <nil>]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, 0,
				log.runner(0, 3*sec, 7, nil), log.runner(1, sec, 0, errBoom), log.runner(2, 2*sec, 9, nil))
		})
	checkTurns(t, `
		0s +1 0 starts
		0s +5 1 starts
		1s +12 1 ends: <nil>
		1s +13 0 ends: cancelled
		1s +15 race: value 8, winner 1, errors [cancelled <nil>]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, -sec, log.runner(0, 3*sec, 7, nil), log.runner(1, sec, 8, nil))
		})
}

func TestSTG_01_NoneSucceeds(t *testing.T) {
	checkTurns(t, `
		0s +1 0 starts
		1s +4 1 starts
		1s +5 1 ends: boom
		1s +6 2 starts
		1s +6 2 ends: boom
		3s +10 0 ends: boom
		3s +12 race: value 0, winner -1, errors [boom boom boom]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, sec,
				log.runner(0, 3*sec, 0, errBoom), log.runner(1, 0, 0, errBoom), log.runner(2, now, 0, errBoom))
		})
}

func TestSTG_01_TwoWinnersInOnePass(t *testing.T) {
	checkTurns(t, `
		2s +7 2 sets
		2s +8 0 ends
		2s +8 1 ends
		2s +11 race: value 1, winner 0, errors [<nil> cancelled cancelled]`,
		func(co *aio.Co, log *turnLog) {
			var e aio.Event
			waiter := func(n int) racer {
				return func(co *aio.Co) (int, error) {
					defer log.add("%d ends", n)
					return n + 1, e.Wait(co)
				}
			}
			_, _ = log.race(co, sec, waiter(0), waiter(1), func(co *aio.Co) (int, error) {
				log.add("2 sets")
				e.Set()
				return 0, aio.NewEvent("never").Wait(co)
			})
		})
}

func TestSTG_01_SecondWinnerIsRefused(t *testing.T) {
	checkTurns(t, `
		1s +4 1 starts
		2s +7 1 ends: <nil>
		2s +8 0 goes on
		2s +10 race: staggered race failed: [race function 0 in task "race-1/0" at 2s: it was cancelled because `+
		`another function had won, and returned a value all the same]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, sec, func(co *aio.Co) (int, error) {
				_ = aio.Sleep(co, 9*sec)
				log.add("0 goes on")
				return 1, nil
			}, log.runner(1, sec, 8, nil))
		})
}

// checkCancelled runs a race that is cancelled at a time, and once more after a while unless that is negative.
func checkCancelled(t *testing.T, want string, at, again time.Duration, message []any, fns func(log *turnLog) []racer) {
	t.Helper()
	checkTurns(t, want, func(co *aio.Co, log *turnLog) {
		racing := aio.Go(co, "racing", func(co *aio.Co) error {
			_, err := log.race(co, sec, fns(log)...)
			log.add("cancelling %d", aio.CurrentTask(co).Cancelling())
			return err
		})
		_ = aio.Sleep(co, at)
		racing.Cancel(message...)
		if again >= 0 {
			_ = aio.Sleep(co, again)
			racing.Cancel("again")
		}
		_, err := racing.Await(co)
		log.add("main: %v", err)
	})
}

func TestSTG_01_Cancelled(t *testing.T) {
	checkCancelled(t, `
		0s +2 0 starts
		1s +5 1 starts
		2s +8 2 starts
		2.5s +13 0 cleans up after cancelled: stop
		2.5s +13 1 cleans up after cancelled: stop
		2.5s +13 2 ends: cancelled: stop
		3.5s +16 0 is clean
		4.5s +19 1 is clean
		4.5s +21 race: cancelled: stop
		4.5s +21 cancelling 1
		4.5s +22 main: cancelled: stop`, 2500*ms, -1, []any{"stop"}, func(log *turnLog) []racer {
		return []racer{log.cleaner(0, sec, false), log.cleaner(1, 2*sec, false),
			log.runner(2, 9*sec, 9, nil), log.runner(3, 9*sec, 9, nil)}
	})
	checkCancelled(t, `
		0s +2 0 starts
		0s +3 0 cleans up after cancelled
		1s +6 0 is clean
		1s +8 race: cancelled
		1s +8 cancelling 1
		1s +9 main: cancelled`, 0, -1, nil, func(log *turnLog) []racer {
		return []racer{log.cleaner(0, sec, false)}
	})
}

func TestSTG_01_CancelledTwice(t *testing.T) {
	checkCancelled(t, `
		0s +2 0 starts
		1s +5 1 starts
		2.5s +13 0 cleans up after cancelled
		2.5s +13 1 cleans up after cancelled
		3s +17 0 cut short: cancelled: again
		3s +17 1 cut short: cancelled: again
		3s +19 race: cancelled: again
		3s +19 cancelling 2
		3s +20 main: cancelled: again`, 2500*ms, 500*ms, nil, func(log *turnLog) []racer {
		return []racer{log.cleaner(0, sec, false), log.cleaner(1, 2*sec, false)}
	})
}

func TestSTG_01_CancelledAndWonAllTheSame(t *testing.T) {
	checkCancelled(t, `
		0s +2 0 starts
		1s +5 1 starts
		1.5s +10 0 cleans up after cancelled: stop
		1.5s +10 1 cleans up after cancelled: stop
		2.5s +13 0 is clean
		2.5s +14 1 cut short: cancelled
		2.5s +16 race: cancelled: stop
		2.5s +16 cancelling 1
		2.5s +17 main: cancelled: stop`, 1500*ms, -1, []any{"stop"}, func(log *turnLog) []racer {
		return []racer{log.cleaner(0, sec, true), log.cleaner(1, 2*sec, false)}
	})
}

// A cancellation in the turn in which the last task's end is seen, or the turn after, is delivered; one turn later the
// race is over.
func TestSTG_01_CancelledAsItEnds(t *testing.T) {
	for turns, end := range []string{
		"race: cancelled: late", "race: cancelled: late", "race: value 7, winner 0, errors [<nil>]",
	} {
		want := "0s +2 0 starts\n1s +5 0 ends: <nil>\n1s +7 " + end
		if strings.HasSuffix(end, "late") {
			want += "\n1s +8 main: cancelled: late"
		}
		checkTurns(t, want, func(co *aio.Co, log *turnLog) {
			racing := aio.Go(co, "racing", func(co *aio.Co) error {
				_, err := log.race(co, sec, log.runner(0, sec, 7, nil))
				return err
			})
			_ = aio.Sleep(co, sec)
			for range turns + 1 {
				_ = aio.Sleep(co, 0)
			}
			racing.Cancel("late")
			if _, err := racing.Await(co); err != nil {
				log.add("main: %v", err)
			}
		})
	}
}
