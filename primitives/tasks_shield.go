package aio

// Shield returns a future that ends as inner does, but whose cancellation does not reach inner (asyncio.shield). It does
// not suspend: await what it returns. A done inner is returned itself. If inner fails after the shield was cancelled,
// the loop's exception handler is told. Shield panics with a *sim.UsageError for an inner that is nil, or pending
// and of another loop.
func Shield[T any](on HasLoop, inner AwaitableOf[T]) AwaitableOf[T] {
	w := worldOf(on, "Shield")
	if f, err := baseOf(inner); err == nil && f.state != pending {
		return inner
	}
	f := w.mustOwn(inner, "shield")
	outer := newFuture[T](w, w.label("shield", ""), f)
	onInner := internally(&outer.future, func() {
		switch f.state {
		case cancelled:
			outer.cancelNow(nil)
		case failed:
			if outer.state != cancelled {
				_ = outer.SetException(f.retrieve(""))
			}
		default:
			if outer.state != cancelled {
				value, _ := inner.Result()
				_ = outer.SetResult(value)
			}
		}
	})
	f.add(onInner)
	outer.add(internally(nil, func() {
		if f.state == pending {
			f.remove(onInner)
			f.removeIf(isShieldLog)
			f.add(shieldLog{})
		}
	}))
	return outer
}

// shieldLog reports the exception of a future that nobody shields any more. A future has one at most, however many
// shields it had.
type shieldLog struct{}

func isShieldLog(w waiter) bool { return w == waiter(shieldLog{}) }

func (shieldLog) awaiters() []*future { return nil }

func (shieldLog) completed(f *future) {
	f.w.loop.CallSoon("", func() {
		if f.state == failed {
			f.report("exception in shielded future")
		}
	})
}
