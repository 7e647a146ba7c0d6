package aio_test

import (
	"fmt"
	"slices"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestSharedIsTraced under exploration, and only there: elsewhere it is plain memory.
func TestSharedIsTraced(t *testing.T) {
	program := func(co *aio.Co) error {
		named := aio.NewShared("total", 5)
		var unnamed aio.Shared[string]
		if got := named.Load(co); got != 5 {
			t.Errorf("it begins with %d", got)
		}
		named.Store(co, 6)
		if named.CompareAndSwap(co, 5, 7) || !named.CompareAndSwap(co, 6, 8) {
			t.Error("CompareAndSwap does not compare")
		}
		if got := aio.Add(co, named, 2); got != 10 {
			t.Errorf("the sum is %d", got)
		}
		unnamed.Store(co, "x")
		return nil
	}
	for _, test := range []struct {
		choose sim.Chooser
		want   []string
	}{
		{nil, nil},
		{func(*sim.Choice) int { return 0 }, []string{
			"read total 5", "write total 6", "read total 6", "write total 8", "write total 10", "write shared-2 x"}},
	} {
		var got []string
		config := aio.Config{Choose: test.choose, Trace: func(e sim.Event) {
			if e.Kind == sim.VariableRead || e.Kind == sim.VariableWritten {
				got = append(got, fmt.Sprintf("%v %s %s", e.Kind, e.Object, e.Text))
			}
		}}
		if err := aio.RunWith(config, program); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
