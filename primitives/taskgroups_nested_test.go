package aio_test

import (
	"errors"
	"fmt"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func TestTaskGroupCounts(t *testing.T) {
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"TGR-27, TGR-28 nested groups that both fail: the count is back to zero after each", `
			0s a ends: boom
			0s b ends: other
			0s main: group["other"], cancelling 1
			0s main: group["boom" "group[\"other\"]"], cancelling 0
			1s slept: <nil>`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				member(g, "a", 0, errBoom)
				return grouped(co, func(g *aio.Group) error {
					member(g, "b", 0, errOther)
					return aio.Sleep(co, 9*sec)
				})
			})
			co.Printf("slept: %v\n", aio.Sleep(co, sec))
		}},
		{"TGR-29, trap 8 a failure and a cancellation from outside in the same turn: the group first, then the cancellation", `
			0s a ends: boom
			0s t: group["boom"], cancelling 1
			0s then: cancelled, cancelling 1
			0s t done`, func(co *aio.Co) {
			var task *aio.Task[aio.None]
			task = aio.Go(co, "t", func(co *aio.Co) error {
				_ = grouped(co, func(g *aio.Group) error {
					_, err := g.Go("a", func(co *aio.Co) error {
						_ = aio.Sleep(co, 0)
						task.Cancel("outside")
						return sayEnd(co, errBoom)
					})
					return err
				})
				co.Printf("then: %v, cancelling %d\n", aio.Sleep(co, sec), aio.CurrentTask(co).Cancelling())
				return nil
			})
			settle(co)
			settle(co)
			co.Printf("%s\n", states(task))
		}},
		{"trap 10 a second cancellation from outside does not cancel the children again", `
			0s stubborn absorbs cancelled
			5s stubborn ends: <nil>
			5s t: cancelled: first, cancelling 2`, func(co *aio.Co) {
			task := inOwnTask(co, func(co *aio.Co) error {
				return grouped(co, func(g *aio.Group) error {
					_, err := g.Go("stubborn", func(co *aio.Co) error {
						co.Printf("stubborn absorbs %v\n", aio.Sleep(co, 9*sec))
						return sayEnd(co, aio.Sleep(co, 5*sec))
					})
					return err
				})
			})
			task.Cancel("first")
			_ = aio.Sleep(co, sec)
			task.Cancel("second")
			_ = aio.Sleep(co, 9*sec)
		}},
		{"TGR-23 what the body does on its way out fails too", `
			1s a ends: boom
			1s main: group["boom" "other"], cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) (err error) {
				defer func() { err = errOther }()
				member(g, "a", sec, errBoom)
				return aio.Sleep(co, 9*sec)
			})
		}},
		{"trap 8 in a timeout: the group's failure counts more than the deadline that it missed", `
			1s a ends: boom
			1s main: group["boom"], cancelling 1
			1s timeout: group["boom"], cancelling 0`, func(co *aio.Co) {
			err := aio.Timeout(co, sec, func(*aio.TimeoutScope) error {
				return grouped(co, func(g *aio.Group) error {
					_, _ = g.Go("a", func(co *aio.Co) error { _ = aio.Sleep(co, 9*sec); return sayEnd(co, errBoom) })
					return aio.Sleep(co, 9*sec)
				})
			})
			co.Printf("timeout: %s, cancelling %d\n", flat(err), aio.CurrentTask(co).Cancelling())
		}},
		{"a timeout in a group whose child fails: no timeout", `
			1s a ends: boom
			1s timeout: cancelled
			1s main: group["boom"], cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				member(g, "a", sec, errBoom)
				err := aio.Timeout(co, 2*sec, func(*aio.TimeoutScope) error { return aio.Sleep(co, 9*sec) })
				co.Printf("timeout: %v\n", err)
				return err
			})
		}},
		{"the siblings are cancelled in the order in which they were made", `
			0s 00 01 02 03 04 05 06 07 08 09 10 11
			0s main: group["boom"], cancelling 0`, func(co *aio.Co) {
			line := ""
			err := aio.TaskGroup(co, func(g *aio.Group) error {
				// Those that are over, so many that the group forgets them, must not disturb the order.
				for range 100 {
					_, _ = g.Go("over", func(*aio.Co) error { return nil })
				}
				_ = aio.Sleep(co, 0)
				for i := range 12 {
					_, _ = g.Go("", func(co *aio.Co) error {
						err := aio.Sleep(co, sec)
						line += fmt.Sprintf(" %02d", i)
						return err
					})
				}
				_ = aio.Sleep(co, 0)
				return errBoom
			})
			co.Printf("%s\n", line[1:])
			co.Printf("main: %s, cancelling %d\n", flat(err), aio.CurrentTask(co).Cancelling())
		}},
	} {
		t.Run(test.name, func(t *testing.T) { checkBody(t, test.want, test.run) })
	}
}

func TestTaskGroupMembers(t *testing.T) {
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"TGR-20 children make children, also while the group is being left", `
			1s 1 ends: <nil>
			2s 2 ends: <nil>
			3s 3 ends: <nil>
			3s main: <nil>, cancelling 0`, func(co *aio.Co) {
			var spawn func(g *aio.Group, n int)
			spawn = func(g *aio.Group, n int) {
				_, err := g.Go(fmt.Sprint(n), func(co *aio.Co) error {
					err := aio.Sleep(co, sec)
					if n < 3 {
						spawn(g, n+1)
					}
					return sayEnd(co, err)
				})
				if err != nil {
					co.Printf("%v\n", err)
				}
			}
			_ = grouped(co, func(g *aio.Group) error { spawn(g, 1); return nil })
		}},
		{"TGR-20 each makes two, until one fails", `
			0s main: group["boom"], cancelling 0
			0s 39 made, 31 started, 0 refused, 1 task is left`, func(co *aio.Co) {
			made, started, refused := 0, 0, 0
			var double func(g *aio.Group)
			double = func(g *aio.Group) {
				_, err := g.Go("", func(co *aio.Co) error {
					if started++; started == 20 {
						return errBoom
					}
					if err := aio.Sleep(co, 0); err != nil {
						return err
					}
					double(g)
					double(g)
					return nil
				})
				if err != nil {
					refused++
				} else {
					made++
				}
			}
			_ = grouped(co, func(g *aio.Group) error { double(g); return nil })
			co.Printf("%d made, %d started, %d refused, %d task is left\n", made, started, refused, len(aio.AllTasks(co)))
		}},
		{"TGR-21, TGR-31 name and context, eagerly or not", `
			0s eager has own
			0s lazy has own
			0s main has default`, func(co *aio.Co) {
			v := aio.NewContextVar("v", "default")
			own := aio.CopyContext(co)
			own.Set(v, "own")
			_ = aio.TaskGroup(co, func(g *aio.Group) error {
				for _, config := range []aio.TaskConfig{{Name: "lazy", Context: own}, {Name: "eager", Eager: true, Context: own}} {
					_, err := aio.SpawnIn(g, config, func(co *aio.Co) (int, error) {
						co.Printf("%s has %s\n", name(co), v.Get(co))
						return 0, nil
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
			co.Printf("main has %s\n", v.Get(co))
		}},
		{"TGR-32, trap 11 a task that an eager child makes as it fails is cancelled too", `
			0s nested ends: cancelled
			0s main: group["boom"], cancelling 0
			0s nested cancelled`, func(co *aio.Co) {
			var nested *aio.Task[aio.None]
			_ = grouped(co, func(g *aio.Group) error {
				_, err := aio.SpawnIn(g, aio.TaskConfig{Name: "failing", Eager: true}, func(*aio.Co) (int, error) {
					nested = member(g, "nested", sec, nil)
					return 0, errBoom
				})
				return err
			})
			co.Printf("%s\n", states(nested))
		}},
		{"trap 11 an eager child is cancelled before the tasks that its first step made", `
			0s eager ends: cancelled
			0s nested ends: cancelled
			0s main: group["boom"], cancelling 0`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				_, err := aio.SpawnIn(g, aio.TaskConfig{Name: "eager", Eager: true}, func(co *aio.Co) (int, error) {
					member(g, "nested", sec, nil)
					err := aio.Sleep(co, sec)
					co.Printf("eager ends: %v\n", err)
					return 0, err
				})
				return errors.Join(err, aio.Sleep(co, 0), errBoom)
			})
		}},
		{"TGR-33 an eager child that fails at once does not cancel past the group", `
			0s body goes on
			0s body ends: cancelled
			0s main: group["boom"], cancelling 0
			1s slept: <nil>`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				_, err := aio.SpawnIn(g, aio.TaskConfig{Eager: true}, func(*aio.Co) (int, error) { return 0, errBoom })
				if err != nil {
					return err
				}
				co.Printf("body goes on\n")
				err = aio.Sleep(co, sec)
				co.Printf("body ends: %v\n", err)
				return err
			})
			co.Printf("slept: %v\n", aio.Sleep(co, sec))
		}},
		{"TGR-33 and the body ends without a suspension", `
			0s main: group["boom"], cancelling 0
			1s slept: <nil>`, func(co *aio.Co) {
			_ = grouped(co, func(g *aio.Group) error {
				_, err := aio.SpawnIn(g, aio.TaskConfig{Eager: true}, func(*aio.Co) (int, error) { return 0, errBoom })
				return err
			})
			co.Printf("slept: %v\n", aio.Sleep(co, sec))
		}},
	} {
		t.Run(test.name, func(t *testing.T) { checkBody(t, test.want, test.run) })
	}
}

// TestTaskGroupRefuses is TGR-22 and TGR-25: a task that a group refuses does not exist.
func TestTaskGroupRefuses(t *testing.T) {
	err := aio.RunWith(quiet, func(co *aio.Co) error {
		never := func(*aio.Co) error { t.Error("a refused task runs"); return nil }
		var left *aio.Group
		_ = aio.TaskGroup(co, func(g *aio.Group) error {
			left = g
			_, _ = g.Go("failing", func(*aio.Co) error { return errBoom })
			_ = aio.Sleep(co, sec)
			_, err := g.Go("late", never)
			wantUsage(t, err, err, `create task "late" in task "main" at 0s: the task group is shutting down`)
			return nil
		})
		_, err := left.Go("later", never)
		wantUsage(t, err, err, `create task "later" in task "main" at 0s: the task group is finished`)
		_ = aio.TaskGroup(co, func(g *aio.Group) error { left = g; return nil })
		task, err := left.Go("late", never)
		wantUsage(t, err, err, `create task "late" in task "main" at 0s: the task group is finished`)
		if task != nil || len(aio.AllTasks(co)) != 1 {
			t.Errorf("it returns %v, and %d tasks are there", task, len(aio.AllTasks(co)))
		}
		return aio.Sleep(co, sec)
	})
	if err != nil {
		t.Error(err)
	}
}

// TestTaskGroupPanic: a panic that is recovered outside leaves the group without waiting. Its tasks are cancelled, and
// their failures no longer concern the parent, only the exception handler once the parent is over.
func TestTaskGroupPanic(t *testing.T) {
	v := aio.NewContextVar("v", "default")
	check(t, `
		0s parent recovers ouch
		0s patient ends: cancelled
		0s parent slept: <nil>, cancelling 0
		0s task has failed but its parent task "parent" is already completed: boom in stubborn
		main: <nil>`, func(co *aio.Co) error {
		co.Loop().SetExceptionHandler(func(l *aio.Loop, c sim.ExceptionContext) {
			l.Printf("%s: %v in %s\n", c.Message, c.Exception, v.Get(l))
		})
		aio.Go(co, "parent", func(co *aio.Co) error {
			func() {
				defer func() { co.Printf("parent recovers %v\n", recover()) }()
				_ = aio.TaskGroup(co, func(g *aio.Group) error {
					member(g, "patient", sec, nil)
					for turns := range 2 {
						_, _ = g.Go("stubborn", func(co *aio.Co) error {
							v.Set(co, name(co))
							_ = aio.Sleep(co, sec)
							for range 3 * turns {
								_ = aio.Sleep(co, 0)
							}
							return errBoom
						})
					}
					_ = aio.Sleep(co, 0)
					panic("ouch")
				})
			}()
			_ = aio.Sleep(co, 0)
			err := aio.Sleep(co, 0)
			co.Printf("parent slept: %v, cancelling %d\n", err, aio.CurrentTask(co).Cancelling())
			return err
		})
		settle(co)
		settle(co)
		return nil
	})
}
