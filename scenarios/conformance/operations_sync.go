package conformance

import aio "github.com/asyncsim/asyncsim/primitives"

type (
	acquirer interface{ Acquire(co *aio.Co) error }
	releaser interface{ Release() error }
	lockable interface{ Locked() bool }
	queue    = *aio.Queue[any]
)

var lockOperations = []operation{
	{name: "acquire", args: "s", inTask: true, act: func(f *frame, o *op) error { return get[acquirer](f, o, 0).Acquire(f.co) }},
	{name: "release", args: "s", act: func(f *frame, o *op) error { return get[releaser](f, o, 0).Release() }},
	{name: "locked", args: "s", eval: func(f *frame, o *op) (any, error) { return get[lockable](f, o, 0).Locked(), nil }},
	{name: "event_wait", args: "s", inTask: true, act: func(f *frame, o *op) error {
		return get[*aio.Event](f, o, 0).Wait(f.co)
	}},
	{name: "event_set", args: "s", act: func(f *frame, o *op) error {
		get[*aio.Event](f, o, 0).Set()
		return nil
	}},
	{name: "event_clear", args: "s", act: func(f *frame, o *op) error {
		get[*aio.Event](f, o, 0).Clear()
		return nil
	}},
	{name: "is_set", args: "s", eval: func(f *frame, o *op) (any, error) { return get[*aio.Event](f, o, 0).IsSet(), nil }},
	{name: "cond_wait", args: "s", inTask: true, act: func(f *frame, o *op) error {
		return get[*aio.Condition](f, o, 0).Wait(f.co)
	}},
	{name: "cond_wait_for", args: "ssn", inTask: true, act: func(f *frame, o *op) error {
		v := get[*int](f, o, 1)
		return get[*aio.Condition](f, o, 0).WaitFor(f.co, func() bool { return *v >= o.number(2) })
	}},
	{name: "notify", args: "sn", act: func(f *frame, o *op) error { return get[*aio.Condition](f, o, 0).Notify(o.number(1)) }},
	{name: "notify_all", args: "s", act: func(f *frame, o *op) error { return get[*aio.Condition](f, o, 0).NotifyAll() }},
	{name: "barrier_wait", args: "s", inTask: true, eval: func(f *frame, o *op) (any, error) {
		return get[*aio.Barrier](f, o, 0).Wait(f.co)
	}},
	{name: "barrier_reset", args: "s", inTask: true, act: func(f *frame, o *op) error {
		return get[*aio.Barrier](f, o, 0).Reset(f.co)
	}},
	{name: "barrier_abort", args: "s", inTask: true, act: func(f *frame, o *op) error {
		return get[*aio.Barrier](f, o, 0).Abort(f.co)
	}},
	{name: "barrier_state", args: "s", eval: func(f *frame, o *op) (any, error) {
		b := get[*aio.Barrier](f, o, 0)
		return []any{b.Waiting(), b.Broken()}, nil
	}},
}

var queueOperations = []operation{
	{name: "put", args: "sv", inTask: true, act: func(f *frame, o *op) error { return get[queue](f, o, 0).Put(f.co, o.args[1]) }},
	{name: "get", args: "s", inTask: true, eval: func(f *frame, o *op) (any, error) { return get[queue](f, o, 0).Get(f.co) }},
	{name: "put_nowait", args: "sv", act: func(f *frame, o *op) error { return get[queue](f, o, 0).PutNowait(o.args[1]) }},
	{name: "get_nowait", args: "s", eval: func(f *frame, o *op) (any, error) { return get[queue](f, o, 0).GetNowait() }},
	{name: "join", args: "s", inTask: true, act: func(f *frame, o *op) error { return get[queue](f, o, 0).Join(f.co) }},
	{name: "task_done", args: "s", act: func(f *frame, o *op) error { return get[queue](f, o, 0).TaskDone() }},
	{name: "shutdown", args: "sb", act: func(f *frame, o *op) error {
		get[queue](f, o, 0).Shutdown(o.truth(1))
		return nil
	}},
	{name: "qstate", args: "s", eval: func(f *frame, o *op) (any, error) {
		q := get[queue](f, o, 0)
		return []any{q.Len(), q.Empty(), q.Full()}, nil
	}},
}
