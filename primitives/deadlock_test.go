package aio_test

import (
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// TestDeadlock reads what the error says about tasks that wait for each other, in every way that has an other.
func TestDeadlock(t *testing.T) {
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"a future that nobody completes", `
			main: deadlock at 3s: nothing can run and no timer is set
			task "main" waits for future "f" since 3s`, func(co *aio.Co) {
			_ = aio.Sleep(co, 3*sec)
			_, _ = aio.NewFuture[int](co, "f").Await(co)
		}},
		{"a group whose task waits for the group's own", `
			main: deadlock at 0s: nothing can run and no timer is set
			task "main" waits for task group of 1 since 0s
			task "child" waits for task "main" since 0s
			cycle: "main" -> "child" -> "main"`, func(co *aio.Co) {
			main := aio.CurrentTask(co).(*aio.Task[aio.None])
			_ = aio.TaskGroup(co, func(g *aio.Group) error {
				_, _ = g.Go("over", func(*aio.Co) error { return nil })
				_, err := g.Go("child", func(co *aio.Co) error { _, err := main.Await(co); return err })
				return err
			})
		}},
		{"a gathering, by its first child that is not done", `
			main: deadlock at 0s: nothing can run and no timer is set
			task "main" waits for gather-1 since 0s
			task "child" waits for task "main" since 0s
			cycle: "main" -> "child" -> "main"`, func(co *aio.Co) {
			main := aio.CurrentTask(co).(*aio.Task[aio.None])
			child := aio.Go(co, "child", func(co *aio.Co) error { _, err := main.Await(co); return err })
			_, _ = aio.Gather(co, aio.Go(co, "over", func(*aio.Co) error { return nil }), child).Await(co)
		}},
		{"a shield and a wait for all", `
			main: deadlock at 0s: nothing can run and no timer is set
			task "main" waits for shield-1 since 0s
			task "child" waits for 2 awaitables since 0s
			cycle: "main" -> "child" -> "main"`, func(co *aio.Co) {
			main := aio.CurrentTask(co)
			child := aio.Go(co, "child", func(co *aio.Co) error {
				_, _, err := aio.Wait(co, []aio.Awaitable{main, aio.NewFuture[int](co, "f")}, aio.Forever, aio.AllCompleted)
				return err
			})
			_, _ = aio.Shield(co, child).Await(co)
		}},
		{"a wait for the first, which is nobody's in particular", `
			main: deadlock at 0s: nothing can run and no timer is set
			task "main" waits for 2 awaitables since 0s
			task "child" waits for task "main" since 0s`, func(co *aio.Co) {
			main := aio.CurrentTask(co).(*aio.Task[aio.None])
			child := aio.Go(co, "child", func(co *aio.Co) error { _, err := main.Await(co); return err })
			either := []aio.Awaitable{child, aio.NewFuture[int](co, "f")}
			_, _, _ = aio.Wait(co, either, aio.Forever, aio.FirstCompleted)
		}},
		{"a wait for the first of one", `
			main: deadlock at 0s: nothing can run and no timer is set
			task "main" waits for 1 awaitables since 0s
			task "child" waits for task "main" since 0s
			cycle: "main" -> "child" -> "main"`, func(co *aio.Co) {
			main := aio.CurrentTask(co).(*aio.Task[aio.None])
			child := aio.Go(co, "child", func(co *aio.Co) error { _, err := main.Await(co); return err })
			_, _, _ = aio.Wait(co, []aio.Awaitable{child}, aio.Forever, aio.FirstCompleted)
		}},
		{"a wait for a cancelled task, which waits for the one that waits", `
			main: deadlock at 0s: nothing can run and no timer is set
			task "main" waits for 1 awaitables since 0s
			task "child" waits for shield-2 since 0s
			cycle: "main" -> "child" -> "main"`, func(co *aio.Co) {
			main := aio.CurrentTask(co).(*aio.Task[aio.None])
			child := aio.Go(co, "child", func(co *aio.Co) error {
				for {
					_, _ = aio.Shield(co, main).Await(co)
				}
			})
			_ = aio.Sleep(co, 0)
			_, _ = aio.WaitFor(co, child, 0)
		}},
		{"completions", `
			main: deadlock at 0s: nothing can run and no timer is set
			task "main" waits for get from completions-1 since 0s`, func(co *aio.Co) {
			_, _ = aio.AsCompleted(co, aio.Forever, aio.NewFuture[int](co, "f")).Next(co)
		}},
	} {
		t.Run(test.name, func(t *testing.T) { checkBody(t, test.want, test.run) })
	}
}
