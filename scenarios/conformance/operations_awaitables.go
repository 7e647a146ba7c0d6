package conformance

import (
	"strconv"

	aio "github.com/asyncsim/asyncsim/primitives"
)

var awaitableOperations = []operation{
	{name: "await", args: "s", inTask: true, eval: func(f *frame, o *op) (any, error) {
		return get[awaitable](f, o, 0).Await(f.co)
	}},
	{name: "cancel", args: "s?v", eval: func(f *frame, o *op) (any, error) {
		return get[awaitable](f, o, 0).Cancel(o.args[1:]...), nil
	}},
	{name: "set_result", args: "sv", act: func(f *frame, o *op) error { return get[settable](f, o, 0).SetResult(o.args[1]) }},
	{name: "set_exception", args: "sww", act: func(f *frame, o *op) error {
		return get[settable](f, o, 0).SetException(failure(o.word(1), o.word(2)))
	}},
	{name: "done", args: "s", eval: func(f *frame, o *op) (any, error) { return get[awaitable](f, o, 0).Done(), nil }},
	{name: "cancelled", args: "s", eval: func(f *frame, o *op) (any, error) { return get[awaitable](f, o, 0).Cancelled(), nil }},
	{name: "result", args: "s", eval: func(f *frame, o *op) (any, error) { return get[awaitable](f, o, 0).Result() }},
	{name: "exception", args: "s", eval: func(f *frame, o *op) (any, error) {
		a := get[awaitable](f, o, 0)
		err := a.Exception()
		if a.Failed() {
			return err, nil // it is a value
		}
		return nil, err
	}},
	{name: "add_done_callback", args: "ss", act: addDoneCallback},
	{name: "remove_done_callback", args: "ss", eval: func(f *frame, o *op) (any, error) {
		name, ok := f.in.added[[2]slot{o.slot(0), o.slot(1)}]
		if !ok {
			return 0, nil
		}
		return get[awaitable](f, o, 0).RemoveDoneCallback(name), nil
	}},
}

// settable is a future, or a task, which refuses.
type settable interface {
	SetResult(value any) error
	SetException(err error) error
}

// addDoneCallback adds a callback under a name of its own: each is a new function, which can be removed alone.
func addDoneCallback(f *frame, o *op) error {
	a, callback := get[awaitable](f, o, 0), f.in.names[o.slot(1)]
	f.in.adds++
	name := callback + "." + strconv.Itoa(f.in.adds)
	f.in.added[[2]slot{o.slot(0), o.slot(1)}] = name
	run := f.in.callback(callback, func() string { return "callback " + callback + " " + a.Name() + " " + stateOf(a) })
	aio.AddDoneCallback(a, name, func(aio.Awaitable) { run() })
	return nil
}

func stateOf(a aio.Awaitable) string {
	switch {
	case a.Cancelled():
		return "cancelled"
	case a.Failed():
		return "failed"
	}
	return "ok"
}
