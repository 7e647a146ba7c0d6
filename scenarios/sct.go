package scenarios

import (
	"fmt"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// The programs sct/... are small concurrent programs of the literature on schedule exploration (SCTBench), each with
// one bug. All of them have one shape: main makes every thread, as a task, before any of them runs, and awaits them all.
// A thread has a switch point, and so a step, at each read and write of a shared variable and at each lock and unlock of
// a mutex, and nowhere else. A thread whose assertion fails gives back its mutexes and ends.
//
// sct is a constant in all but name: nothing changes it.
var sct = [...]Scenario{
	{Name: "sct/account", Intent: "the check of a balance expects the wrong sum, which shows when it comes last",
		Main: account},
	{Name: "sct/bluetooth", Intent: "a driver is stopped between the check that it runs and its use", Main: bluetooth},
	{Name: "sct/carter01", Intent: "a lock is awaited while the mutex is held that its release needs", Main: carter01},
	{Name: "sct/circular_buffer", Intent: "rounds without an item shift what the receiver expects",
		Main: circularBuffer},
	{Name: "sct/deadlock01", Intent: "two locks are taken in opposite orders", Main: deadlock01},
	{Name: "sct/lazy01", Intent: "a limit holds unless the check of it comes last", Main: lazy01},
	{Name: "sct/phase01", Intent: "a lock that nobody gives back: a deadlock in every order", Main: phase01},
	{Name: "sct/queue", Intent: "rounds without an item shift what the consumer expects", Main: queue},
	{Name: "sct/reorder", Intent: "a checker sees one of two writes that belong together", New: reorder,
		Params: []Param{{Name: "setters", Default: 2, Min: 1}, {Name: "checkers", Default: 1, Min: 1}}},
	{Name: "sct/stack", Intent: "a flag says that the stack has elements when it has none any more", Main: stack},
	{Name: "sct/sync01", Intent: "a producer waits for a signal that nobody gives", Main: sync01},
	{Name: "sct/sync02", Intent: "a signal comes between the check and the wait, and is lost", Main: sync02},
	{Name: "sct/token_ring", Intent: "values that are handed around agree only if the threads run in the ring's order",
		Main: tokenRing},
	{Name: "sct/twostage", Intent: "a reader comes between the two stages of a write", New: twostage,
		Params: []Param{{Name: "writers", Default: 1, Min: 1}, {Name: "readers", Default: 1, Min: 1}}},
	{Name: "sct/wronglock", Intent: "a variable is under two different mutexes", New: wronglock,
		Params: []Param{{Name: "p", Default: 1, Min: 1}, {Name: "q", Default: 3, Min: 1}}},
}

// condition is a condition variable with one waiter at most.
type condition struct {
	news   *aio.Event
	object uint32
}

func newCondition(co *aio.Co, name string) *condition {
	return &condition{news: aio.NewEvent(name), object: co.Loop().NewObject()}
}

// wait unlocks m and suspends until a signal comes, and then until it has m again.
func (c *condition) wait(co *aio.Co, m *aio.Mutex) error {
	if err := m.Unlock(co); err != nil {
		return err
	}
	if err := c.news.Wait(co); err != nil {
		return err
	}
	return m.Lock(co)
}

// signal wakes who waits now.
func (c *condition) signal(co *aio.Co) {
	co.Switch(sim.Op{Object: c.object, Write: true})
	c.news.Set()
	c.news.Clear()
}

// thread is a task that main makes.
type thread struct {
	name string
	body func(co *aio.Co) error
}

// group is several threads with one body.
type group struct {
	names []string
	body  func(co *aio.Co) error
}

// numbered returns n names.
func numbered(name string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s %d", name, i+1)
	}
	return names
}

// runThreads makes the threads and awaits them all. It suspends and returns the first error, in their order.
func runThreads(co *aio.Co, threads ...thread) error {
	j := newJoin(co, len(threads))
	tasks := make([]*aio.Task[aio.None], 0, 8)
	for _, t := range threads {
		tasks = append(tasks, aio.Go(co, t.name, j.counted(t.body)))
	}
	return j.await(co, tasks)
}

// runGroups is runThreads for groups of threads.
func runGroups(co *aio.Co, groups ...group) error {
	n := 0
	for _, g := range groups {
		n += len(g.names)
	}
	j := newJoin(co, n)
	tasks := make([]*aio.Task[aio.None], 0, 8)
	for _, g := range groups {
		body := j.counted(g.body)
		for _, name := range g.names {
			tasks = append(tasks, aio.Go(co, name, body))
		}
	}
	return j.await(co, tasks)
}

// join resumes who awaits threads when all of them have ended, and not before: so it takes no part in what is explored.
type join struct {
	left int
	done *aio.Future[aio.None]
}

func newJoin(co *aio.Co, n int) *join {
	return &join{n, aio.NewFuture[aio.None](co, "threads")}
}

// counted returns the body of a thread that tells when it ends.
func (j *join) counted(body func(co *aio.Co) error) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		err := body(co)
		if j.left--; j.left == 0 {
			if bug := j.done.SetResult(aio.None{}); bug != nil {
				return bug
			}
		}
		return err
	}
}

func (j *join) await(co *aio.Co, tasks []*aio.Task[aio.None]) error {
	_, first := j.done.Await(co)
	for _, t := range tasks {
		if err := t.Exception(); first == nil {
			first = err
		}
	}
	return first
}
