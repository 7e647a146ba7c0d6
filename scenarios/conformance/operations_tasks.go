package conformance

import (
	"fmt"

	aio "github.com/asyncsim/asyncsim/primitives"
)

var taskOperations = []operation{
	{name: "sleep", args: "d", inTask: true, act: func(f *frame, o *op) error { return aio.Sleep(f.co, o.ticks(0)) }},
	{name: "spawn", args: "sw", act: func(f *frame, o *op) error { return f.spawn(o, false) }},
	{name: "spawn_eager", args: "sw", act: func(f *frame, o *op) error { return f.spawn(o, true) }},
	{name: "tg_spawn", args: "ssw", act: func(f *frame, o *op) error {
		g := get[*aio.Group](f, o, 0)
		name := f.in.names[o.slot(1)]
		t, err := aio.SpawnIn(g, aio.TaskConfig{Name: name}, f.in.coroutine(name, o.word(2)))
		if err == nil {
			f.in.slots[o.slot(1)] = t
		}
		return err
	}},
	{name: "uncancel", inTask: true, eval: func(f *frame, _ *op) (any, error) {
		return aio.CurrentTask(f.co).Uncancel(), nil
	}},
	{name: "cancelling", args: "s", eval: func(f *frame, o *op) (any, error) {
		return get[aio.AnyTask](f, o, 0).Cancelling(), nil
	}},
	{name: "current_task", eval: func(f *frame, _ *op) (any, error) {
		if t := aio.CurrentTask(f.on()); t != nil {
			return t.Name(), nil
		}
		return nil, nil
	}},
	{name: "all_tasks", eval: func(f *frame, _ *op) (any, error) { return names(aio.AllTasks(f.on())), nil }},
	{name: "wait", args: "ltw", inTask: true, eval: wait},
	{name: "wait_for", args: "st", inTask: true, eval: func(f *frame, o *op) (any, error) {
		return aio.WaitFor(f.co, get[awaitable](f, o, 0), o.ticks(1))
	}},
	{name: "wait_for_coro", args: "wwt", inTask: true, eval: func(f *frame, o *op) (any, error) {
		if o.ticks(2) <= 0 {
			panic(programError{"the timeout of wait_for_coro must be more than 0"})
		}
		return aio.WaitForFunc(f.co, o.ticks(2), f.in.coroutine(o.word(0), o.word(1)))
	}},
	{name: "as_completed", args: "lt", inTask: true, eval: asCompleted},
	{name: "gather", args: "slb", act: gather},
	{name: "shield", args: "ss", act: func(f *frame, o *op) error {
		inner := get[awaitable](f, o, 1)
		outer := aio.Shield(f.on(), inner)
		if outer != inner {
			outer.SetName(f.in.names[o.slot(0)])
		}
		f.in.slots[o.slot(0)] = outer
		return nil
	}},
}

func (f *frame) spawn(o *op, eager bool) error {
	name := f.in.names[o.slot(0)]
	f.in.slots[o.slot(0)] = aio.NewTask(f.on(), aio.TaskConfig{Name: name, Eager: eager}, f.in.coroutine(name, o.word(1)))
	return nil
}

// awaitables returns what the names in argument i stand for.
func (f *frame) awaitables(o *op, i int) []awaitable {
	list := make([]awaitable, len(o.slots(i)))
	for j, s := range o.slots(i) {
		list[j] = named[awaitable](f.in, o.name, s)
	}
	return list
}

func wait(f *frame, o *op) (any, error) {
	var when aio.When
	switch o.word(2) {
	case "ALL_COMPLETED":
		when = aio.AllCompleted
	case "FIRST_COMPLETED":
		when = aio.FirstCompleted
	case "FIRST_EXCEPTION":
		when = aio.FirstException
	default:
		panic(programError{fmt.Sprintf("nothing waits for %q", o.word(2))})
	}
	var list []aio.Awaitable
	for _, a := range f.awaitables(o, 0) {
		list = append(list, a)
	}
	done, pending, err := aio.Wait(f.co, list, o.ticks(1), when)
	return []any{names(done), names(pending)}, err
}

func asCompleted(f *frame, o *op) (any, error) {
	values := []any{}
	for a, err := range aio.AsCompleted(f.on(), o.ticks(1), f.awaitables(o, 0)...).All(f.co) {
		if err != nil {
			return nil, err
		}
		value, err := a.Result()
		if err == nil {
			values = append(values, value)
		} else if name := nameOf(err); name == "TimeoutError" || name == "CancelledError" {
			return nil, err
		}
		f.in.print(f.who, "next", value, err)
	}
	return values, nil
}

func gather(f *frame, o *op) error {
	children := f.awaitables(o, 1)
	var outer awaitable
	if o.truth(2) {
		outer = aio.AsAny(aio.GatherOutcomes(f.on(), children...))
	} else {
		outer = aio.AsAny(aio.Gather(f.on(), children...))
	}
	outer.SetName(f.in.names[o.slot(0)])
	f.in.slots[o.slot(0)] = outer
	return nil
}
