package sim

import "fmt"

// Door is what tasks wait before at a switch point: a mutex of theirs is a door that its holder shuts. Whoever comes
// first to an open door passes, so that nothing decides but the choice of the next task. The zero Door is open.
type Door struct {
	shut    bool
	waiting []*Co // parked before it
	on      fmt.Stringer
}

// SwitchAt is [Co.Switch] before a door: while it is shut co is not ready, and it parks where nothing is explored too. It
// reports whether the door is open: false means that [Co.Wake] came first. What is waited for is said by on.
func (co *Co) SwitchAt(d *Door, op Op, on fmt.Stringer) (open bool) {
	co.Check("switch")
	l := co.loop
	if !d.shut && (!l.choosing || co.fresh) {
		co.Switch(op)
		return true
	}
	d.on = on
	co.fresh = false
	w := co.worker
	w.op, w.door, co.pending = op, d, true
	for {
		if d.shut {
			d.waiting = append(d.waiting, co)
			co.park(on)
		} else if co.cross() {
			w.yield(struct{}{})
			co.arrive()
		}
		if !d.shut || !co.pending {
			break
		}
	}
	open = !d.shut && co.pending
	co.pending = false
	w.op, w.door = Op{}, nil
	co.observe(op)
	return open
}

// Shut shuts the door. Tasks that could have passed, and were not the next to run, wait again.
func (d *Door) Shut(l *Loop) {
	d.shut = true
	if !l.choosing {
		return // nobody is at an open door
	}
	n, before := l.ready.n, len(d.waiting)
	for range n {
		it := l.ready.Pop()
		if co, ok := it.(*Co); ok && co.worker != nil && co.worker.door == d {
			co.on = d.on
			d.waiting = append(d.waiting, co)
		} else {
			l.ready.Push(it)
		}
	}
	if l.cancelling {
		current := l.current
		for _, co := range d.waiting[before:] {
			l.current = co // it asks
			co.chooseCancel(d.on)
		}
		l.current = current
	}
}

// Open opens the door. Those who wait are ready, in the order in which they came; the others wait again when the first
// has passed and shut it.
func (d *Door) Open(l *Loop) {
	d.shut = false
	for _, co := range d.waiting {
		if !l.closed {
			co.on = switching{}
			l.ready.Push(co)
		}
	}
	clear(d.waiting)
	d.waiting = d.waiting[:0]
}

// away takes a task that is woken from the door that it is at, and reports whether it was ready there.
func (co *Co) away() (ready bool) {
	d := co.worker.door
	co.worker.door = nil
	for i, other := range d.waiting {
		if other == co {
			d.waiting = append(d.waiting[:i], d.waiting[i+1:]...)
			return false
		}
	}
	return true
}
