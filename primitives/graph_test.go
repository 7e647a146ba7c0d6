package aio_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// TestGRA_01_AwaitedBy formats the graph of a future f one second after main has gone to wait for it in some way.
func TestGRA_01_AwaitedBy(t *testing.T) {
	for _, test := range []struct {
		name, want string
		wait       func(co *aio.Co, f *aio.Future[int])
	}{
		{"plain future, awaited by nobody", `
			* future "f"`, func(*aio.Co, *aio.Future[int]) {}},
		{"plain future", `
			* future "f"
			  + Awaited by:
			    * task "main"
			      + Waits for: future "f"`, func(co *aio.Co, f *aio.Future[int]) {
			_, _ = f.Await(co)
		}},
		{"task", `
			* future "f"
			  + Awaited by:
			    * task "child"
			      + Waits for: future "f"
			      + Awaited by:
			        * task "main"
			          + Waits for: task "child"`, func(co *aio.Co, f *aio.Future[int]) {
			_, _ = aio.Spawn(co, "child", f.Await).Await(co)
		}},
		{"task group", `
			* future "f"
			  + Awaited by:
			    * task "a"
			      + Waits for: future "f"
			      + Awaited by:
			        * task "main"
			          + Waits for: task group of 2
			    * task "b"
			      + Waits for: future "f"
			      + Awaited by:
			        * task "main" (shown above)`, func(co *aio.Co, f *aio.Future[int]) {
			_ = aio.TaskGroup(co, func(g *aio.Group) error {
				_, _ = aio.SpawnIn(g, aio.TaskConfig{Name: "a"}, f.Await)
				_, _ = aio.SpawnIn(g, aio.TaskConfig{Name: "b"}, f.Await)
				return nil
			})
		}},
		{"task group whose body runs on", `
			* future "f"
			  + Awaited by:
			    * task "a"
			      + Waits for: future "f"
			      + Awaited by:
			        * task "main"
			          + Waits for: sleep until 2s`, func(co *aio.Co, f *aio.Future[int]) {
			_ = aio.TaskGroup(co, func(g *aio.Group) error {
				_, _ = aio.SpawnIn(g, aio.TaskConfig{Name: "a"}, f.Await)
				return aio.Sleep(co, 2*sec)
			})
		}},
		{"gather", `
			* future "f"
			  + Awaited by:
			    * gather-1
			      + Awaited by:
			        * task "main"
			          + Waits for: gather-1`, func(co *aio.Co, f *aio.Future[int]) {
			_, _ = aio.Gather(co, f, f).Await(co)
		}},
		{"gather that has failed", `
			* future "f"`, func(co *aio.Co, f *aio.Future[int]) {
			failing := aio.Spawn(co, "failing", func(*aio.Co) (int, error) { return 0, errBoom })
			_, _ = aio.Gather(co, f, failing).Await(co)
		}},
		{"shield", `
			* future "f"
			  + Awaited by:
			    * shield-1
			      + Awaited by:
			        * task "main"
			          + Waits for: shield-1`, func(co *aio.Co, f *aio.Future[int]) {
			_, _ = aio.Shield(co, f).Await(co)
		}},
		{"shield that was cancelled", `
			* future "f"`, func(co *aio.Co, f *aio.Future[int]) {
			aio.Shield(co, f).Cancel()
		}},
		{"timeout", `
			* future "f"
			  + Awaited by:
			    * task "main"
			      + Waits for: future "f"`, func(co *aio.Co, f *aio.Future[int]) {
			_ = aio.Timeout(co, 9*sec, func(*aio.TimeoutScope) error { _, err := f.Await(co); return err })
		}},
		{"wait_for", `
			* future "f"
			  + Awaited by:
			    * task "main"
			      + Waits for: future "f"`, func(co *aio.Co, f *aio.Future[int]) {
			_, _ = aio.WaitFor(co, f, 9*sec)
		}},
		{"wait_for without time, of a task that does not give in", `
			* future "f"
			  + Awaited by:
			    * task "stubborn"
			      + Waits for: future "f"
			      + Awaited by:
			        * task "main"
			          + Waits for: 1 awaitables`, func(co *aio.Co, f *aio.Future[int]) {
			stubborn := aio.Spawn(co, "stubborn", func(co *aio.Co) (int, error) {
				_ = aio.Sleep(co, 9*sec)
				return f.Await(co)
			})
			_ = aio.Sleep(co, 0)
			_, _ = aio.WaitFor(co, stubborn, 0)
		}},
		{"wait", `
			* future "f"
			  + Awaited by:
			    * task "main"
			      + Waits for: 2 awaitables`, func(co *aio.Co, f *aio.Future[int]) {
			both := []aio.Awaitable{f, aio.NewFuture[int](co, "g")}
			_, _, _ = aio.Wait(co, both, 2*sec, aio.AllCompleted)
		}},
		{"as_completed", `
			* future "f"
			  + Awaited by:
			    * task "other"
			      + Waits for: get from completions-1
			    * task "main"
			      + Waits for: get from completions-1`, func(co *aio.Co, f *aio.Future[int]) {
			all := aio.AsCompleted(co, 2*sec, f, aio.NewFuture[int](co, "g"))
			aio.Go(co, "other", func(co *aio.Co) error { _, err := all.Next(co); return err })
			_ = aio.Sleep(co, 0)
			_, _ = all.Next(co)
		}},
		{"staggered race", `
			* future "f"
			  + Awaited by:
			    * task "race-1/0"
			      + Waits for: future "f"
			      + Awaited by:
			        * task "main"
			          + Waits for: race-1`, func(co *aio.Co, f *aio.Future[int]) {
			_, _ = aio.StaggeredRace(co, aio.Forever, f.Await)
		}},
		{"a callback of the user's is nobody", `
			* future "f"`, func(_ *aio.Co, f *aio.Future[int]) {
			f.AddDoneCallback("callback", func(*aio.Future[int]) {})
		}},
		{"nested", `
			* future "f"
			  + Awaited by:
			    * task "b"
			      + Waits for: future "f"
			      + Awaited by:
			        * task "a"
			          + Waits for: task "b"
			          + Awaited by:
			            * gather-1
			              + Awaited by:
			                * shield-1
			                  + Awaited by:
			                    * task "main"
			                      + Waits for: shield-1`, func(co *aio.Co, f *aio.Future[int]) {
			a := aio.Go(co, "a", func(co *aio.Co) error {
				return aio.TaskGroup(co, func(g *aio.Group) error {
					b, _ := aio.SpawnIn(g, aio.TaskConfig{Name: "b"}, f.Await)
					_, err := b.Await(co)
					return err
				})
			})
			_, _ = aio.Shield(co, aio.Gather(co, a)).Await(co)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got string
			if err := aio.Run(func(co *aio.Co) error {
				f := aio.NewFuture[int](co, "f")
				co.Loop().CallLater("look", sec, func() {
					got = aio.FormatCallGraph(f)
					_ = f.SetResult(1)
				})
				test.wait(co, f)
				return aio.Sleep(co, 2*sec)
			}); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(strings.ReplaceAll(strings.TrimSpace(test.want), "\t", ""), got); diff != "" {
				t.Errorf("the graph differs (- wanted, + got):\n%s", diff)
			}
		})
	}
}

// checkGraph compares a graph with want, whose indentation by tabs does not count.
func checkGraph(t *testing.T, want string, a aio.Awaitable) {
	t.Helper()
	want = strings.ReplaceAll(strings.TrimSpace(want), "\t", "")
	if diff := cmp.Diff(want, aio.FormatCallGraph(a)); diff != "" {
		t.Errorf("the graph differs (- wanted, + got):\n%s", diff)
	}
}

func TestGRA_01_Cycle(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		var b *aio.Task[aio.None]
		a := aio.Go(co, "a", func(co *aio.Co) error { _, err := b.Await(co); return err })
		b = aio.Go(co, "b", func(co *aio.Co) error { _, err := a.Await(co); return err })
		_ = aio.Sleep(co, 0)
		checkGraph(t, `
			* task "a"
			  + Waits for: task "b"
			  + Awaited by:
			    * task "b"
			      + Waits for: task "a"
			      + Awaited by:
			        * task "a" (shown above)`, a)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestGRA_01_States looks at a task in every state.
func TestGRA_01_States(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		main := aio.CurrentTask(co)
		checkGraph(t, `* task "main"`, main)
		child := aio.Go(co, "child", func(co *aio.Co) error {
			_ = aio.Sleep(co, 0)
			_ = aio.Sleep(co, sec)
			self := aio.CurrentTask(co)
			eager(co, "eager", func(*aio.Co) error {
				checkGraph(t, "* task \"child\"\n  + Awaited by:\n    * task \"main\"\n      + Waits for: task \"child\"", self)
				return nil
			})
			return nil
		})
		checkGraph(t, `* task "child"`, child)
		_ = aio.Sleep(co, 0)
		checkGraph(t, "* task \"child\"\n  + Waits for: next turn", child)
		_ = aio.Sleep(co, 0)
		_ = aio.Sleep(co, 0)
		checkGraph(t, "* task \"child\"\n  + Waits for: sleep until 1s", child)
		co.Loop().CallAt("look", sec, func() {
			graph, _, _ := strings.Cut(aio.FormatCallGraph(child), "\n  + Awaited by:")
			if want := "* task \"child\"\n  + Waits for: the end of its sleep, in this turn"; graph != want {
				t.Errorf("got %s", graph)
			}
		})
		_, err := child.Await(co)
		checkGraph(t, `* task "child"`, child)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestAwaitedBy: each awaiter comes once, in the order in which it began to wait, and as what it was made as.
func TestAwaitedBy(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		f := aio.NewFuture[int](co, "f")
		all := aio.Gather(co, f)
		task := aio.Spawn(co, "task", f.Await)
		shield := aio.Shield(co, f)
		_ = aio.Sleep(co, 0)
		if diff := cmp.Diff([]string{"gather-1", "shield-1", `task "task"`}, texts(aio.AwaitedBy(f))); diff != "" {
			t.Error(diff)
		}
		for i, by := range aio.AwaitedBy(f) {
			if want := []aio.Awaitable{all, shield, task}[i]; by != want {
				t.Errorf("%v is another %v", by, want)
			}
		}
		_ = f.SetResult(1)
		if by := aio.AwaitedBy(f); len(by) != 0 {
			t.Errorf("a done future is awaited by %v", by)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func texts(as []aio.Awaitable) (all []string) {
	for _, a := range as {
		all = append(all, a.String())
	}
	return all
}

func ExampleFormatCallGraph() {
	_ = aio.Run(func(co *aio.Co) error {
		step := aio.NewEvent("step")
		return aio.TaskGroup(co, func(g *aio.Group) error {
			worker, err := g.Go("worker", step.Wait)
			if err != nil {
				return err
			}
			if _, err := g.Go("watcher", func(co *aio.Co) error { _, err := worker.Await(co); return err }); err != nil {
				return err
			}
			_ = aio.Sleep(co, time.Second)
			co.Printf("%s\n", aio.FormatCallGraph(worker))
			step.Set()
			return nil
		})
	})
	// Output:
	// * task "worker"
	//   + Waits for: event "step"
	//   + Awaited by:
	//     * task "main"
	//     * task "watcher"
	//       + Waits for: task "worker"
	//       + Awaited by:
	//         * task "main" (shown above)
}
