package aio_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestRecvLosesNothing has receivers that come, are cancelled and go, and senders; every value comes out once.
func TestRecvLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chs := []chan int{make(chan int, 3), make(chan int, 1)}
		var sent, received [2][]int
		config := aio.Config{Choose: func(c *sim.Choice) int {
			return rapid.IntRange(0, c.N-1).Draw(t, "choice")
		}}
		err := aio.RunWith(config, func(co *aio.Co) error {
			receive := func(co *aio.Co) error {
				var values [2]int
				for {
					i, _, err := aio.Select(co, aio.From(chs[0], &values[0]), aio.From(chs[1], &values[1]))
					if err != nil {
						return err
					}
					received[i] = append(received[i], values[i])
				}
			}
			receiveFirst := func(co *aio.Co) error {
				value, _, err := aio.Recv(co, chs[0])
				if err == nil {
					received[0] = append(received[0], value)
				}
				return err
			}
			var tasks []*aio.Task[aio.None]
			for n := range rapid.IntRange(1, 30).Draw(t, "steps") {
				switch rapid.IntRange(0, 5).Draw(t, "step") {
				case 0:
					tasks = append(tasks, aio.Go(co, "", receive))
				case 1:
					tasks = append(tasks, aio.Go(co, "", receiveFirst))
				case 2, 3:
					i := rapid.IntRange(0, 1).Draw(t, "channel")
					select {
					case chs[i] <- n:
						sent[i] = append(sent[i], n)
					default:
					}
				case 4:
					if len(tasks) > 0 {
						tasks[rapid.IntRange(0, len(tasks)-1).Draw(t, "task")].Cancel()
					}
				default:
					if err := aio.Sleep(co, 0); err != nil {
						return err
					}
				}
			}
			settle(co)
			for i, ch := range chs {
				for len(ch) > 0 {
					received[i] = append(received[i], <-ch)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range received {
			slices.Sort(received[i]) // in which order tasks note what they received is the chooser's
		}
		if fmt.Sprint(sent) != fmt.Sprint(received) {
			t.Errorf("sent     %v\nreceived %v", sent, received)
		}
	})
}
