package aio_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func TestSTG_01_FunctionCancelsItself(t *testing.T) {
	checkTurns(t, `
		0s +1 0 ends
		0s +4 race: value 4, winner 0, errors [<nil>]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, sec, func(co *aio.Co) (int, error) {
				aio.CurrentTask(co).Cancel("me")
				log.add("0 ends")
				return 4, nil
			}, log.runner(1, sec, 8, nil))
		})
	checkTurns(t, `
		0s +3 1 starts
		1s +6 1 ends: <nil>
		1s +8 race: value 8, winner 1, errors [cancelled: me <nil>]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, sec, func(co *aio.Co) (int, error) {
				aio.CurrentTask(co).Cancel("me")
				return 0, aio.Sleep(co, sec)
			}, log.runner(1, sec, 8, nil))
		})
}

func TestSTG_01_Misuse(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		r, err := aio.StaggeredRace(co, sec, func(*aio.Co) (int, error) { return 1, nil }, nil)
		var misuse *sim.UsageError
		if !errors.As(err, &misuse) || misuse.Err != sim.ErrNilFunction || misuse.Object != "function 1" || r.Winner != -1 {
			t.Errorf("a nil function: %+v, %v", r, err)
		}
		_ = aio.Sleep(co, sec)
		r, err = aio.StaggeredRace(co, aio.Forever-1, valued(sec, 1))
		var group *aio.ExceptionGroup
		if !errors.As(err, &group) || !errors.Is(err, sim.ErrTimeRange) || r.Winner != -1 {
			t.Errorf("a delay past the range: %+v, %v", r, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSTG_01_Nested(t *testing.T) {
	checkTurns(t, `
		0s +2 10 starts
		500ms +5 1 starts
		1s +8 11 starts
		1.5s +11 1 ends: boom
		2s +14 11 ends: <nil>
		2s +15 10 ends: cancelled
		2s +17 race: value 2, winner 1, errors [cancelled <nil>]
		2s +19 race: value 2, winner 0, errors [<nil> boom]`,
		func(co *aio.Co, log *turnLog) {
			_, _ = log.race(co, 500*ms, func(co *aio.Co) (int, error) {
				return log.race(co, sec, log.runner(10, 5*sec, 1, nil), log.runner(11, sec, 2, nil))
			}, log.runner(1, sec, 0, errBoom))
		})
}

// Each task is made before the function of the one before runs, with a copy of its context.
func TestSTG_01_Context(t *testing.T) {
	checkTurns(t, `
		0s +1 0 sees 9
		1s +5 1 sees 9
		2s +11 race: value 2, winner 1, errors [boom <nil>]
		2s +11 main sees 9`,
		func(co *aio.Co, log *turnLog) {
			v := aio.NewContextVar("v", 0)
			v.Set(co, 9)
			reader := func(n int, result error) racer {
				return func(co *aio.Co) (int, error) {
					log.add("%d sees %d", n, v.Get(co))
					v.Set(co, n+1)
					_ = aio.Sleep(co, sec)
					return v.Get(co), result
				}
			}
			_, _ = log.race(co, aio.Forever, reader(0, errBoom), reader(1, nil))
			log.add("main sees %d", v.Get(co))
		})
}

func TestStaggeredRaceInDeadlock(t *testing.T) {
	checkBody(t, `
		main: deadlock at 1s: nothing can run and no timer is set
		task "main" waits for race-1 since 0s
		task "race-1/0" waits for task "main" since 0s
		task "race-1/1" waits for event "failure of race-1/0" since 0s
		cycle: "main" -> "race-1/0" -> "main"`, func(co *aio.Co) {
		main := aio.CurrentTask(co).(*aio.Task[aio.None])
		_ = aio.Go(co, "clock", func(co *aio.Co) error { return aio.Sleep(co, sec) })
		_, _ = aio.StaggeredRace(co, aio.Forever, main.Await)
	})
}

func ExampleStaggeredRace() {
	connect := func(host string, d time.Duration) func(co *aio.Co) (string, error) {
		return func(co *aio.Co) (string, error) { return host, aio.Sleep(co, d) }
	}
	err := aio.Run(func(co *aio.Co) error {
		r, err := aio.StaggeredRace(co, 2*time.Second,
			connect("six.example", time.Minute), connect("four.example", time.Second))
		if err != nil {
			return err
		}
		co.Printf("%v: %s, %v\n", co.Now(), r.Value, r.Errors)
		return nil
	})
	fmt.Println(err)
	// Output:
	// 3s: four.example, [cancelled <nil>]
	// <nil>
}
