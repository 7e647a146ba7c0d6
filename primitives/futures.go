package aio

import (
	"github.com/asyncsim/asyncsim/sim"
)

// Future is a result that is not there yet (asyncio.Future). Make one with [NewFuture].
type Future[T any] struct {
	value T
	future
}

// plain is a future that nothing but its user completes.
type plain[T any] struct {
	Future[T]
	label
	of *future // the future that completes this one, if one does
}

// NewFuture returns a pending future (asyncio's loop.create_future). An empty name stands for one made up by the loop.
func NewFuture[T any](on HasLoop, name string) *Future[T] {
	w := worldOf(on, "NewFuture")
	return newFuture[T](w, w.label("future", name), nil)
}

// newFuture makes a future with the label that traces show, and the future that completes it, if one does.
func newFuture[T any](w *world, l label, of *future) *Future[T] {
	p := &plain[T]{label: l, of: of}
	p.init(w, p)
	return &p.Future
}

func (p *plain[T]) cancel(message any) bool {
	if p.state == pending {
		p.w.traceCancel(p.String(), 0, message)
	}
	return p.cancelNow(message)
}

func (p *plain[T]) public() Awaitable { return &p.Future }
func (p *plain[T]) String() string    { return p.label.String() }

// Holder returns the task that must act, which is known of a shield.
func (p *plain[T]) Holder() *Co {
	if p.of == nil {
		return nil
	}
	return p.of.Holder()
}

// SetResult completes the future with a value. Its callbacks and waiters are scheduled for the next turn. It returns an
// *InvalidStateError when the future is done, and a *sim.UsageError when it is a task's.
func (f *Future[T]) SetResult(value T) error {
	if err := f.settable("set result"); err != nil {
		return err
	}
	f.value = value
	f.complete(succeeded)
	return nil
}

// SetException completes the future with an error. Its callbacks and waiters are scheduled for the next turn. It
// returns an *InvalidStateError when the future is done, and a *sim.UsageError when it is a task's or the error is nil.
func (f *Future[T]) SetException(err error) error {
	if bad := f.settable("set exception"); bad != nil {
		return bad
	}
	if err == nil {
		return f.w.loop.Usage("set exception", f.String(), errNilException)
	}
	f.fail(err)
	return nil
}

// Result returns the future's value or the error that it ended with: a *CancelledError if it was cancelled, an
// *InvalidStateError if it is not done.
func (f *Future[T]) Result() (T, error) {
	if err := f.retrieve("result"); err != nil {
		var zero T
		return zero, err
	}
	return f.value, nil
}

// Exception returns the error that the future ended with, or nil if it has a result: a *CancelledError if it was
// cancelled, an *InvalidStateError if it is not done. An exception that was returned here, by Result or by Await counts
// as retrieved; one that never was is reported to the loop's exception handler when the run closes.
func (f *Future[T]) Exception() error { return f.retrieve("exception") }

// Await returns what Result returns. It suspends until the future is done; where it is done already, it does not
// suspend. It returns a *CancelledError when the waiting task is cancelled.
func (f *Future[T]) Await(co *Co) (T, error) {
	if err := f.await(co); err != nil {
		var zero T
		return zero, err
	}
	return f.value, nil
}

// Cancel cancels the future and reports whether it did: false means that it was done already. The message, at most
// one, is carried by the CancelledError. The future returned by Gather passes the cancellation on to its children.
func (f *Future[T]) Cancel(message ...any) bool { return f.cancelAs(message) }

// AddDoneCallback schedules fn for the turn after the one in which the future is done, or for the next turn if it is
// done. It runs in a copy of the current context. Callbacks run in the order in which they were added.
func (f *Future[T]) AddDoneCallback(name string, fn func(*Future[T])) {
	f.mustBeMade("add done callback")
	f.w.mustHave(fn != nil, "add done callback", name)
	f.add(&doneCallback{name: name, vars: f.w.loop.Context().Copy(), fn: func() { fn(f) }})
}

// AddDoneCallback is [Future.AddDoneCallback] for an awaitable whose type of result is not known.
func AddDoneCallback(a Awaitable, name string, fn func(Awaitable)) {
	f := mustBase(a, "add done callback")
	f.w.mustHave(fn != nil, "add done callback", name)
	f.add(&doneCallback{name: name, vars: f.w.loop.Context().Copy(), fn: func() { fn(a) }})
}

// state is how far a future has come.
type state uint8

const (
	pending state = iota
	succeeded
	failed
	cancelled
)

// variant is what differs between a plain future, a task and a gathering.
type variant interface {
	sim.Holder
	public() Awaitable // what the user has of it
	cancel(message any) bool
	called() string // its name
	rename(name string)
	String() string // its kind and its name
}

// future is the part of a Future that does not depend on the type of its value.
type future struct {
	w       *world
	variant variant
	first   waiter    // nearly every future has one waiter
	more    *[]waiter // the others, in the order in which they were added
	// The exception of a failed future; of a cancelled task, the error that ended it, until it is first retrieved.
	err           error
	cancelMessage *CancelledError // with which to cancel, or cancelled; nil without a message
	seq           uint64          // the place in the order of creation
	state         state
	unretrieved   bool   // the exception was not looked at
	misawaited    bool   // an await of it was refused, which asyncio takes for an await that goes on
	inCancel      bool   // its cancellation has been asked for and is being passed on
	sight         uint32 // the last list of awaitables that it was seen in
}

func (f *future) init(w *world, v variant) {
	w.futures++
	f.w, f.variant, f.seq = w, v, w.futures
}

// firstSight reports whether the future was not yet seen in the list that is looked through, whose number the caller has
// taken from w.sights.
func (f *future) firstSight() bool {
	first := f.sight != f.w.sights
	f.sight = f.w.sights
	return first
}

// Loop returns the loop of the future.
func (f *future) Loop() *Loop {
	f.mustBeMade("Loop")
	return f.w.loop
}

// Name returns the name that the future or task was made with, or given by SetName since.
func (f *future) Name() string {
	if f.variant == nil {
		return ""
	}
	return f.variant.called()
}

// SetName names what a function has made without asking for a name, such as [Gather], or renames a task (Task.set_name).
func (f *future) SetName(name string) {
	f.mustBeMade("SetName")
	f.variant.rename(name)
}

// String returns the kind and the name.
func (f *future) String() string {
	if f.variant == nil {
		return "zero future"
	}
	return f.variant.String()
}

// Holder returns the task that must act before the future is done, if that is known.
func (f *future) Holder() *Co { return f.variant.Holder() }

// Done reports whether the future has a result or an exception, or is cancelled.
func (f *future) Done() bool { return f.state != pending }

// Cancelled reports whether the future was cancelled.
func (f *future) Cancelled() bool { return f.state == cancelled }

// Failed reports whether the future ended with an exception that is no cancellation. The exception does not count as
// retrieved.
func (f *future) Failed() bool { return f.state == failed }

// RemoveDoneCallback removes the callbacks that were added under the name and returns how many there were. Callbacks
// that are scheduled already still run.
func (f *future) RemoveDoneCallback(name string) int {
	return f.removeIf(func(w waiter) bool {
		cb, ok := w.(*doneCallback)
		return ok && cb.name == name && !cb.internal
	})
}

func (f *future) add(w waiter) {
	switch {
	case f.state != pending:
		w.completed(f)
	case f.first == nil && f.more == nil:
		f.first = w
	case f.more == nil:
		f.more = &[]waiter{w}
	default:
		*f.more = append(*f.more, w)
	}
}

func (f *future) remove(w waiter) { f.removeIf(func(x waiter) bool { return x == w }) }

func (f *future) removeIf(drop func(waiter) bool) int {
	removed := 0
	if f.first != nil && drop(f.first) {
		f.first = nil
		removed++
	}
	if f.more == nil {
		return removed
	}
	kept := (*f.more)[:0]
	for _, w := range *f.more {
		if drop(w) {
			removed++
		} else {
			kept = append(kept, w)
		}
	}
	clear((*f.more)[len(kept):])
	*f.more = kept
	return removed
}

// complete makes the future done and schedules whatever waits for it.
func (f *future) complete(s state) {
	f.state = s
	first, more := f.first, f.more
	f.first, f.more = nil, nil
	if first != nil {
		first.completed(f)
	}
	if more != nil {
		for _, w := range *more {
			w.completed(f)
		}
	}
}

func (f *future) fail(err error) {
	f.err = err
	f.unretrieved = true
	f.w.noteFailure(f)
	f.complete(failed)
}

func (f *future) settable(op string) error {
	if f.w == nil {
		return f.notMade(op)
	}
	if _, ok := f.variant.(body); ok {
		return f.w.loop.Usage(op, f.String(), ErrTaskResult)
	}
	if f.state != pending {
		return f.invalid(op + " on a done future")
	}
	return nil
}

func (f *future) invalid(reason string) error {
	return &InvalidStateError{Object: f.String(), Reason: reason, Time: f.w.loop.Now()}
}

// cancelAs passes the cancellation, with what the user gave as a message, to the future's variant.
func (f *future) cancelAs(message []any) bool {
	f.mustBeMade("cancel")
	switch len(message) {
	case 0:
		return f.variant.cancel(nil)
	case 1:
		return f.variant.cancel(message[0])
	}
	panic(f.w.loop.Usage("cancel", f.String(), errManyMessages))
}

// cancelNow makes a pending future cancelled. Whatever the state, nobody is told of an exception that it holds.
func (f *future) cancelNow(message any) bool {
	f.unretrieved = false
	if f.state != pending {
		return false
	}
	f.cancelMessage = messageOf(message)
	f.complete(cancelled)
	return true
}

// messageOf keeps a message; it costs nothing where there is none.
func messageOf(message any) *CancelledError {
	if message == nil {
		return nil
	}
	return &CancelledError{Message: message}
}

// makeCancelled returns the error that ended a cancelled task where nobody has had it yet, or else a new one.
func (f *future) makeCancelled() error {
	if err := f.err; f.state == cancelled && err != nil {
		f.err = nil
		return err
	}
	if f.cancelMessage == nil {
		return &CancelledError{}
	}
	return &CancelledError{Message: f.cancelMessage.Message}
}

// retrieve returns how the future ended, nil for a result. The exception then counts as retrieved.
func (f *future) retrieve(what string) error {
	f.unretrieved = false
	switch {
	case f.w == nil:
		return f.notMade(what)
	case f.state == pending:
		return f.invalid(what + " is not set")
	case f.state == cancelled:
		return f.makeCancelled()
	}
	return f.err
}

// await suspends until the future is done and returns how it ended, nil for a result.
func (f *future) await(co *Co) error {
	t := taskOf(co, "await")
	switch {
	case f.state != pending:
		return f.retrieve("")
	case f.w == nil:
		return t.f.w.loop.Usage("await", f.String(), errNotMade)
	case f.misawaited:
		return t.f.w.loop.Usage("await", f.String(), ErrMisawaited)
	case f == t.f:
		f.misawaited = true
		return t.throw(f.w.loop.Usage("await", f.String(), ErrSelfAwait))
	case f.w != t.f.w:
		f.misawaited = true
		return t.throw(t.f.w.loop.Usage("await", f.String(), ErrOtherLoop))
	}
	return t.awaitFuture(f)
}
