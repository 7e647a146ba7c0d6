package aio_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func ExampleTaskGroup() {
	_ = aio.Run(func(co *aio.Co) error {
		err := aio.TaskGroup(co, func(g *aio.Group) error {
			for i := range 3 {
				_, err := g.Go(fmt.Sprint("worker ", i), func(co *aio.Co) error {
					if i == 1 {
						_ = aio.Sleep(co, sec)
						return errBoom
					}
					err := aio.Sleep(co, time.Hour)
					co.Printf("worker %d at %v: %v\n", i, co.Now(), err)
					return err
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		co.Printf("%v\nboom is in it: %t\n", err, errors.Is(err, errBoom))
		return nil
	})
	// Output:
	// worker 0 at 1s: cancelled
	// worker 2 at 1s: cancelled
	// unhandled errors in a TaskGroup (1 sub-exception)
	// 	boom
	// boom is in it: true
}

func ExampleSpawnIn() {
	_ = aio.Run(func(co *aio.Co) error {
		var square *aio.Task[int]
		err := aio.TaskGroup(co, func(g *aio.Group) (err error) {
			square, err = aio.SpawnIn(g, aio.TaskConfig{Name: "square"}, func(co *aio.Co) (int, error) {
				return 7 * 7, aio.Sleep(co, sec)
			})
			return err
		})
		n, _ := square.Result() // the group has waited for it
		co.Printf("%d %v\n", n, err)
		return nil
	})
	// Output:
	// 49 <nil>
}

var errOther = errors.New("other")

// member makes a task of the group that sleeps, prints how it ends, and ends with result.
func member(g *aio.Group, name string, d time.Duration, result error) *aio.Task[aio.None] {
	task, err := g.Go(name, func(co *aio.Co) error {
		err := aio.Sleep(co, d)
		if err == nil {
			err = result
		}
		return sayEnd(co, err)
	})
	if err != nil {
		panic(err)
	}
	return task
}

// flat is an error in one line, in asyncio's manner.
func flat(err error) string {
	var group *aio.ExceptionGroup
	if !errors.As(err, &group) {
		return fmt.Sprint(err)
	}
	var parts []string
	for _, e := range group.Errors {
		parts = append(parts, flat(e))
	}
	return fmt.Sprintf("group%q", parts)
}

// grouped runs a group and prints how it ends.
func grouped(co *aio.Co, body func(g *aio.Group) error) error {
	err := aio.TaskGroup(co, body)
	co.Printf("%s: %s, cancelling %d\n", name(co), flat(err), aio.CurrentTask(co).Cancelling())
	return err
}

// inOwnTask runs body in a task of its own until it waits.
func inOwnTask(co *aio.Co, body func(co *aio.Co) error) *aio.Task[aio.None] {
	task := aio.Go(co, "t", body)
	settle(co)
	return task
}

func TestTaskGroup(t *testing.T) {
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"TGR-01 children are waited for, TGR-02 those made later too", `
			1s a ends: <nil>
			3s b ends: <nil>
			3s c ends: <nil>
			3s main: <nil>, cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				member(g, "a", sec, nil)
				member(g, "b", 3*sec, nil)
				_ = aio.Sleep(co, sec)
				member(g, "c", 2*sec, nil)
				return nil
			})
		}},
		{"TGR-03 a child that is cancelled by itself does not fail the group", `
			0s a ends: cancelled
			1s b ends: <nil>
			1s main: <nil>, cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				a := member(g, "a", sec, nil)
				member(g, "b", sec, nil)
				_ = aio.Sleep(co, 0)
				a.Cancel()
				return nil
			})
		}},
		{"TGR-04 a child's failure cancels its siblings and fails the group", `
			1s a ends: boom
			1s b ends: cancelled
			1s main: group["boom"], cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				member(g, "a", sec, errBoom)
				member(g, "b", 2*sec, nil)
				return nil
			})
		}},
		{"TGR-05 three fail, one sleeps and the body too", `
			1s a ends: boom
			1s b ends: other
			1s c ends: boom
			1s d ends: cancelled
			1s body ends: cancelled
			1s main: group["boom" "other" "boom"], cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				member(g, "a", sec, errBoom)
				member(g, "b", sec, errOther)
				member(g, "c", sec, errBoom)
				member(g, "d", 9*sec, nil)
				err := aio.Sleep(co, 9*sec)
				co.Printf("body ends: %v\n", err)
				return err
			})
		}},
		{"TGR-06 cancelled from outside, while it waits", `
			0s a ends: cancelled
			0s b ends: cancelled
			0s t: cancelled: m, cancelling 1
			0s t cancelled`, func(co *aio.Co) {
			task := inOwnTask(co, func(co *aio.Co) error {
				return grouped(co, func(g *aio.Group) error {
					member(g, "a", sec, nil)
					member(g, "b", sec, errBoom)
					return nil
				})
			})
			task.Cancel("m")
			settle(co)
			co.Printf("%s\n", states(task))
		}},
		{"TGR-07, TGR-14 cancelled from outside, in its body", `
			0s body ends: cancelled: m
			0s a ends: cancelled
			0s t: cancelled: m, cancelling 1`, func(co *aio.Co) {
			inOwnTask(co, func(co *aio.Co) error {
				return grouped(co, func(g *aio.Group) error {
					member(g, "a", sec, nil)
					err := aio.Sleep(co, 9*sec)
					co.Printf("body ends: %v\n", err)
					return err
				})
			}).Cancel("m")
			settle(co)
		}},
		{"TGR-08 children that fail as they are cancelled count more", `
			0s t: group["a" "b"], cancelling 1
			0s t cancelled`, func(co *aio.Co) {
			task := inOwnTask(co, func(co *aio.Co) error {
				err := grouped(co, func(g *aio.Group) error {
					for _, name := range []string{"a", "b"} {
						_, err := g.Go(name, func(co *aio.Co) error { _ = aio.Sleep(co, sec); return errors.New(name) })
						if err != nil {
							return err
						}
					}
					return nil
				})
				if err := aio.Sleep(co, 0); err != nil { // the cancellation comes here
					return err
				}
				return err
			})
			task.Cancel()
			settle(co)
			co.Printf("%s\n", states(task))
		}},
		{"TGR-09 the body fails at once: its children never start", `
			0s main: group["boom"], cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				member(g, "a", sec, nil)
				return errBoom
			})
		}},
		{"TGR-09 the body fails later", `
			1s a ends: cancelled
			1s main: group["boom"], cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				member(g, "a", 2*sec, nil)
				_ = aio.Sleep(co, sec)
				return errBoom
			})
		}},
		{"TGR-10, TGR-12 a group in a group fails", `
			1s b ends: boom
			1s main: group["boom"], cancelling 0
			1s a ends: cancelled
			1s main: group["group[\"boom\"]"], cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				member(g, "a", 9*sec, nil)
				return grouped(co, func(g *aio.Group) error { member(g, "b", sec, errBoom); return nil })
			})
		}},
		{"TGR-11 the outer group fails while the inner one waits", `
			1s a ends: boom
			1s b ends: cancelled
			1s main: cancelled, cancelling 1
			1s main: group["boom"], cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				member(g, "a", sec, errBoom)
				return grouped(co, func(g *aio.Group) error { member(g, "b", 9*sec, nil); return nil })
			})
		}},
		{"TGR-13 the body is slow to give in", `
			1s a ends: boom
			3s main: group["boom"], cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				member(g, "a", sec, errBoom)
				err := aio.Sleep(co, 9*sec)
				_ = aio.Sleep(co, 2*sec)
				return err
			})
		}},
		{"TGR-15, TGR-16 the body replaces the cancellation by an error: it comes last", `
			1s a ends: boom
			1s main: group["boom" "other"], cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				member(g, "a", sec, errBoom)
				_ = aio.Sleep(co, 9*sec)
				return errOther
			})
		}},
		{"TGR-15 also when it comes from outside, trap 9 with a count that stays", `
			0s t: group["other"], cancelling 1
			0s t cancelled`, func(co *aio.Co) {
			task := inOwnTask(co, func(co *aio.Co) error {
				_ = grouped(co, func(g *aio.Group) error { _ = aio.Sleep(co, 9*sec); return errOther })
				return nil // with the cancellation still to be delivered
			})
			task.Cancel()
			settle(co)
			co.Printf("%s\n", states(task))
		}},
		{"TGR-18 cancelled before it starts", `
			0s t cancelled`, func(co *aio.Co) {
			task := aio.Go(co, "t", func(co *aio.Co) error {
				return grouped(co, func(g *aio.Group) error { member(g, "a", sec, nil); return nil })
			})
			task.Cancel()
			settle(co)
			co.Printf("%s\n", states(task))
		}},
		{"TGR-19 children that are done leave the group", `
			0s task group of 2
			1s task group of 1
			2s task group of 0`, func(co *aio.Co) {
			_ = aio.TaskGroup(co, func(g *aio.Group) error {
				for d := range 2 {
					_, _ = aio.SpawnIn(g, aio.TaskConfig{}, valued(sec*time.Duration(d+1)-1, 0))
				}
				for range 3 {
					co.Printf("%v\n", g)
					_ = aio.Sleep(co, sec)
				}
				return nil
			})
		}},
	} {
		t.Run(test.name, func(t *testing.T) { checkBody(t, test.want, test.run) })
	}
}
