package scenarios

import aio "github.com/asyncsim/asyncsim/primitives"

func deadlock01(co *aio.Co) error {
	var counter aio.Shared[int]
	a, b := aio.NewMutex("a"), aio.NewMutex("b")
	both := func(outer, inner *aio.Mutex, add int) func(co *aio.Co) error {
		return func(co *aio.Co) error {
			return outer.With(co, func() error {
				return inner.With(co, func() error {
					counter.Store(co, counter.Load(co)+add)
					return nil
				})
			})
		}
	}
	return runThreads(co, thread{"p", both(a, b, 1)}, thread{"q", both(b, a, -1)})
}

// carter01: the first user of each kind takes the lock for its kind, the last one gives it back; both do so under m.
func carter01(co *aio.Co) error {
	m, lock := aio.NewMutex("m"), aio.NewMutex("lock")
	use := func(co *aio.Co) error {
		var users aio.Shared[int] // of this kind, which has one
		err := m.With(co, func() error {
			users.Store(co, users.Load(co)+1)
			if users.Load(co) == 1 {
				return lock.Lock(co)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return m.With(co, func() error {
			users.Store(co, users.Load(co)-1)
			if users.Load(co) == 0 {
				return lock.Unlock(co)
			}
			return nil
		})
	}
	return runThreads(co, thread{"a", use}, thread{"b", use})
}

// phase01: the second phase of each thread takes x for good.
func phase01(co *aio.Co) error {
	x, y := aio.NewMutex("x"), aio.NewMutex("y")
	nothing := func() error { return nil }
	phases := func(co *aio.Co) error {
		if err := x.With(co, nothing); err != nil {
			return err
		}
		if err := x.Lock(co); err != nil {
			return err
		}
		if err := y.With(co, nothing); err != nil {
			return err
		}
		return y.With(co, nothing)
	}
	return runThreads(co, thread{"a", phases}, thread{"b", phases})
}

// sync01: the producer waits for room, but the consumer, which makes room, does not say so.
func sync01(co *aio.Co) error {
	var items aio.Shared[int]
	items.Store(co, 1)
	m, room, filled := aio.NewMutex("m"), newCondition(co, "room"), newCondition(co, "filled")
	await := func(co *aio.Co, news *condition, unwanted int) error {
		for items.Load(co) == unwanted {
			if err := news.wait(co, m); err != nil {
				return err
			}
		}
		return nil
	}
	return runThreads(co,
		thread{"consumer", func(co *aio.Co) error {
			return m.With(co, func() error {
				if err := await(co, filled, 0); err != nil {
					return err
				}
				items.Store(co, items.Load(co)-1)
				return nil
			})
		}},
		thread{"producer", func(co *aio.Co) error {
			err := m.With(co, func() error {
				if err := await(co, room, 1); err != nil {
					return err
				}
				items.Store(co, items.Load(co)+1)
				return nil
			})
			if err == nil {
				filled.signal(co)
			}
			return err
		}})
}

// sync02: the producer looks for room without the mutex, so that the consumer can make it, and say so, before it waits.
func sync02(co *aio.Co) error {
	var items aio.Shared[int]
	items.Store(co, 2)
	m, room := aio.NewMutex("m"), newCondition(co, "room")
	return runThreads(co,
		thread{"producer", func(co *aio.Co) error {
			full := items.Load(co) > 0
			return m.With(co, func() error {
				if full {
					if err := room.wait(co, m); err != nil {
						return err
					}
				}
				items.Store(co, items.Load(co)+1)
				return nil
			})
		}},
		thread{"consumer", func(co *aio.Co) error {
			for range 2 {
				err := m.With(co, func() error {
					items.Store(co, items.Load(co)-1)
					if items.Load(co) == 0 {
						room.signal(co)
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		}})
}
