package explore_test

import (
	"testing"

	"github.com/asyncsim/asyncsim/sim/explore"
)

// BenchmarkSchedules runs schedule after schedule, on one core.
func BenchmarkSchedules(b *testing.B) {
	for _, row := range literature {
		switch row.name {
		default:
			continue
		case "reorder_3", "reorder_10", "reorder_100":
		}
		for _, strategy := range []string{
			explore.RandomWalk, "pct-3", explore.POS, explore.URW, explore.SURW, explore.Exhaustive, explore.Portfolio,
		} {
			b.Run(row.name+"/"+strategy, func(b *testing.B) {
				for done := 0; done < b.N; { // a search of all orders begins anew
					done += search(b, explore.Config{Strategy: strategy, Schedules: b.N - done, All: true, Workers: 1}, row.program).Schedules
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "schedules/s")
			})
		}
	}
}
