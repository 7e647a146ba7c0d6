package aio

import (
	"errors"
	"fmt"
	"slices"

	"github.com/asyncsim/asyncsim/sim"
)

// Group is one use of [TaskGroup], as its body sees it (asyncio.TaskGroup).
type Group struct {
	parent          *task
	open            int       // how many tasks there are
	members         []*member // the tasks, in the order of their creation, and some that have left
	errors          []error
	exiting         bool
	aborting        bool
	parentCancelled bool // by the group itself
	waiting         bool // for the last task, in TaskGroup
}

var (
	errFinished     = errors.New("the task group is finished")
	errShuttingDown = errors.New("the task group is shutting down")
)

// TaskGroup runs body and waits for the tasks that it made in the group (asyncio.TaskGroup). When body or a task fails,
// or the calling task is cancelled, the other tasks, and body, are cancelled. It returns an *ExceptionGroup of all
// failures, in the order in which they came, body's last; else, if the calling task was cancelled, the *CancelledError.
// It suspends while tasks are left; without any it does not.
func TaskGroup(co *Co, body func(g *Group) error) error {
	g := &Group{parent: taskOf(co, "TaskGroup")}
	if body == nil {
		return g.parent.f.w.loop.Usage("TaskGroup", "", sim.ErrNilFunction)
	}
	returned := false
	defer func() {
		if !returned { // a panic, which may be recovered outside, is the one way not to wait for the tasks
			g.abort()
		}
	}()
	err := body(g)
	returned = true
	return g.leave(err)
}

// Go makes a task in the group. It does not suspend. It returns a *sim.UsageError when the group is shutting down or
// finished; the task then does not exist.
func (g *Group) Go(name string, fn func(co *Co) error) (*Task[None], error) {
	return spawnIn[None](g, TaskConfig{Name: name}, fn, nil)
}

// SpawnIn is [Group.Go] for a function that has a result, with everything that can be said about a task.
func SpawnIn[T any](g *Group, config TaskConfig, fn func(co *Co) (T, error)) (*Task[T], error) {
	return spawnIn(g, config, nil, fn)
}

func spawnIn[T any](g *Group, config TaskConfig, do func(*Co) error, fn func(*Co) (T, error)) (*Task[T], error) {
	w := g.parent.f.w
	switch {
	case g.exiting && g.open == 0:
		return nil, w.loop.Usage("create task", fmt.Sprintf("%q", config.Name), errFinished)
	case g.aborting:
		return nil, w.loop.Usage("create task", fmt.Sprintf("%q", config.Name), errShuttingDown)
	}
	t := newTask(w, config, do, fn)
	g.open++
	m := &member{g: g, t: &t.core}
	g.insert(m)
	t.future.add(m)
	return t, nil
}

func (g *Group) String() string { return fmt.Sprintf("task group of %d", g.open) }

// Holder returns the oldest task that the group waits for.
func (g *Group) Holder() *Co {
	for _, m := range g.members {
		if !m.left {
			return &m.t.co
		}
	}
	return nil
}

// insert keeps the order of creation: an eager task comes before the tasks that its first step made in the group.
func (g *Group) insert(m *member) {
	i := len(g.members)
	for i > 0 && g.members[i-1].t.co.ID() > m.t.co.ID() {
		i--
	}
	g.members = slices.Insert(g.members, i, m)
}

// abort cancels the tasks in the order of their creation (a set in CPython).
func (g *Group) abort() {
	g.aborting = true
	for _, m := range g.members {
		if m.t.f.state == pending {
			m.t.cancel(nil)
		}
	}
}

// member is a task of a group: the waiter that tells the group when the task is done.
type member struct {
	g    *Group
	t    *task
	left bool
}

func (m *member) completed(f *future) { f.w.loop.Schedule(m) }
func (m *member) awaiters() []*future { return []*future{m.g.parent.f} }

// Call is the callback of the group.
func (m *member) Call() { m.g.taskDone(m) }

func (g *Group) taskDone(m *member) {
	t := m.t
	m.left = true
	g.open--
	if len(g.members) > 32 && len(g.members) > 2*g.open {
		g.members = slices.DeleteFunc(g.members, func(m *member) bool { return m.left })
	}
	if g.waiting && g.open == 0 {
		g.waiting = false
		g.parent.co.Wake()
	}
	if t.f.state != failed {
		return
	}
	g.errors = append(g.errors, t.f.retrieve(""))
	if g.parent.f.state != pending {
		t.f.report(fmt.Sprintf("task has failed but its parent %v is already completed", g.parent.f))
		return
	}
	if !g.aborting {
		g.abort()
		g.parentCancelled = true
		g.parent.cancel(nil)
	}
}

// leave is TaskGroup.__aexit__; err is what the body ended with.
func (g *Group) leave(err error) error {
	g.exiting = true
	var cancellation error
	if isCancelled(err) {
		cancellation = err
	}
	if err != nil && !g.aborting {
		g.abort()
	}
	for g.open > 0 {
		g.waiting = true
		_, waitErr := g.parent.wait(g)
		g.waiting = false
		if waitErr != nil && !g.aborting {
			cancellation = waitErr
			g.abort()
		}
	}
	if g.parentCancelled { // which means that there are errors to return
		g.parent.uncancel()
	}
	if cancellation != nil && len(g.errors) == 0 {
		return cancellation
	}
	if err != nil && !isCancelled(err) {
		g.errors = append(g.errors, err)
	}
	if len(g.errors) == 0 {
		return nil
	}
	if g.parent.cancels > 0 {
		// A cancellation from outside that collided with the failures is delivered at the next suspension.
		g.parent.uncancel()
		g.parent.cancel(nil)
	}
	return &ExceptionGroup{Message: "unhandled errors in a TaskGroup", Errors: g.errors}
}
