package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// TestStrict: the chooser decides the order of timers with one deadline, and nothing else about what runs next.
func TestStrict(t *testing.T) {
	var asked journal
	orders := map[string]bool{}
	for n := range 6 { // the orders of three
		var j journal
		answers := []int{n / 2, n % 2}
		l := open(t, sim.Config{Strict: true, Choose: func(c *sim.Choice) int {
			if n == 0 {
				asked.note("%v of %d: %s", c.Kind, c.N, candidates(c))
			}
			answer := answers[0]
			answers = answers[1:]
			return answer
		}})
		for _, name := range []string{"a", "b"} {
			start(l, name, func(co *sim.Co) { _ = co.Sleep(time.Second); j.note("%s", name) })
		}
		l.CallLater("x", 2*time.Second, j.noting("x")) // alone
		l.CallLater("c", time.Second, j.noting("c"))
		l.CallSoon("first", j.noting("first"))
		drain(t, l)
		if j[0] != "first" || j[len(j)-1] != "x" {
			t.Errorf("order %d: %v", n, j)
		}
		orders[fmt.Sprint(j)] = true
	}
	asked.want(t, `tie of 3: callback "c", timer of task "a", timer of task "b"`, `tie of 2: timer of task "a", timer of task "b"`)
	// c runs in the turn of the timers, a and b in the next: their order among themselves is what can be told.
	want(t, "different orders", len(orders), 2)
}
