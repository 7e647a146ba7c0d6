package scenarios

import (
	"errors"

	aio "github.com/asyncsim/asyncsim/primitives"
)

var (
	errBalance   = errors.New("account: the balance is not what was expected")
	errLimit     = errors.New("lazy01: the limit is reached")
	errTorn      = errors.New("reorder: one write was seen without the other")
	errStage     = errors.New("twostage: the second stage is missing")
	errUpdate    = errors.New("wronglock: the variable was changed under the mutex")
	errRing      = errors.New("token_ring: the values differ")
	errStopped   = errors.New("bluetooth: the driver was used after it was stopped")
	errWouldFall = errors.New("stack: pop of an empty stack")
	errOverflow  = errors.New("stack: push on a full stack")
	errOrder     = errors.New("queue: another item than expected")
	errEmpty     = errors.New("queue: no item is there")
	errReceived  = errors.New("circular_buffer: another item than expected")
)

// account: a deposit and a withdrawal, and a check of the balance after both.
func account(co *aio.Co) error {
	var balance aio.Shared[int]
	var deposited, withdrawn aio.Shared[bool]
	balance.Store(co, 1)
	m := aio.NewMutex("m")
	move := func(amount int, done *aio.Shared[bool]) func(co *aio.Co) error {
		return func(co *aio.Co) error {
			return m.With(co, func() error {
				balance.Store(co, balance.Load(co)+amount)
				done.Store(co, true)
				return nil
			})
		}
	}
	return runThreads(co,
		thread{"deposit", move(2, &deposited)},
		thread{"check", func(co *aio.Co) error {
			return m.With(co, func() error {
				if deposited.Load(co) && withdrawn.Load(co) && balance.Load(co) != -5 {
					return errBalance
				}
				return nil
			})
		}},
		thread{"withdraw", move(-4, &withdrawn)})
}

func lazy01(co *aio.Co) error {
	var data aio.Shared[int]
	m := aio.NewMutex("m")
	add := func(n int) func(co *aio.Co) error {
		return func(co *aio.Co) error {
			return m.With(co, func() error {
				data.Store(co, data.Load(co)+n)
				return nil
			})
		}
	}
	return runThreads(co,
		thread{"one", add(1)},
		thread{"check", func(co *aio.Co) error {
			return m.With(co, func() error {
				if data.Load(co) >= 3 {
					return errLimit
				}
				return nil
			})
		}},
		thread{"two", add(2)})
}

func reorder(args Args) func(co *aio.Co) error {
	setters, checkers := numbered("setter", args["setters"]), numbered("checker", args["checkers"])
	return func(co *aio.Co) error {
		var a, b aio.Shared[int]
		set := func(co *aio.Co) error {
			a.Store(co, 1)
			b.Store(co, -1)
			return nil
		}
		check := func(co *aio.Co) error {
			if a.Load(co) == 0 && b.Load(co) == 0 || a.Load(co) == 1 && b.Load(co) == -1 {
				return nil
			}
			return errTorn
		}
		return runGroups(co, group{setters, set}, group{checkers, check})
	}
}

func twostage(args Args) func(co *aio.Co) error {
	writers, readers := numbered("writer", args["writers"]), numbered("reader", args["readers"])
	return func(co *aio.Co) error {
		var first, second aio.Shared[int]
		m1, m2 := aio.NewMutex("m1"), aio.NewMutex("m2")
		write := func(co *aio.Co) error {
			err := m1.With(co, func() error {
				first.Store(co, 1)
				return nil
			})
			if err != nil {
				return err
			}
			return m2.With(co, func() error {
				second.Store(co, first.Load(co)+1)
				return nil
			})
		}
		read := func(co *aio.Co) error {
			var seen, then int
			err := m1.With(co, func() error {
				if first.Load(co) != 0 {
					seen = first.Load(co)
				}
				return nil
			})
			if err != nil || seen == 0 {
				return err
			}
			err = m2.With(co, func() error {
				then = second.Load(co)
				return nil
			})
			if err == nil && then != seen+1 {
				return errStage
			}
			return err
		}
		return runGroups(co, group{writers, write}, group{readers, read})
	}
}

func wronglock(args Args) func(co *aio.Co) error {
	ps, qs := numbered("p", args["p"]), numbered("q", args["q"])
	return func(co *aio.Co) error {
		var v aio.Shared[int]
		m1, m2 := aio.NewMutex("m1"), aio.NewMutex("m2")
		p := func(co *aio.Co) error {
			return m1.With(co, func() error {
				x := v.Load(co)
				v.Store(co, v.Load(co)+1)
				if v.Load(co) != x+1 {
					return errUpdate
				}
				return nil
			})
		}
		q := func(co *aio.Co) error {
			return m2.With(co, func() error {
				v.Store(co, v.Load(co)+1)
				return nil
			})
		}
		return runGroups(co, group{ps, p}, group{qs, q})
	}
}

func tokenRing(co *aio.Co) error {
	var x1, x2, x3 aio.Shared[int]
	var done1, done2, done3 aio.Shared[bool]
	x1.Store(co, 1)
	x2.Store(co, 2)
	x3.Store(co, 1)
	m := aio.NewMutex("m")
	pass := func(from, to *aio.Shared[int], add int, done *aio.Shared[bool]) func(co *aio.Co) error {
		return func(co *aio.Co) error {
			return m.With(co, func() error {
				to.Store(co, (from.Load(co)+add)%4)
				done.Store(co, true)
				return nil
			})
		}
	}
	return runThreads(co,
		thread{"1", pass(&x3, &x1, 1, &done1)},
		thread{"2", pass(&x1, &x2, 0, &done2)},
		thread{"3", pass(&x2, &x3, 0, &done3)},
		thread{"check", func(co *aio.Co) error {
			return m.With(co, func() error {
				if !done1.Load(co) || !done2.Load(co) || !done3.Load(co) {
					return nil
				}
				if x1.Load(co) == x2.Load(co) && x2.Load(co) == x3.Load(co) {
					return nil
				}
				return errRing
			})
		}})
}

// bluetooth: each thread gives back its share of the driver in release, and the last one tells that it may be stopped.
func bluetooth(co *aio.Co) error {
	var users aio.Shared[int]
	var stopping, unused, stopped aio.Shared[bool]
	users.Store(co, 1)
	m := aio.NewMutex("m")
	release := func(co *aio.Co) error {
		left := 0
		err := m.With(co, func() error {
			users.Store(co, users.Load(co)-1)
			left = users.Load(co)
			return nil
		})
		if err == nil && left == 0 {
			unused.Store(co, true)
		}
		return err
	}
	return runThreads(co,
		thread{"stop", func(co *aio.Co) error {
			stopping.Store(co, true)
			err := release(co)
			if err == nil && unused.Load(co) {
				stopped.Store(co, true)
			}
			return err
		}},
		thread{"add", func(co *aio.Co) error {
			if stopping.Load(co) {
				return nil
			}
			err := m.With(co, func() error {
				users.Store(co, users.Load(co)+1)
				return nil
			})
			if err != nil {
				return err
			}
			if stopped.Load(co) {
				return errStopped
			}
			return release(co)
		}})
}
