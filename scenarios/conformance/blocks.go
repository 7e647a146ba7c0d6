package conformance

import aio "github.com/asyncsim/asyncsim/primitives"

// The operations that hold others print their own lines.

func leave(f *frame, o *op) error {
	f.returned, f.value = true, o.args[0]
	return nil
}

func repeat(f *frame, o *op) error {
	for range o.number(0) {
		f.in.spend()
		if err := f.run(o.body); err != nil || f.returned {
			return err
		}
	}
	return nil
}

func try(f *frame, o *op) error {
	h := o.block
	err := f.run(o.body)
	if err != nil && h.hasExcept && catches(h.on, err) {
		f.in.line(f.who, "caught "+string(appendError(nil, err)))
		caught := err
		if err = f.run(h.except); err == nil && !f.returned && h.reraise {
			err = caught
		}
	}
	if h.hasFinally {
		f.in.line(f.who, "finally")
		returned, value := f.returned, f.value
		f.returned = false
		if replaced := f.run(h.finally); replaced != nil {
			return replaced
		}
		f.returned, f.value = returned, value
	}
	return err
}

// locker is what a with block can hold.
type locker interface {
	With(co *aio.Co, body func() error) error
}

func with(f *frame, o *op) error {
	return f.inside(o, func(body func() error) error { return get[locker](f, o, 0).With(f.co, body) })
}

func timeout(f *frame, o *op) error {
	return f.inside(o, func(body func() error) error {
		return aio.Timeout(f.co, o.ticks(1), func(s *aio.TimeoutScope) error {
			f.in.slots[o.slot(0)] = s
			return body()
		})
	})
}

func timeoutAt(f *frame, o *op) error {
	return f.inside(o, func(body func() error) error {
		return aio.TimeoutAt(f.co, o.ticks(1), func(s *aio.TimeoutScope) error {
			f.in.slots[o.slot(0)] = s
			return body()
		})
	})
}

func taskGroup(f *frame, o *op) error {
	return f.inside(o, func(body func() error) error {
		return aio.TaskGroup(f.co, func(g *aio.Group) error {
			f.in.slots[o.slot(0)] = g
			return body()
		})
	})
}

// inside runs the operation's body inside something that is entered and left.
func (f *frame) inside(o *op, around func(body func() error) error) error {
	heading := o.name + " " + f.in.names[o.slot(0)]
	err := around(func() error {
		f.in.line(f.who, heading+" enter")
		return f.run(o.body)
	})
	if err != nil {
		f.returned, f.value = false, nil
	}
	f.in.print(f.who, heading+" exit", noValue{}, err)
	return err
}
