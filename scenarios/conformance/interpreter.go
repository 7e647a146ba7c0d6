package conformance

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// Limits of a run: a program that passes one does not end.
const (
	maxSteps = 1_000_000
	maxLines = 100_000
	maxLive  = 10_000 // coroutines at a time
)

// awaitable is what a program's name can stand for: a task or a future, of any value.
type awaitable = aio.AwaitableOf[any]

// interpreter runs one program on one loop.
type interpreter struct {
	*program
	loop     *aio.Loop
	trace    []string
	buf      []byte
	slots    []any              // what the names stand for
	added    map[[2]slot]string // the done callback that was last added under the names of an awaitable and a callback
	adds     int                // how many done callbacks were added
	lost     []string           // the lines about exceptions that nobody retrieved
	deadlock bool               // the trace has ended with one
	spent    int                // rounds of repeat
	live     int                // coroutines that have started and not ended
}

// programError is a program that breaks the format: it uses a name for what it does not stand for, or does not end. It is
// thrown as a panic, which ends the run.
type programError struct{ text string }

func (e programError) Error() string { return e.text }

// Run runs the case's program and returns its trace. The coroutines run on the pool's goroutines. It returns an error,
// with the trace so far, for a program that breaks the format or does not end, and for a panic of the library.
func (c *Case) Run(pool *sim.Pool) (trace []string, err error) {
	r, err := aio.NewRunner(aio.Config{MaxSteps: maxSteps, Watchdog: -1, Pool: pool, Output: io.Discard, Log: io.Discard})
	if err != nil {
		return nil, err
	}
	in := &interpreter{
		program: c.program,
		loop:    r.Loop(),
		trace:   make([]string, 0, max(16, len(c.Trace))),
		slots:   make([]any, len(c.program.names)),
		added:   map[[2]slot]string{},
	}
	in.loop.SetExceptionHandler(in.handle)
	if err = in.declare(); err == nil {
		err = in.end(aio.RunIn(r, in.main))
	}
	// Close goes on where CPython stops at a deadlock: it reports what nobody retrieved.
	closing := in.stopped(r.Close())
	if !in.deadlock {
		in.trace = append(in.trace, in.lost...)
	}
	if err = errors.Join(err, closing); err != nil {
		err = fmt.Errorf("program %q: %w", in.name, err)
	}
	return in.trace, err
}

// end prints how main ended.
func (in *interpreter) end(value any, err error) error {
	if err != nil && nameOf(err) == "" {
		return in.stopped(err)
	}
	in.print("-", "main", value, err)
	return nil
}

// stopped prints a deadlock. It returns any other error that is no exception of the program.
func (in *interpreter) stopped(err error) error {
	var panicked *sim.PanicError
	var deadlock *sim.DeadlockError
	switch {
	case errors.As(err, &panicked):
		if errors.Is(err, sim.ErrTimeRange) {
			return errTime
		}
		if wrong, ok := panicked.Value.(programError); ok {
			who := fmt.Sprintf("task %q", panicked.Task)
			if panicked.Task == "" {
				who = fmt.Sprintf("callback %q", panicked.Callback)
			}
			return fmt.Errorf("%s at %d: %w", who, panicked.Time/tick, wrong)
		}
	case errors.As(err, &deadlock):
		in.deadlock = true
		names := make([]string, len(deadlock.Waiting))
		for i, w := range deadlock.Waiting {
			names[i] = w.Task
		}
		slices.Sort(names)
		in.line("-", "deadlock "+strings.Join(names, ","))
		return nil
	}
	return err
}

// handle is the loop's exception handler.
func (in *interpreter) handle(_ *aio.Loop, c sim.ExceptionContext) {
	what := "handler other"
	switch {
	case strings.HasSuffix(c.Message, "was never retrieved"):
		a := c.Source.(aio.Awaitable)
		in.lost = append(in.lost, in.format("-", "never-retrieved "+a.Name(), noValue{}, c.Exception))
		return
	case c.Message == callbackFailed:
		what = "handler callback"
	case strings.HasPrefix(c.Message, "unhandled exception during"):
		what = "handler shutdown"
	case strings.HasSuffix(c.Message, "in shielded future"):
		what = "handler shielded"
	}
	in.print("-", what, noValue{}, c.Exception)
}

const callbackFailed = "exception in callback"

// noValue is the value of an operation that has none.
type noValue struct{}

func (in *interpreter) line(who, text string) { in.print(who, text, noValue{}, nil) }

// spend counts what costs no line and no step, so that it ends.
func (in *interpreter) spend() {
	if in.spent++; in.spent == maxSteps {
		panic(programError{"a repeat does not end"})
	}
}

// print adds a line to the trace: what has ended, and how.
func (in *interpreter) print(who, text string, value any, err error) {
	if len(in.trace) == maxLines {
		panic(programError{"the trace does not end"})
	}
	in.trace = append(in.trace, in.format(who, text, value, err))
}

func (in *interpreter) format(who, text string, value any, err error) string {
	b := strconv.AppendInt(in.buf[:0], int64(in.loop.Now()/tick), 10)
	b = append(b, ' ')
	b = append(b, who...)
	b = append(b, ' ')
	b = append(b, text...)
	if err != nil {
		b = append(b, " ! "...)
		b = appendError(b, err)
	} else if value != (noValue{}) {
		b = append(b, " = "...)
		b = appendValue(b, value)
	}
	in.buf = b
	return string(b)
}

// main is the main task.
func (in *interpreter) main(co *aio.Co) (any, error) {
	if s := slices.Index(in.names, "main"); s >= 0 {
		in.slots[s] = aio.CurrentTask(co)
	}
	return in.coroutine("main", "main")(co)
}

// coroutine returns a coroutine of the program, as what a task or wait_for runs.
func (in *interpreter) coroutine(who, coroutine string) func(*aio.Co) (any, error) {
	body, ok := in.coroutines[coroutine]
	if !ok {
		panic(programError{fmt.Sprintf("there is no coroutine %q", coroutine)})
	}
	return func(co *aio.Co) (any, error) {
		f := &frame{in: in, who: who, co: co}
		if in.live++; in.live > maxLive {
			panic(programError{"ever more coroutines start and do not end"})
		}
		in.line(who, "start")
		err := f.run(body)
		in.live--
		in.print(who, "end", f.value, err)
		return f.value, err
	}
}

// callback returns a callback of the program. heading is what it prints first.
func (in *interpreter) callback(name string, heading func() string) func() {
	body, ok := in.callbacks[name]
	if !ok {
		panic(programError{fmt.Sprintf("there is no callback %q", name)})
	}
	return func() {
		in.line("-", heading())
		f := &frame{in: in, who: "-"}
		if err := f.run(body); err != nil {
			in.loop.CallExceptionHandler(sim.ExceptionContext{Message: callbackFailed, Exception: err, Object: name})
		}
	}
}

// frame is a coroutine or callback that runs.
type frame struct {
	in       *interpreter
	who      string
	co       *aio.Co // nil in a callback
	returned bool    // a return is on its way out
	value    any     // with this value
}

// on is what the library's objects are made on.
func (f *frame) on() aio.HasLoop {
	if f.co == nil {
		return f.in.loop
	}
	return f.co
}

// run executes operations until one raises or returns.
func (f *frame) run(ops []op) error {
	for i := range ops {
		if err := f.step(&ops[i]); err != nil {
			f.returned, f.value = false, nil
			return err
		}
		if f.returned {
			return nil
		}
	}
	return nil
}

func (f *frame) step(o *op) error {
	if o.inTask && f.co == nil {
		panic(programError{"no callback can hold " + o.name})
	}
	var value any = noValue{}
	var err error
	switch {
	case o.scope != nil:
		return o.scope(f, o)
	case o.act != nil:
		err = o.act(f, o)
	default:
		value, err = o.eval(f, o)
	}
	f.in.print(f.who, o.words, value, err)
	return err
}

// get returns what the name in argument i stands for.
func get[T any](f *frame, o *op, i int) T { return named[T](f.in, o.name, o.slot(i)) }

// named returns what a name stands for, for the one who says it.
func named[T any](in *interpreter, who string, s slot) T {
	v, ok := in.slots[s].(T)
	switch {
	case ok:
	case in.slots[s] == nil:
		panic(programError{fmt.Sprintf("%s: nothing has the name %q", who, in.names[s])})
	default:
		panic(programError{fmt.Sprintf("%s is not for %q, a %T", who, in.names[s], in.slots[s])})
	}
	return v
}
