package conformance

import (
	"fmt"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// object is a declaration.
type object struct {
	slot slot
	*kind
	value   any
	lock    slot // of a condition; noSlot for one of its own
	parties int
	maxsize int
}

// kind is what can be declared.
type kind struct {
	value any // where none is given; nil if there is none
	make  func(in *interpreter, name string, o *object) any
}

var kinds = map[string]*kind{
	"future": {make: func(in *interpreter, name string, _ *object) any { return aio.NewFuture[any](in.loop, name) }},
	"event":  {make: func(_ *interpreter, name string, _ *object) any { return aio.NewEvent(name) }},
	"lock":   {make: func(_ *interpreter, name string, _ *object) any { return aio.NewLock(name) }},
	"semaphore": {value: 1, make: func(_ *interpreter, name string, o *object) any {
		return aio.NewSemaphore(name, o.value.(int))
	}},
	"bounded_semaphore": {value: 1, make: func(_ *interpreter, name string, o *object) any {
		return aio.NewBoundedSemaphore(name, o.value.(int))
	}},
	"condition": {make: func(in *interpreter, name string, o *object) any {
		if o.lock == noSlot {
			return aio.NewCondition(name, nil)
		}
		return aio.NewCondition(name, named[*aio.Lock](in, "a condition", o.lock))
	}},
	"barrier": {make: func(_ *interpreter, name string, o *object) any { return aio.NewBarrier(name, o.parties) }},
	"queue": {make: func(_ *interpreter, name string, o *object) any {
		return aio.NewQueue[any](name, max(0, o.maxsize)) // less than nothing is no bound
	}},
	"priority_queue": {make: func(_ *interpreter, name string, o *object) any {
		return aio.NewPriorityQueue(name, max(0, o.maxsize), less)
	}},
	"lifo_queue": {make: func(_ *interpreter, name string, o *object) any {
		return aio.NewLIFOQueue[any](name, max(0, o.maxsize))
	}},
	"var": {value: 0, make: func(_ *interpreter, _ string, o *object) any {
		n := o.value.(int)
		return &n
	}},
	"contextvar": {value: 0, make: func(_ *interpreter, name string, o *object) any {
		return aio.NewContextVar(name, o.value)
	}},
}

// check completes a declaration of the named kind. It returns an error for one that cannot be right.
func (o *object) check(kind string, hasValue bool) error {
	switch _, isInt := o.value.(int); {
	case o.kind == nil:
		return fmt.Errorf("there is no kind %q", kind)
	case !hasValue:
		o.value = o.kind.value
	case o.kind.value == nil:
		return fmt.Errorf("the kind %q has no value", kind)
	case !isInt && kind != "contextvar":
		return fmt.Errorf("the value of a %s is a whole number, not %s", kind, appendValue(nil, o.value))
	}
	return nil
}

// declare makes the declared objects.
func (in *interpreter) declare() (err error) {
	for i := range in.objects {
		o := &in.objects[i]
		made, err := in.make(o)
		if err != nil {
			return fmt.Errorf("object %q: %w", in.names[o.slot], err)
		}
		in.slots[o.slot] = made
	}
	return nil
}

// make makes an object. What the library says of a number that cannot be right is its error.
func (in *interpreter) make(o *object) (made any, err error) {
	defer func() {
		switch value := recover().(type) {
		case nil:
		case programError:
			err = value
		case *sim.UsageError:
			err = value
		default:
			panic(value)
		}
	}()
	return o.kind.make(in, in.names[o.slot], o), nil
}
