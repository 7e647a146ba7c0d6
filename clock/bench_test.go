package clock_test

import (
	"fmt"
	"testing"
	"time"

	benbjohnson "github.com/benbjohnson/clock"

	"github.com/asyncsim/asyncsim/clock"
	aio "github.com/asyncsim/asyncsim/primitives"
)

// BenchmarkFire is the fire of a ticker, beside others that are never due; nobody receives.
func BenchmarkFire(b *testing.B) {
	for _, others := range []int{0, 10, 1000} {
		b.Run(fmt.Sprint(1+others), func(b *testing.B) {
			b.ReportAllocs()
			err := aio.Run(func(co *aio.Co) error {
				c, err := clock.New(co)
				if err != nil {
					return err
				}
				c.Ticker(time.Second)
				for range others {
					c.Timer(1 << 62)
				}
				b.ResetTimer()
				return aio.Sleep(co, time.Duration(b.N)*time.Second)
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkFloorMock is the same with the library's own mock, which takes a nap after every fire.
func BenchmarkFloorMock(b *testing.B) {
	for _, others := range []int{0, 10, 1000} {
		b.Run(fmt.Sprint(1+others), func(b *testing.B) {
			c := benbjohnson.NewMock()
			c.Ticker(time.Second)
			for range others {
				c.Timer(1 << 62)
			}
			for b.Loop() {
				c.Add(time.Second)
			}
		})
	}
}
