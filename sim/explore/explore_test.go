package explore_test

import (
	"context"
	"testing"

	"github.com/asyncsim/asyncsim/sim/explore"
)

func search(t testing.TB, config explore.Config, p program) *explore.Result {
	t.Helper()
	r, err := explore.Run(context.Background(), config, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// literature is how many schedules each strategy needs on average: the exact limits of a model, or long simulations.
var literature = []struct {
	name    string
	program program
	// random, pct-2, pct-3, pos, urw, surw; 0: not known
	want [6]float64
}{
	{"account", account, [6]float64{3, 3, 3, 3, 2.1, 3}},
	{"deadlock01", deadlock01, [6]float64{2, 12, 6.5, 3, 1.8, 3}},
	{"reorder_3", reorder(2, 1), [6]float64{20.25, 24.1, 14.7, 9.9, 17.4, 7.2}},
	{"reorder_4", reorder(3, 1), [6]float64{26.3, 39.8, 23.6, 12.6, 14.5, 9.5}},
	{"reorder_5", reorder(4, 1), [6]float64{33.1, 55.5, 31.6, 15.6, 17.8, 11.4}},
	{"reorder_10", reorder(9, 1), [6]float64{75.2, 216, 117, 32.2, 38.3, 21.2}},
	{"reorder_20", reorder(10, 10), [6]float64{10.3, 101, 52.4, 5.8, 5.5, 4.4}},
	{"reorder_50", reorder(40, 10), [6]float64{50.7, 583, 304, 19.6, 25.1, 11}},
	{"reorder_100", reorder(99, 1), [6]float64{1784, 11000, 16000, 477, 833, 207}},
	{"twostage", twostage(1, 1), [6]float64{64, 9.3, 6.7, 12, 44.3, 25.2}},
	{"twostage_20", twostage(10, 10), [6]float64{33.3, 94.9, 47.8, 9.4, 34.1, 29.3}},
	{"twostage_50", twostage(40, 10), [6]float64{82.9, 599, 273, 23, 73.1, 73.6}},
	{"twostage_100", twostage(99, 1), [6]float64{1597, 5700, 17000, 355, 1143, 1367}},
	{"bluetooth", bluetooth, [6]float64{10.3, 40, 26.6, 9.6, 10.1, 10.2}},
	{"stack", stack, [6]float64{1.6, 4.4, 3.1, 1.6, 1.2, 2}},
}

var inTable = []string{explore.RandomWalk, "pct-2", "pct-3", explore.POS, explore.URW, explore.SURW}
