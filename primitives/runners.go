package aio

import (
	"errors"

	"github.com/asyncsim/asyncsim/sim"
)

// Run runs main as the main task of a new loop in virtual time, finishes everything that it left behind, and returns
// main's error (asyncio.run). It returns a *sim.DeadlockError when nothing can happen any more, and a *sim.PanicError
// when a task panicked; see [Runner.Run] and [Runner.Close].
func Run(main func(co *Co) error) error { return RunWith(Config{}, main) }

// RunWith is [Run] with a configuration. It returns a *sim.ConfigError when that cannot be right.
func RunWith(config Config, main func(co *Co) error) (err error) {
	r, err := NewRunner(config)
	if err != nil {
		return err
	}
	defer func() {
		if closing := r.Close(); closing != nil {
			err = errors.Join(err, closing)
		}
	}()
	return r.Run(main)
}

// Runner runs one main task after another on one loop, with one context (asyncio.Runner).
type Runner struct {
	w       world
	context sim.Context
	failure error // what ended a run of the loop, which is not run again then
}

// errLeft is a run that a task, or a callback, ended by runtime.Goexit.
var errLeft = errors.New("the run was left by runtime.Goexit")

// reporting is what the runner does where the exception handler is called while the loop does not run.
const reporting = "close"

// NewRunner returns a runner. It returns a *sim.ConfigError when the configuration cannot be right. The caller closes it.
func NewRunner(config Config) (*Runner, error) {
	l, err := sim.NewLoop(config)
	if err != nil {
		return nil, err
	}
	s := slabOf(l.Pool())
	r := s.runner()
	r.context = *l.Context()
	r.w.init(l, s)
	return r, nil
}

// Loop returns the runner's loop.
func (r *Runner) Loop() *Loop { return r.w.loop }

// Run runs main as a task until it is done, and returns its error. It returns what [sim.Loop.Run] returns when that
// ends the run, and again from then on: the runner can only be closed. It returns a *sim.UsageError when the loop runs or
// is closed, or was stopped before main was done.
func (r *Runner) Run(main func(co *Co) error) error {
	if main == nil {
		return r.w.loop.Usage("run", `task "main"`, sim.ErrNilFunction)
	}
	_, err := runMain[None](r, main, nil)
	return err
}

// RunIn is [Runner.Run] for a main function that has a result.
func RunIn[T any](r *Runner, main func(co *Co) (T, error)) (result T, err error) {
	return runMain(r, nil, main)
}

// runMain runs do, or else fn, as newTask does.
func runMain[T any](r *Runner, do func(co *Co) error, fn func(co *Co) (T, error)) (result T, err error) {
	if err := r.usable(`task "main"`); err != nil {
		return result, err
	}
	t := newTask(&r.w, TaskConfig{Name: "main", Context: &r.context}, do, fn)
	if err := r.untilDone(&t.future); err != nil {
		return result, err
	}
	return t.Result()
}

// RunUntilComplete runs the loop until a task or future of it is done, and what is ready in the turn after that, and
// returns its result (asyncio's loop.run_until_complete). It returns what [Runner.Run] returns.
func RunUntilComplete[T any](r *Runner, a AwaitableOf[T]) (result T, err error) {
	f, err := r.w.own(a, "run")
	if err == nil {
		err = r.usable(f.String())
	}
	if err != nil {
		return result, err
	}
	if err := r.untilDone(f); err != nil {
		return result, err
	}
	return a.Result()
}

// usable returns why the runner cannot run what is named, if it cannot.
func (r *Runner) usable(object string) error {
	l := r.w.loop
	switch {
	case l.IsRunning():
		return l.Usage("run", object, sim.ErrRunning)
	case l.IsClosed():
		return l.Usage("run", object, sim.ErrClosed)
	}
	return r.failure
}

// Close ends what the main tasks left behind, in asyncio.run's order: it cancels the unfinished tasks, oldest first, and
// lets them finish; what is ready then still runs; it reports the exceptions that nobody retrieved; it closes the loop.
// Tasks that are unfinished even then are unwound. After a run that was ended by an error, nothing runs any more. Close
// may be called again, to no effect. It returns what [sim.Loop.Run] returns when that ends the finishing, and the first
// error of writing the program's output.
func (r *Runner) Close() (err error) {
	l := r.w.loop
	if l.IsClosed() {
		return nil
	}
	if l.IsRunning() {
		return l.Usage("close", "runner", sim.ErrRunning)
	}
	// Deferred, because the exception handler may leave by runtime.Goexit.
	defer func() { err = joined(err, joined(l.Close(), l.OutputError())) }()
	if r.failure == nil {
		err = r.finish()
	}
	switch r.failure.(type) {
	case nil, *sim.DeadlockError, *sim.LimitError: // else nothing of the run can be relied on
		err = joined(err, l.Do(reporting, r.w.reportFailures))
	}
	return err
}

// joined is errors.Join for two errors, of which neither or one is the rule.
func joined(first, second error) error {
	if first == nil {
		return second
	}
	if second == nil {
		return first
	}
	return errors.Join(first, second)
}

func (r *Runner) finish() error {
	if err := r.cancelAll(); err != nil {
		return err
	}
	if r.w.loop.Quiet() { // the turns below would have nothing to do
		r.w.executorShut = true
		return nil
	}
	// asyncio runs shutdown_asyncgens here, which has nothing to do, and shutdown_default_executor. The loop turns.
	if err := r.twoTurns(); err != nil {
		return err
	}
	if err := r.shutdownExecutor(); err != nil {
		return err
	}
	return r.twoTurns()
}

// shutdownExecutor waits until the functions that [RunInExecutor] runs have returned and their results have come.
func (r *Runner) shutdownExecutor() error {
	w := &r.w
	w.executorShut = true
	if w.executing == 0 {
		return nil
	}
	w.executed = newFuture[None](w, w.label("executor", ""), nil)
	return r.untilDone(&w.executed.future)
}

func (r *Runner) cancelAll() error {
	l := r.w.loop
	all := AllTasks(l)
	if len(all) == 0 {
		return nil
	}
	r.w.ending = true
	children := make([]*future, len(all))
	for i, t := range all {
		children[i] = t.base()
		t.Cancel()
	}
	outer := new(Future[None])
	g := newGathering(&r.w, outer, children)
	g.keepExceptions = true
	g.collect = func() {}
	g.start()
	if err := r.untilDone(&outer.future); err != nil {
		return err
	}
	r.failure = l.Do(reporting, func() {
		for _, f := range children {
			if f.state == failed {
				f.report("unhandled exception during asyncio.run() shutdown")
			}
		}
	})
	return r.failure
}

// untilDone runs the loop until f is done; what is ready in the turn after that still runs.
func (r *Runner) untilDone(f *future) error {
	f.add((*stopper)(&r.w))
	if err := r.turn(); err != nil {
		return err
	}
	if f.state == pending {
		f.remove((*stopper)(&r.w))
		return r.w.loop.Usage("run", f.String(), ErrStopped)
	}
	return nil
}

// stopper is the callback that stops the loop one turn after a future is done.
type stopper world

func (s *stopper) completed(*future)   { s.loop.Schedule(s) }
func (s *stopper) awaiters() []*future { return nil }

// Call stops the loop.
func (s *stopper) Call() { s.loop.Stop() }

// twoTurns runs the loop as long as a task does that returns at once.
func (r *Runner) twoTurns() error {
	l := r.w.loop
	l.CallSoon("", func() { l.CallSoon("", l.Stop) })
	return r.turn()
}

func (r *Runner) turn() error {
	r.failure = errLeft // unless Run returns
	r.failure = r.w.loop.Run()
	return r.failure
}
