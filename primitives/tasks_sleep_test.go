package aio_test

import (
	"math"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleSleep() {
	_ = aio.Run(func(co *aio.Co) error {
		if err := aio.Sleep(co, 24*time.Hour); err != nil {
			return err
		}
		co.Printf("a day later: %v\n", co.Now())
		return nil
	})
	// Output:
	// a day later: 24h0m0s
}

func TestSleep(t *testing.T) {
	t.Run("SLP-01 two halves", func(t *testing.T) {
		check(t, "1s whole\nmain: <nil>", func(co *aio.Co) error {
			_ = aio.Sleep(co, sec/2)
			_ = aio.Sleep(co, sec/2)
			co.Printf("whole\n")
			return nil
		})
	})
	t.Run("SLP-02 zero and less let run what is ready", func(t *testing.T) {
		check(t, `
			0s callback before 0s
			0s after 0s
			0s callback before -1s
			0s after -1s
			0s callback before -2562047h47m16.854775808s
			0s after -2562047h47m16.854775808s
			main: <nil>`, func(co *aio.Co) error {
			l := co.Loop()
			for _, d := range []time.Duration{0, -sec, math.MinInt64} {
				l.CallSoon("callback", func() { l.Printf("callback before %v\n", d) })
				if err := aio.Sleep(co, d); err != nil {
					return err
				}
				co.Printf("after %v\n", d)
			}
			return nil
		})
	})
	t.Run("the order of the deadlines, and for equal ones of the calls", func(t *testing.T) {
		check(t, `
			1s a
			2s b
			2s c
			2s d
			3s e
			main: <nil>`, func(co *aio.Co) error {
			for _, s := range []struct {
				name string
				d    time.Duration
			}{{"e", 3 * sec}, {"b", 2 * sec}, {"a", sec}, {"c", 2 * sec}, {"d", 2 * sec}} {
				aio.Go(co, s.name, func(co *aio.Co) error {
					err := aio.Sleep(co, s.d)
					co.Printf("%s\n", s.name)
					return err
				})
			}
			return aio.Sleep(co, 4*sec)
		})
	})
	t.Run("SLP-03 to the end of time and not past it", func(t *testing.T) {
		check(t, `
			1ns Sleep: sleep 2562047h47m16.854775807s in task "main" at 1ns: past the range of virtual time
			1ns no time has passed
			2562047h47m16.854775807s Sleep: sleep 1ns in task "main" at 2562047h47m16.854775807s: past the range of virtual time
			2562047h47m16.854775807s Sleep(0): <nil>
			main: <nil>`, func(co *aio.Co) error {
			if err := aio.Sleep(co, 1); err != nil {
				return err
			}
			err := aio.Sleep(co, math.MaxInt64)
			wantUsage(t, err, sim.ErrTimeRange)
			co.Printf("Sleep: %v\n", err)
			co.Printf("no time has passed\n")
			if err := aio.Sleep(co, math.MaxInt64-co.Now()); err != nil {
				return err
			}
			co.Printf("Sleep: %v\n", aio.Sleep(co, 1))
			co.Printf("Sleep(0): %v\n", aio.Sleep(co, 0))
			return nil
		})
	})
}
