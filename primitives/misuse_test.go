package aio_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// quiet is a configuration for programs whose output does not matter.
var quiet = aio.Config{Output: io.Discard, Log: io.Discard}

// wantUsage fails the test unless err is a *sim.UsageError for the reason, whose text contains the parts.
func wantUsage(t *testing.T, err, reason error, parts ...string) {
	t.Helper()
	var usage *sim.UsageError
	if !errors.As(err, &usage) || !errors.Is(err, reason) {
		t.Errorf("%v is no usage error for %q", err, reason)
		return
	}
	for _, part := range parts {
		if !strings.Contains(usage.Error(), part) {
			t.Errorf("%q does not say %q", usage, part)
		}
	}
}

// wantNoPanic fails the test when err is the end of a run by a panic: an operation that can return an error must.
func wantNoPanic(t *testing.T, err error) {
	t.Helper()
	var panicked *sim.PanicError
	if errors.As(err, &panicked) {
		t.Errorf("it panicked: %s", brief(panicked))
	}
}

// TestCoOfAnother: a co serves the function that it was given to. Every other use of it, by every operation that takes
// one, ends the run with an error that names both sides, and leaves no goroutine behind.
func TestCoOfAnother(t *testing.T) {
	var e aio.Event
	e.Set()
	operations := []struct {
		name string
		do   func(co *aio.Co)
	}{
		{"Sleep", func(co *aio.Co) { _ = aio.Sleep(co, 0) }},
		{"Go", func(co *aio.Co) { aio.Go(co, "t", func(*aio.Co) error { return nil }) }},
		{"Await", func(co *aio.Co) { _, _ = aio.Go(co.Loop(), "t", func(*aio.Co) error { return nil }).Await(co) }},
		{"Gather", func(co *aio.Co) { aio.Gather[int](co) }},
		{"Timeout", func(co *aio.Co) { _ = aio.Timeout(co, sec, func(*aio.TimeoutScope) error { return nil }) }},
		{"WaitFor", func(co *aio.Co) { _, _ = aio.WaitForFunc(co, 0, func(*aio.Co) (int, error) { return 0, nil }) }},
		{"TaskGroup", func(co *aio.Co) { _ = aio.TaskGroup(co, func(*aio.Group) error { return nil }) }},
		{"AsCompleted", func(co *aio.Co) { aio.AsCompleted[int](co, 0) }},
		{"NewFuture", func(co *aio.Co) { aio.NewFuture[int](co, "f") }},
		{"Event.Wait", func(co *aio.Co) { _ = e.Wait(co) }},
		{"Queue.Put", func(co *aio.Co) { var q aio.Queue[int]; _ = q.Put(co, 1) }},
		{"Lock.Acquire", func(co *aio.Co) { var l aio.Lock; _ = l.Acquire(co) }},
		{"Condition.Acquire", func(co *aio.Co) { var c aio.Condition; _ = c.Acquire(co) }},
		{"Condition.Wait", func(co *aio.Co) { var c aio.Condition; _ = c.Wait(co) }},
		{"Semaphore.Acquire", func(co *aio.Co) { _ = aio.NewSemaphore("s", 1).Acquire(co) }},
		{"Barrier.Wait", func(co *aio.Co) { _, _ = aio.NewBarrier("b", 1).Wait(co) }},
		{"Barrier.Reset", func(co *aio.Co) { _ = aio.NewBarrier("b", 1).Reset(co) }},
		{"Barrier.Abort", func(co *aio.Co) { _ = aio.NewBarrier("b", 1).Abort(co) }},
		{"Queue.Join", func(co *aio.Co) { var q aio.Queue[int]; _ = q.Join(co) }},
		{"Queue.Get", func(co *aio.Co) { var q aio.Queue[int]; _ = q.PutNowait(1); _, _ = q.Get(co) }},
		{"CurrentTask", func(co *aio.Co) { aio.CurrentTask(co) }},
		{"AllTasks", func(co *aio.Co) { aio.AllTasks(co) }},
		{"CopyContext", func(co *aio.Co) { aio.CopyContext(co) }},
		{"ContextVar.Get", func(co *aio.Co) { aio.NewContextVar("v", 0).Get(co) }},
		{"ContextVar.Set", func(co *aio.Co) { aio.NewContextVar("v", 0).Set(co, 1) }},
		{"Printf", func(co *aio.Co) { co.Printf("x") }},
	}
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			defer noGoroutineLeft(t)()
			err := aio.RunWith(quiet, func(co *aio.Co) error {
				aio.Go(co, "thief", func(*aio.Co) error { op.do(co); return nil })
				return aio.Sleep(co, sec)
			})
			wantUsage(t, err, sim.ErrForeignCo, `co of task "main"`, `in task "thief"`)

			err = aio.RunWith(quiet, func(co *aio.Co) error {
				co.Loop().CallSoon("thief", func() { op.do(co) })
				return aio.Sleep(co, sec)
			})
			wantUsage(t, err, sim.ErrForeignCo, `co of task "main"`, `in callback "thief"`)

			err = aio.RunWith(quiet, func(co *aio.Co) error {
				var kept *aio.Co
				_, _ = aio.Go(co, "gone", func(co *aio.Co) error { kept = co; return nil }).Await(co)
				op.do(kept)
				return nil
			})
			wantUsage(t, err, sim.ErrFinishedCo, `co of task "gone"`, `in task "main"`)
		})
	}
}

// TestFutureOfAnotherLoop: what waits for a future of another loop would never be woken by its own. It is told so.
func TestFutureOfAnotherLoop(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(co *aio.Co, f *aio.Future[int]) error
	}{
		{"TSK-04 await", func(co *aio.Co, f *aio.Future[int]) error { _, err := f.Await(co); return err }},
		{"GAT-07 gather", func(co *aio.Co, f *aio.Future[int]) error {
			_, err := aio.Gather(co, done(co), f).Await(co)
			return err
		}},
		{"gather outcomes", func(co *aio.Co, f *aio.Future[int]) error {
			_, err := aio.GatherOutcomes(co, f).Await(co)
			return err
		}},
		{"wait", func(co *aio.Co, f *aio.Future[int]) error {
			_, _, err := aio.Wait(co, []aio.Awaitable{done(co), f}, sec, aio.AllCompleted)
			return err
		}},
		{"wait for", func(co *aio.Co, f *aio.Future[int]) error { _, err := aio.WaitFor(co, f, sec); return err }},
		{"wait for, timeout 0", func(co *aio.Co, f *aio.Future[int]) error { _, err := aio.WaitFor(co, f, 0); return err }},
		{"SHD-07 shield", func(co *aio.Co, f *aio.Future[int]) error { _, err := aio.Shield(co, f).Await(co); return err }},
		{"as completed", func(co *aio.Co, f *aio.Future[int]) error {
			_, err := aio.AsCompleted(co, sec, f).Next(co)
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer noGoroutineLeft(t)()
			other, err := aio.NewRunner(quiet)
			if err != nil {
				t.Fatal(err)
			}
			f := aio.NewFuture[int](other.Loop(), "foreign")
			err = aio.RunWith(quiet, func(co *aio.Co) error { return test.do(co, f) })
			wantUsage(t, err, aio.ErrOtherLoop, `future "foreign"`, `in task "main"`)
			if f.Done() {
				t.Error("the future was touched")
			}
			if err := other.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestTSK_05_AwaitOfOneself: a task that awaits itself is told so and can go on; by way of what waits for it, it is in
// a deadlock.
func TestTSK_05_AwaitOfOneself(t *testing.T) {
	check(t, `
		0s await task "self" in task "self" at 0s: a task cannot await itself
		0s and is done
		main: deadlock at 0s: nothing can run and no timer is set
		task "main" waits for task "gathered" since 0s
		task "gathered" waits for gather-1 since 0s
		cycle: "gathered" -> "gathered"`, func(co *aio.Co) error {
		var self *aio.Task[aio.None]
		self = aio.Go(co, "self", func(co *aio.Co) error {
			_, err := self.Await(co)
			wantUsage(t, err, aio.ErrSelfAwait)
			co.Printf("%v\n", err)
			return nil
		})
		_, _ = self.Await(co)
		co.Printf("and is done\n")
		var gathered *aio.Task[aio.None]
		gathered = aio.Go(co, "gathered", func(co *aio.Co) error {
			_, err := aio.Gather(co, gathered).Await(co)
			return err
		})
		_, err := gathered.Await(co)
		return err
	})
}

// TestPanics are the misuses that have no error to return.
func TestPanics(t *testing.T) {
	for _, test := range []struct {
		name, want string
		do         func(co *aio.Co)
	}{
		{"cancel with two messages", `cancel task "main" in task "main" at 0s: it takes one message at most`,
			func(co *aio.Co) { aio.CurrentTask(co).Cancel("a", "b") }},
		{"cancel of a future with two messages", `cancel future "f" in task "main" at 0s: it takes one message at most`,
			func(co *aio.Co) { aio.NewFuture[int](co, "f").Cancel("a", "b") }},
		{"a queue of negative size", `NewQueue "q" of size -1: the size of a queue must not be negative`,
			func(*aio.Co) { aio.NewQueue[int]("q", -1) }},
		{"SEM-01 a semaphore of negative value",
			`NewSemaphore "s" of -1: the initial value of a semaphore must not be negative`,
			func(*aio.Co) { aio.NewSemaphore("s", -1) }},
		{"SEM-01 a bounded one", `NewBoundedSemaphore "s" of -2: the initial value of a semaphore must not be negative`,
			func(*aio.Co) { aio.NewBoundedSemaphore("s", -2) }},
		{"BAR-03 a barrier for nobody", `NewBarrier "b" of 0: the parties of a barrier must be at least 1`,
			func(*aio.Co) { aio.NewBarrier("b", 0) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer noGoroutineLeft(t)()
			err := aio.RunWith(quiet, func(co *aio.Co) error { test.do(co); return nil })
			var usage *sim.UsageError
			if !errors.As(err, &usage) || usage.Error() != test.want {
				t.Errorf("%v, want %s", brief(err), test.want)
			}
		})
	}
}

// TestClosedLoop: nothing can be made on a loop that is closed.
func TestClosedLoop(t *testing.T) {
	r, err := aio.NewRunner(quiet)
	if err != nil {
		t.Fatal(err)
	}
	l := r.Loop()
	f := aio.NewFuture[int](l, "f")
	f.AddDoneCallback("c", func(*aio.Future[int]) { t.Error("a callback runs on a closed loop") })
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func(){
		"a task":              func() { aio.Go(l, "t", func(*aio.Co) error { return nil }) },
		"a callback":          func() { l.CallSoon("c", func() {}) },
		"what has a callback": func() { _ = f.SetResult(1) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				err, _ := recover().(error)
				wantUsage(t, err, sim.ErrClosed)
			}()
			do()
		})
	}
}

// TestAwaitRefusedBefore: asyncio takes an await that it refused for one that goes on, and so refuses the next.
func TestAwaitRefusedBefore(t *testing.T) {
	check(t, `
		0s the task itself: a task cannot await itself
		0s main: an await of it was refused before, so it cannot be awaited until it is done
		1s main: <nil>
		main: <nil>`, func(co *aio.Co) error {
		var self *aio.Task[aio.None]
		self = aio.Go(co, "self", func(co *aio.Co) error {
			_, err := self.Await(co)
			co.Printf("the task itself: %v\n", errors.Unwrap(err))
			return aio.Sleep(co, sec)
		})
		settle(co)
		_, err := self.Await(co)
		wantUsage(t, err, aio.ErrMisawaited)
		co.Printf("main: %v\n", errors.Unwrap(err))
		_ = aio.Sleep(co, sec)
		_, err = self.Await(co)
		co.Printf("main: %v\n", err)
		return nil
	})
}

// rawBody is a coroutine that is no task of this library.
type rawBody struct {
	sim.Co
	fn func(co *aio.Co)
}

func (b *rawBody) Run(co *aio.Co) { b.fn(co) }
func (b *rawBody) Cancel()        {}

// TestNotInTask is TMO-21 and TGR-26: only a task can suspend here. What suspends nobody works in any coroutine.
func TestNotInTask(t *testing.T) {
	for name, do := range map[string]func(co *aio.Co){
		"sleep":      func(co *aio.Co) { _ = aio.Sleep(co, sec) },
		"timeout":    func(co *aio.Co) { _ = aio.Timeout(co, sec, func(*aio.TimeoutScope) error { return nil }) },
		"task group": func(co *aio.Co) { _ = aio.TaskGroup(co, func(*aio.Group) error { return nil }) },
		"await":      func(co *aio.Co) { _, _ = done(co).Await(co) },
	} {
		t.Run(name, func(t *testing.T) {
			made := false
			err := aio.RunWith(quiet, func(co *aio.Co) error {
				raw := &rawBody{fn: func(co *aio.Co) {
					made = len(aio.AllTasks(co)) == 1 && aio.Go(co, "t", func(*aio.Co) error { return nil }) != nil
					do(co)
				}}
				raw.Init(co.Loop(), "raw", raw)
				raw.Start()
				return aio.Sleep(co, sec)
			})
			wantUsage(t, err, aio.ErrNotInTask, "raw")
			if !made {
				t.Error("it cannot make a task")
			}
		})
	}
}
