package conformance

import (
	"slices"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// operations are all there are, by name.
var operations = table(blockOperations, taskOperations, awaitableOperations, loopOperations, lockOperations, queueOperations)

func table(groups ...[]operation) map[string]*operation {
	byName := map[string]*operation{}
	for _, group := range groups {
		for i := range group {
			byName[group[i].name] = &group[i]
		}
	}
	return byName
}

var blockOperations = []operation{
	{name: "try", args: "BH", scope: try},
	{name: "with", args: "sB", scope: with, inTask: true},
	{name: "timeout", args: "stB", scope: timeout, inTask: true},
	{name: "timeout_at", args: "stB", scope: timeoutAt, inTask: true},
	{name: "taskgroup", args: "sB", scope: taskGroup, inTask: true},
	{name: "repeat", args: "nB", scope: repeat},
	{name: "return", args: "v", scope: leave, inTask: true},
}

var loopOperations = []operation{
	{name: "log", args: "w", act: func(*frame, *op) error { return nil }},
	{name: "raise", args: "ww", act: func(_ *frame, o *op) error { return exception(o.word(0), o.word(1)) }},
	{name: "time", eval: func(f *frame, _ *op) (any, error) { return int(f.in.loop.Now() / tick), nil }},
	{name: "call_soon", args: "sw", act: func(f *frame, o *op) error {
		f.in.slots[o.slot(0)] = f.in.loop.CallSoon(o.word(1), f.scheduled(o.word(1)))
		return nil
	}},
	{name: "call_later", args: "sdw", act: func(f *frame, o *op) error {
		f.in.slots[o.slot(0)] = f.in.loop.CallLater(o.word(2), o.ticks(1), f.scheduled(o.word(2)))
		return nil
	}},
	{name: "call_at", args: "sdw", act: func(f *frame, o *op) error {
		f.in.slots[o.slot(0)] = f.in.loop.CallAt(o.word(2), o.ticks(1), f.scheduled(o.word(2)))
		return nil
	}},
	{name: "cancel_handle", args: "s", act: func(f *frame, o *op) error {
		get[sim.Handle](f, o, 0).Cancel()
		return nil
	}},
	{name: "set", args: "sn", act: func(f *frame, o *op) error {
		*get[*int](f, o, 0) = o.number(1)
		return nil
	}},
	{name: "add", args: "sn", eval: func(f *frame, o *op) (any, error) {
		v := get[*int](f, o, 0)
		*v += o.number(1)
		return *v, nil
	}},
	{name: "ctx_set", args: "sv", act: func(f *frame, o *op) error {
		get[*aio.ContextVar[any]](f, o, 0).Set(f.on(), o.args[1])
		return nil
	}},
	{name: "ctx_get", args: "s", eval: func(f *frame, o *op) (any, error) {
		return get[*aio.ContextVar[any]](f, o, 0).Get(f.on()), nil
	}},
	{name: "reschedule", args: "st", act: func(f *frame, o *op) error {
		return get[*aio.TimeoutScope](f, o, 0).Reschedule(o.ticks(1))
	}},
	{name: "timeout_state", args: "s", eval: func(f *frame, o *op) (any, error) {
		s := get[*aio.TimeoutScope](f, o, 0)
		if s.When() == aio.Forever {
			return []any{nil, s.Expired()}, nil
		}
		return []any{int(s.When() / tick), s.Expired()}, nil
	}},
}

// scheduled returns a callback for the loop.
func (f *frame) scheduled(name string) func() {
	return f.in.callback(name, func() string { return "callback " + name })
}

// names returns the sorted names under which awaitables were made.
func names[A aio.Awaitable](list []A) []string {
	all := make([]string, len(list))
	for i, a := range list {
		all[i] = a.Name()
	}
	slices.Sort(all)
	return all
}
