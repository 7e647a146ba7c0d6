package scenarios

import aio "github.com/asyncsim/asyncsim/primitives"

// rounds returns a thread's body that does something so many times, each time under the mutex.
func rounds(n int, m *aio.Mutex, do func(co *aio.Co, i int) error) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		for i := range n {
			if err := m.With(co, func() error { return do(co, i) }); err != nil {
				return err
			}
		}
		return nil
	}
}

// stack: the flag goes up with the first push, and never down.
func stack(co *aio.Co) error {
	const size = 10
	var top aio.Shared[int]
	var flag aio.Shared[bool]
	m := aio.NewMutex("m")
	return runThreads(co,
		thread{"push", rounds(size, m, func(co *aio.Co, _ int) error {
			height := top.Load(co)
			if height == size {
				return errOverflow
			}
			top.Store(co, height+1)
			flag.Store(co, true)
			return nil
		})},
		thread{"pop", rounds(size, m, func(co *aio.Co, _ int) error {
			if !flag.Load(co) {
				return nil
			}
			height := top.Load(co)
			if height == 0 {
				return errWouldFall
			}
			top.Store(co, height-1)
			return nil
		})})
}

// queue: the consumer expects the item of its own round, also after rounds that it skipped.
func queue(co *aio.Co) error {
	const size = 20
	var slots, stored [size]aio.Shared[int]
	var head, tail aio.Shared[int]
	var flag aio.Shared[bool]
	m := aio.NewMutex("m")
	return runThreads(co,
		thread{"producer", rounds(size, m, func(co *aio.Co, i int) error {
			end := tail.Load(co)
			slots[end].Store(co, i+1)
			tail.Store(co, end+1)
			stored[i].Store(co, i+1)
			flag.Store(co, true)
			return nil
		})},
		thread{"consumer", rounds(size, m, func(co *aio.Co, i int) error {
			if !flag.Load(co) {
				return nil
			}
			start := head.Load(co)
			if start == tail.Load(co) {
				return errEmpty
			}
			item := slots[start].Load(co)
			head.Store(co, start+1)
			if item != stored[i].Load(co) {
				return errOrder
			}
			return nil
		})})
}

// circularBuffer has room for one item. The receiver expects the item of its own round.
func circularBuffer(co *aio.Co) error {
	const items = 7
	var buffer aio.Shared[int]
	var send, receive aio.Shared[bool]
	send.Store(co, true)
	m := aio.NewMutex("m")
	return runThreads(co,
		thread{"sender", rounds(items, m, func(co *aio.Co, i int) error {
			if send.Load(co) {
				buffer.Store(co, i)
				send.Store(co, false)
				receive.Store(co, true)
			}
			return nil
		})},
		thread{"receiver", rounds(items, m, func(co *aio.Co, i int) error {
			if receive.Load(co) {
				if buffer.Load(co) != i {
					return errReceived
				}
				receive.Store(co, false)
				send.Store(co, true)
			}
			return nil
		})})
}
