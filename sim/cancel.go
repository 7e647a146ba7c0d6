package sim

import "fmt"

// cancellation is the name of the callback that cancels a task because the chooser says so.
const cancellation = "cancellation"

// chooseCancel asks the chooser, where the running coroutine suspends, whether that is cancelled there. The first one, a
// vocabulary's main task, never is. A switch point is no suspension.
func (co *Co) chooseCancel(on fmt.Stringer) {
	if co.worker.cancelled || co.id == 1 {
		return
	}
	l := co.loop
	if l.askFor(Cancel, 2, "") == 0 {
		return
	}
	co.worker.cancelled = true
	j := l.CallSoon(cancellation, co.body.Cancel).job
	l.timed++
	j.timed, j.number = true, l.timed // it keeps no order with what the task has scheduled: it comes from elsewhere
	for i := range l.ready.n - 1 {
		if l.ready.At(i) == item(co) { // in asyncio's order, too, it comes before the step that it ends the wait for
			l.ready.insert(i)
			return
		}
	}
}
