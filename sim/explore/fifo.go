package explore

import "github.com/asyncsim/asyncsim/sim"

// fifo is asyncio's order.
type fifo struct {
	unplanned
	blind
}

func (f fifo) start(int, *chance, scheduler) scheduler { return f }
func (fifo) learn([]outcome) bool                      { return false }
func (fifo) choose(*sim.Choice) int                    { return 0 }
