package explore_test

import (
	"errors"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// The programs of the literature (SCTBench), with the model in which their probabilities are known: every operation of a
// shared variable or a aio.Mutex is one step, and all tasks are ready at the start.

var errWrong = errors.New("assertion failed")

func check(ok bool) error {
	if ok {
		return nil
	}
	return errWrong
}

type program = func(co *aio.Co) error

// together runs the bodies as tasks. Who makes them goes on when all are finished and not before, so that it takes no
// part in the race.
func together(co *aio.Co, bodies ...program) error {
	left := len(bodies)
	done := aio.NewFuture[error](co, "all")
	var first error
	for _, body := range bodies {
		aio.Go(co, "", func(co *aio.Co) error {
			err := body(co)
			if first == nil {
				first = err
			}
			if left--; left == 0 {
				return done.SetResult(first)
			}
			return nil
		})
	}
	err, failed := done.Await(co)
	return errors.Join(err, failed)
}

func times(n int, body program) []program {
	bodies := make([]program, n)
	for i := range bodies {
		bodies[i] = body
	}
	return bodies
}

func reorder(setters, checkers int) program {
	return func(co *aio.Co) error {
		var a, b aio.Shared[int]
		return together(co, append(
			times(setters, func(co *aio.Co) error {
				a.Store(co, 1)
				b.Store(co, -1)
				return nil
			}),
			times(checkers, func(co *aio.Co) error {
				return check(a.Load(co) == 0 && b.Load(co) == 0 || a.Load(co) == 1 && b.Load(co) == -1)
			})...)...)
	}
}

func twostage(writers, readers int) program {
	return func(co *aio.Co) error {
		var first, second aio.Mutex
		var d1, d2 aio.Shared[int]
		return together(co, append(
			times(writers, func(co *aio.Co) error {
				return errors.Join(
					first.With(co, func() error { d1.Store(co, 1); return nil }),
					second.With(co, func() error { d2.Store(co, d1.Load(co)+1); return nil }))
			}),
			times(readers, func(co *aio.Co) error {
				t, u := 0, 0
				if err := first.With(co, func() error {
					if d1.Load(co) != 0 {
						t = d1.Load(co)
					}
					return nil
				}); err != nil || t == 0 {
					return err
				}
				err := second.With(co, func() error { u = d2.Load(co); return nil })
				return errors.Join(err, check(u == t+1))
			})...)...)
	}
}

func account(co *aio.Co) error {
	var m aio.Mutex
	balance, deposited, withdrawn := 1, false, false
	var shared [3]aio.Shared[int] // the steps that they stand for
	return together(co,
		func(co *aio.Co) error {
			return m.With(co, func() error {
				shared[0].Load(co)
				balance += 2
				shared[0].Store(co, 0)
				shared[1].Store(co, 0)
				deposited = true
				return nil
			})
		},
		func(co *aio.Co) error {
			return m.With(co, func() error {
				shared[0].Load(co)
				balance -= 4
				shared[0].Store(co, 0)
				shared[2].Store(co, 0)
				withdrawn = true
				return nil
			})
		},
		func(co *aio.Co) error {
			return m.With(co, func() error { return check(!deposited || !withdrawn || balance == -5) })
		})
}

func deadlock01(co *aio.Co) error {
	var a, b aio.Mutex
	var c aio.Shared[int]
	both := func(x, y *aio.Mutex, delta int) program {
		return func(co *aio.Co) error {
			return x.With(co, func() error {
				return y.With(co, func() error { aio.Add(co, &c, delta); return nil })
			})
		}
	}
	return together(co, both(&a, &b, 1), both(&b, &a, -1))
}

func bluetooth(co *aio.Co) error {
	var m aio.Mutex
	var stopping, stopped, event aio.Shared[bool]
	var io aio.Shared[int]
	io.Store(co, 1)
	release := func(co *aio.Co) error {
		n := 0
		err := m.With(co, func() error {
			io.Store(co, io.Load(co)-1)
			n = io.Load(co)
			return nil
		})
		if n == 0 {
			event.Store(co, true)
		}
		return err
	}
	return together(co,
		func(co *aio.Co) error {
			stopping.Store(co, true)
			err := release(co)
			if event.Load(co) {
				stopped.Store(co, true)
			}
			return err
		},
		func(co *aio.Co) error {
			var err error
			if !stopping.Load(co) {
				err = errors.Join(
					m.With(co, func() error { io.Store(co, io.Load(co)+1); return nil }),
					check(!stopped.Load(co)))
			}
			return errors.Join(err, release(co))
		})
}

func stack(co *aio.Co) error {
	const rounds = 10
	var m aio.Mutex
	var top aio.Shared[int]
	var flag aio.Shared[bool]
	each := func(round program) program {
		return func(co *aio.Co) error {
			for range rounds {
				if err := m.With(co, func() error { return round(co) }); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return together(co,
		each(func(co *aio.Co) error {
			err := check(top.Load(co) != rounds)
			aio.Add(co, &top, 1)
			flag.Store(co, true)
			return err
		}),
		each(func(co *aio.Co) error {
			if !flag.Load(co) {
				return nil
			}
			err := check(top.Load(co) != 0)
			aio.Add(co, &top, -1)
			return err
		}))
}
