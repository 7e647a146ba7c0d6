package aio

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/asyncsim/asyncsim/sim"
)

// Co is the coroutine that a function runs in: see [sim.Co].
type Co = sim.Co

// Loop is an event loop on virtual time: see [sim.Loop].
type Loop = sim.Loop

// Config says how a loop runs: see [sim.Config].
type Config = sim.Config

// HasLoop is what an object can be made on: a *Co in a coroutine, and in a callback, which has no co, the *Loop itself
// or any future or task of it.
type HasLoop interface {
	Loop() *Loop
}

var (
	errNilException = errors.New("the exception is nil")
	errNoLoop       = errors.New("the co or loop to do it on is nil")
	errManyMessages = errors.New("it takes one message at most")
)

// world is what the vocabulary keeps for a loop.
type world struct {
	loop    *Loop
	futures uint64         // how many were made
	sights  uint32         // how many lists of awaitables were looked through: see firstSight
	unnamed map[string]int // how many objects of each kind were given a number for a name
	// The futures and tasks that failed, or a superset: those whose exception was retrieved since leave it now and then.
	failures []*future

	slab     *slab               // nil: the loop is by itself
	scopes   uint64              // how many timeouts were entered
	contexts map[*task]*contexts // of the tasks that have asked for one: see Context

	ending       bool          // the unfinished tasks are cancelled, because the run ends
	executing    int           // functions that RunInExecutor runs
	executorShut bool          // no more of them
	executed     *Future[None] // for whoever waits until there are none; nil if nobody does
}

// worldOf returns the world of on's loop. A co that is not running panics, as every use of it does, and so does what
// has no loop.
func worldOf(on HasLoop, op string) *world {
	if co, ok := on.(*Co); ok {
		co.Check(op)
		return worldOfLoop(co.Loop())
	}
	switch on := on.(type) {
	case Awaitable:
		return mustBase(on, op).w
	case nil:
	default:
		if l := on.Loop(); l != nil {
			return worldOfLoop(l)
		}
	}
	panic(&sim.UsageError{Op: op, Err: errNoLoop})
}

func worldOfLoop(l *Loop) *world {
	if w, ok := l.Attached().(*world); ok {
		return w
	}
	w := &world{}
	w.init(l, slabOf(l.Pool()))
	return w
}

func (w *world) init(l *Loop, s *slab) {
	w.loop, w.slab = l, s
	l.Attach(w)
}

// mustHave panics with a *sim.UsageError where there is no function.
func (w *world) mustHave(function bool, op, name string) {
	if !function {
		panic(w.loop.Usage(op, fmt.Sprintf("%q", name), sim.ErrNilFunction))
	}
}

// label is how traces and errors call an object: its kind and the name that its user gave it, or else a number.
type label struct {
	kind   string
	name   string
	number int
}

// label returns the label of a new object.
func (w *world) label(kind, name string) label {
	l := label{kind: kind, name: name}
	l.use(w, kind)
	return l
}

// use gives an object that was made without a loop its number, where it has no name and none yet.
func (l *label) use(w *world, kind string) {
	if l.name == "" && l.number == 0 {
		if w.unnamed == nil {
			w.unnamed = map[string]int{}
		}
		w.unnamed[kind]++
		l.number = w.unnamed[kind]
	}
}

func (l *label) called() string     { return l.name }
func (l *label) rename(name string) { l.name = name }

// String returns the kind and the name or the number.
func (l *label) String() string { return l.text("") }

// text is String for an object whose zero value may be used: its label may not know the kind.
func (l *label) text(kind string) string {
	if l.kind != "" {
		kind = l.kind
	}
	if l.number > 0 && l.name == "" {
		return fmt.Sprintf("%s-%d", kind, l.number)
	}
	return fmt.Sprintf("%s %q", kind, l.name)
}

// explored reports whether events are recorded that only a report of an explored run shows.
func (w *world) explored() bool { return w.loop.Tracing() && w.loop.Exploring() }

// traceCancel records that an object, a task if it has a number, is to be cancelled.
func (w *world) traceCancel(object string, id uint32, message any) {
	if !w.loop.Tracing() {
		return
	}
	e := sim.Event{Kind: sim.CancelRequested, Object: object, ObjectID: id}
	if message != nil {
		e.Text = (&CancelledError{Message: message}).Error()
	}
	w.loop.Emit(e)
}

func (w *world) noteFailure(f *future) {
	if n := len(w.failures); n >= 64 && n == cap(w.failures) {
		w.failures = slices.DeleteFunc(w.failures, func(f *future) bool { return !f.unretrieved })
	}
	w.failures = append(w.failures, f)
}

// reportFailures tells the exception handler of every exception that nobody retrieved, in the order in which the
// futures were made. CPython does so when the object is collected; Go has no reference counts, so the run's end is the
// first moment at which it is certain, and the only one that is the same in every run.
func (w *world) reportFailures() {
	for len(w.failures) > 0 { // the handler may make new ones
		failures := w.failures
		w.failures = nil
		slices.SortFunc(failures, func(a, b *future) int { return cmp.Compare(a.seq, b.seq) })
		for _, f := range failures {
			if !f.unretrieved {
				continue
			}
			kind := "Future"
			if _, ok := f.variant.(body); ok {
				kind = "Task"
			}
			f.report(kind + " exception was never retrieved")
		}
	}
}

// report tells the exception handler, in the context of the task if f is one, of the exception that f ended with.
func (f *future) report(message string) {
	c := sim.ExceptionContext{Message: message, Exception: f.retrieve(""), Object: f.String(), Source: f.variant.public()}
	if b, ok := f.variant.(body); ok {
		c.Context = b.untyped().co.Vars()
	}
	f.w.loop.CallExceptionHandler(c)
}
