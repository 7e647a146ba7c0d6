package explore_test

import (
	"context"
	"fmt"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// Read the rates of these on one core and on two: go test -bench . -cpu 1,2 ./sim/explore

// explored explores main for as many schedules as the benchmark has rounds.
func explored(b *testing.B, main func(co *aio.Co) error) {
	b.ReportAllocs()
	config := explore.Config{Strategy: explore.RandomWalk, Schedules: b.N, Seed: 1, All: true}
	r, err := explore.Run(context.Background(), config, main)
	if err != nil {
		b.Fatal(err)
	}
	if r.Schedules != b.N {
		b.Fatalf("%d schedules were run, not %d", r.Schedules, b.N)
	}
	b.ReportMetric(float64(r.Schedules)/b.Elapsed().Seconds(), "schedules/s")
	b.ReportMetric(float64(r.Steps)/b.Elapsed().Seconds(), "steps/s")
	b.ReportMetric(float64(r.Steps)/float64(r.Schedules), "steps/op")
}

func BenchmarkReorder(b *testing.B) {
	for _, n := range []int{3, 10, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { explored(b, reorder(n-1, 1)) })
	}
}

// BenchmarkLong is a few tasks that take many steps each.
func BenchmarkLong(b *testing.B) {
	const tasks, steps = 5, 2_000
	explored(b, func(co *aio.Co) error {
		var sum aio.Shared[int]
		var all [tasks]*aio.Task[aio.None]
		for i := range all {
			all[i] = aio.Go(co, "adder", func(co *aio.Co) error {
				for range steps {
					aio.Add(co, &sum, 1)
				}
				return nil
			})
		}
		for _, t := range all {
			if _, err := t.Await(co); err != nil {
				return err
			}
		}
		return nil
	})
}
