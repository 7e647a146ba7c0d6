package explore_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// drawing draws what package rand rejects bits for, and again where they are all 0.
func drawing(got *[]int) program {
	return func(co *aio.Co) error {
		*got = append(slices.Clone(co.Rand().Perm(3)), co.Rand().IntN(6), int(co.Rand().Int64N(10)), co.Rand().IntN(1000))
		return nil
	}
}

// TestRandomValuesAreDrawn by every strategy, in no time; and asyncio's own order has those of a plain run.
func TestRandomValuesAreDrawn(t *testing.T) {
	var plain, got []int
	if err := aio.Run(drawing(&plain)); err != nil {
		t.Fatal(err)
	}
	for _, strategy := range explore.Strategies() {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		seen := map[string]bool{}
		first := ""
		config := explore.Config{Strategy: strategy, Schedules: 50, Workers: 1, All: true}
		r, err := explore.Run(ctx, config, func(co *aio.Co) error {
			err := drawing(&got)(co)
			if first == "" {
				first = fmt.Sprint(got)
			}
			seen[fmt.Sprint(got)] = true
			return err
		})
		if err != nil || ctx.Err() != nil {
			t.Fatalf("%s: %s, %v", strategy, r.Stopped, err)
		}
		if (strategy == explore.Portfolio || strategy == "fifo") && first != fmt.Sprint(plain) {
			t.Errorf("%s: asyncio's own order has %s, a plain run %v", strategy, first, plain)
		}
		if strategy != "fifo" && len(seen) < 3 {
			t.Errorf("%s: %d different", strategy, len(seen))
		}
	}
}
