package scenarios_test

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim/explore"
)

// table is a flag of the test binary, like those of package testing.
var table = flag.Bool("sct.table", false, "measure every strategy on the programs of sct, and print the table (half an hour)")

// inTable is the strategies of the table: those of [limits], after the random walk.
var inTable = []string{explore.RandomWalk, "pct-2", "pct-3", explore.POS, explore.URW, explore.SURW}

const (
	walks    = 200_000          // of each program, for its probability
	patience = 10 * time.Second // for each other number
	trials   = 100              // seeds of a search
)

// TestTable prints how many schedules there are for each that fails, measured and known, for every strategy; whether the
// probability of a random walk lies in the interval in which 99 % of all samples do; and how many schedules the portfolio
// needs, which must find every failure within 10,000, and on average need twice as many as the best strategy at most.
func TestTable(t *testing.T) {
	if !*table {
		return
	}
	fmt.Printf("%-28s %s portfolio mean (most) found, best mean\n", "measured/known", strings.Join(inTable, " "))
	for _, k := range knowns {
		t.Run(k.String(), func(t *testing.T) {
			line, needed := fmt.Sprintf("%-28s", k), make([]float64, len(inTable))
			for i, strategy := range inTable {
				config := explore.Config{Strategy: strategy, Schedules: walks, All: true, Seed: 1}
				known := 1 / k.p
				if i > 0 {
					config.Time, known = patience, k.limits[i-1]
				}
				r := search(t, config, k)
				needed[i] = float64(r.Schedules) / float64(r.Failures)
				line += fmt.Sprintf(" %13s", fmt.Sprintf("%.4g/%.4g", needed[i], known))
				p := float64(r.Failures) / float64(r.Schedules)
				if i == 0 && math.Abs(p-k.p) > k.interval(r.Schedules) {
					t.Errorf("a random walk fails with probability %.6f, want %.6f +- %.6f", p, k.p, k.interval(r.Schedules))
				}
			}
			mean, most, found := searches(t, explore.Portfolio, k)
			best := math.Inf(1)
			for i, strategy := range inTable {
				if needed[i] < 3*slices.Min(needed) { // the others cannot be the best
					single, _, _ := searches(t, strategy, k)
					best = min(best, single)
				}
			}
			fmt.Printf("%s  %.4g (%d) %d/%d, %.4g\n", line, mean, most, found, trials, best)
			if found < trials || mean > 2*best {
				t.Errorf("the portfolio finds it with %d seeds of %d, and needs %.4g, the best strategy %.4g", found, trials, mean, best)
			}
		})
	}
}

// searches returns how many schedules a search for the first failure has, on average and at most, and how many find it.
func searches(t *testing.T, strategy string, k known) (mean float64, most, found int) {
	t.Helper()
	sum := 0
	for seed := range uint64(trials) {
		r := search(t, explore.Config{Strategy: strategy, Seed: seed + 1, Schedules: 10_000}, k)
		sum, most = sum+r.Schedules, max(most, r.Schedules)
		if r.First != nil {
			found++
		}
	}
	return float64(sum) / trials, most, found
}
