package aio_test

import (
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleAsCompleted() {
	_ = aio.Run(func(co *aio.Co) error {
		a := aio.Spawn(co, "a", func(co *aio.Co) (int, error) { return 1, aio.Sleep(co, 3*sec) })
		b := aio.Spawn(co, "b", func(co *aio.Co) (int, error) { return 2, aio.Sleep(co, sec) })
		for task, err := range aio.AsCompleted(co, aio.Forever, a, b).All(co) {
			if err != nil {
				return err
			}
			n, err := task.Result()
			co.Printf("at %v: %s = %d, %v\n", co.Now(), task.Name(), n, err)
		}
		return nil
	})
	// Output:
	// at 1s: b = 2, <nil>
	// at 3s: a = 1, <nil>
}

func TestAsCompleted(t *testing.T) {
	// three tasks a, b and c are done after 3, 1 and 2 seconds.
	three := func(co *aio.Co) []aio.AwaitableOf[int] {
		return []aio.AwaitableOf[int]{
			aio.Spawn(co, "a", valued(3*sec, 3)), aio.Spawn(co, "b", valued(sec, 1)), aio.Spawn(co, "c", valued(2*sec, 2))}
	}
	next := func(co *aio.Co, c *aio.Completions[int]) {
		a, err := c.Next(co)
		if err != nil {
			co.Printf("next: %v, left %d\n", err, c.Left())
			return
		}
		n, err := a.Result()
		co.Printf("%s: %d %v, left %d\n", a.Name(), n, err, c.Left())
	}
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"ACO-01 the order of completion, ACO-02 the very tasks", `
			1s b is the second: true
			2s c is the second: false
			3s a is the second: false
			3s left 0`, func(co *aio.Co) {
			tasks := three(co)
			c := aio.AsCompleted(co, aio.Forever, tasks...)
			for a, err := range c.All(co) {
				co.Printf("%s is the second: %t\n", a.Name(), a == tasks[1])
				if err != nil {
					co.Printf("%v\n", err)
				}
			}
			co.Printf("left %d\n", c.Left())
		}},
		{"an exception is the task's, not the iteration's", `
			0s bad: 0 boom, left 1
			1s good: 1 <nil>, left 0`, func(co *aio.Co) {
			c := aio.AsCompleted(co, aio.Forever, aio.Spawn(co, "good", valued(sec, 1)), aio.Spawn(co, "bad", failing(0, errBoom)))
			next(co, c)
			next(co, c)
		}},
		{"ACO-03 a timeout: what is done, and then a TimeoutError each", `
			1s b: 1 <nil>, left 2
			1.5s next: as completed in task "main" timed out at 1.5s, left 1
			1.5s next: as completed in task "main" timed out at 1.5s, left 0
			3s a done`, func(co *aio.Co) {
			tasks := three(co)
			c := aio.AsCompleted(co, 1500*ms, tasks...)
			for range 3 {
				next(co, c)
			}
			_, _, _ = aio.Wait(co, []aio.Awaitable{tasks[0]}, aio.Forever, aio.AllCompleted)
			co.Printf("%s\n", states(tasks[0]))
		}},
		{"ACO-03 in a loop: the last round has the TimeoutError", `
			1s b <nil>
			1.5s as completed in task "main" timed out at 1.5s
			1.5s left 1`, func(co *aio.Co) {
			c := aio.AsCompleted(co, 1500*ms, three(co)...)
			for a, err := range c.All(co) {
				if err != nil {
					co.Printf("%v\n", err)
				} else {
					co.Printf("%s %v\n", a.Name(), err)
				}
			}
			co.Printf("left %d\n", c.Left())
		}},
		{"ACO-04 an unused timeout leaves nothing behind", `
			3s left 0`, func(co *aio.Co) {
			c := aio.AsCompleted(co, 5000*sec, three(co)...)
			for range c.All(co) {
			}
			co.Printf("left %d\n", c.Left())
		}},
		{"ACO-05 it can be left and resumed", `
			1s b, left 2
			1s in between
			2s c, left 1
			3s a, left 0`, func(co *aio.Co) {
			c := aio.AsCompleted(co, aio.Forever, three(co)...)
			for a := range c.All(co) {
				co.Printf("%s, left %d\n", a.Name(), c.Left())
				break
			}
			co.Printf("in between\n")
			for a := range c.All(co) {
				co.Printf("%s, left %d\n", a.Name(), c.Left())
			}
		}},
		{"ACO-06, ACO-07 several may wait at a time, first come first served", `
			1s x has b
			2s y has c
			3s z has a`, func(co *aio.Co) {
			c := aio.AsCompleted(co, aio.Forever, three(co)...)
			for _, who := range []string{"x", "y", "z"} {
				aio.Go(co, who, func(co *aio.Co) error {
					a, err := c.Next(co)
					co.Printf("%s has %s\n", name(co), a.Name())
					return err
				})
			}
			_ = aio.Sleep(co, 4*sec)
		}},
		{"ACO-08 duplicates collapse", `
			1s a: 1 <nil>, left 0`, func(co *aio.Co) {
			a := aio.Spawn(co, "a", valued(sec, 1))
			next(co, aio.AsCompleted(co, aio.Forever, a, a))
		}},
		{"what is done already comes in the order given", `
			3s c: 2 <nil>, left 2
			3s b: 1 <nil>, left 1
			3s a: 3 <nil>, left 0`, func(co *aio.Co) {
			tasks := three(co)
			var futures []aio.AwaitableOf[int]
			for _, i := range []int{2, 1, 0} {
				futures = append(futures, tasks[i])
			}
			_ = aio.Sleep(co, 3*sec)
			settle(co)
			c := aio.AsCompleted(co, aio.Forever, futures...)
			for range 3 {
				next(co, c)
			}
		}},
		{"a cancelled consumer leaves its place to the others", `
			1s y has b`, func(co *aio.Co) {
			c := aio.AsCompleted(co, aio.Forever, three(co)...)
			x := aio.Go(co, "x", func(co *aio.Co) error { _, err := c.Next(co); return err })
			aio.Go(co, "y", func(co *aio.Co) error {
				a, err := c.Next(co)
				co.Printf("y has %s\n", a.Name())
				return err
			})
			settle(co)
			x.Cancel()
			_ = aio.Sleep(co, sec+ms)
		}},
		{"of nothing", `0s left 0`, func(co *aio.Co) {
			c := aio.AsCompleted[int](co, sec)
			for range c.All(co) {
				co.Printf("something\n")
			}
			co.Printf("left %d\n", c.Left())
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkBody(t, test.want, test.run)
		})
	}
	t.Run("asked once too often", func(t *testing.T) {
		err := aio.RunWith(quiet, func(co *aio.Co) error {
			_, err := aio.AsCompleted[int](co, aio.Forever).Next(co)
			return err
		})
		wantUsage(t, err, aio.ErrNothingToWaitFor, `in task "main"`)
	})
	t.Run("a timeout past the end of time", func(t *testing.T) {
		err := aio.RunWith(quiet, func(co *aio.Co) error {
			_ = aio.Sleep(co, sec)
			aio.AsCompleted(co, aio.Forever-1, done(co))
			return nil
		})
		wantUsage(t, err, sim.ErrTimeRange)
	})
}
