package sim

import (
	"iter"
	"runtime/debug"
)

// Pool keeps the goroutines that carry coroutines, and the buffers of loops, so that they are made once and used for
// many. It has one owner: a loop, or a search over many runs (see [Config].Pool). It must not be used by two goroutines
// at a time.
type Pool struct {
	idle     []*worker
	spare    buffers
	loops    []Loop // for the next ones, where there are many
	attached any
	closed   bool
}

// buffers is what a loop makes as it goes, and leaves to the next one when it is closed.
type buffers struct {
	ready      Ring[item] // what runs next, in order
	timers     timerHeap  // what becomes ready later
	freeJobs   *job
	candidates []int   // room for a [Choice]
	deadlines  []int64 // room for those within the slack
}

// clear drops what is scheduled. Jobs that have not run are left to their Handles.
func (b *buffers) clear() {
	b.ready.clear()
	b.timers.clear()
}

// NewPool returns an empty pool. Its owner closes it.
func NewPool() *Pool { return &Pool{} }

// Close ends the goroutines of the pool. Loops that use the pool must be closed before.
func (p *Pool) Close() {
	p.closed = true
	for _, w := range p.idle {
		w.stop()
	}
	p.idle = nil
}

// Pool returns the pool of the loop's configuration; nil: the loop has one of its own.
func (l *Loop) Pool() *Pool { return l.config.Pool }

// Attach keeps a vocabulary's own state for all loops of the pool.
func (p *Pool) Attach(state any) { p.attached = state }

// Attached returns what was attached, or nil.
func (p *Pool) Attached() any { return p.attached }

// loop returns a new loop. They are made many at a time, which takes less than one by one.
func (p *Pool) loop() *Loop {
	if len(p.loops) == 0 {
		p.loops = make([]Loop, 32)
	}
	l := &p.loops[0]
	p.loops = p.loops[1:]
	return l
}

func (p *Pool) get() *worker {
	if n := len(p.idle); n > 0 {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return w
	}
	w := new(worker)
	w.next, w.stop = iter.Pull(w.serve)
	return w
}

func (p *Pool) put(w *worker) {
	if p.closed {
		w.stop()
		return
	}
	p.idle = append(p.idle, w)
}

// worker is a goroutine that carries one coroutine after another. It is an iter.Pull function: next switches to it and
// yield switches back, directly, without a channel and without the scheduler.
type worker struct {
	next      func() (struct{}, bool)
	stop      func()
	yield     func(struct{}) bool
	co        *Co
	op        Op     // what co is about to do, at a switch point
	begun     uint32 // how many steps co has begun
	unwound   uint32 // how often the panic that unwinds co was raised anew
	cancelled bool   // the chooser has cancelled co
	door      *Door  // that co is at
}

func (w *worker) serve(yield func(struct{}) bool) {
	w.yield = yield
	for {
		carry(w.co)
		w.co, w.op, w.begun, w.unwound, w.cancelled, w.door = nil, Op{}, 0, 0, false, nil
		if !yield(struct{}{}) {
			return
		}
	}
}

// carry runs one coroutine to its end. It is not inlined because the watchdog looks for it in a stack dump.
//
//go:noinline
func carry(co *Co) {
	defer settle(co)
	co.body.Run(co)
	if co.fresh && co.state == coStarted {
		co.observe(Op{})
	}
	co.state = coFinished
}

// settle takes leave of a coroutine and tells how it ended, if it did not return: by the panic that unwinds it, by a
// panic of its own, or by runtime.Goexit (t.FailNow), which iter.Pull hands on to the loop's goroutine. In that case the
// worker is lost and resume does not return, so all that must be done in every case is done here.
func settle(co *Co) {
	before := co.state
	co.state, co.pending, co.worker, co.on = coFinished, false, nil, nil
	co.loop.forget(co)
	if before == coFinished {
		return
	}
	switch value := recover().(type) {
	case nil, unwind:
	default:
		if before == coLeaving && misuseOfClosedLoop(value) {
			return
		}
		co.loop.fail(&PanicError{Task: co.name, Time: co.loop.Now(), Value: value, Stack: debug.Stack()})
	}
}
