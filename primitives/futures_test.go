package aio_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleFuture() {
	_ = aio.Run(func(co *aio.Co) error {
		answer := aio.NewFuture[int](co, "answer")
		co.Loop().CallLater("think", 2*sec, func() { _ = answer.SetResult(42) })
		n, err := answer.Await(co)
		co.Printf("at %v: %d, %v\n", co.Now(), n, err)
		return nil
	})
	// Output:
	// at 2s: 42, <nil>
}

func ExampleFuture_AddDoneCallback() {
	_ = aio.Run(func(co *aio.Co) error {
		task := aio.Spawn(co, "adder", func(co *aio.Co) (int, error) { return 1 + 1, aio.Sleep(co, sec) })
		task.AddDoneCallback("print", func(f *aio.Future[int]) {
			sum, err := f.Result()
			f.Loop().Printf("at %v: %d, %v\n", f.Loop().Now(), sum, err)
		})
		return aio.Sleep(co, 2*sec)
	})
	// Output:
	// at 1s: 2, <nil>
}

// TestFutureStates tries every operation on a future in every state. The lines are those of asyncio: FUT-01, FUT-06 to
// FUT-10 and TSK-13 of its test suite.
func TestFutureStates(t *testing.T) {
	const set = `
		set result: invalid state: set result on a done future (future "f", at 0s)
		set exception: invalid state: set exception on a done future (future "f", at 0s)`
	for _, test := range []struct {
		name string
		make func(f *aio.Future[int])
		want string
	}{
		{"pending", func(*aio.Future[int]) {}, `
			future "f": done false, cancelled false
			result: 0, invalid state: result is not set (future "f", at 0s)
			exception: invalid state: exception is not set (future "f", at 0s)
			set result: <nil>
			set exception: invalid state: set exception on a done future (future "f", at 0s)
			cancel: false
			await: 2, <nil>`},
		{"with a result", func(f *aio.Future[int]) { _ = f.SetResult(1) }, `
			future "f": done true, cancelled false
			result: 1, <nil>
			exception: <nil>` + set + `
			cancel: false
			await: 1, <nil>`},
		{"with an exception", func(f *aio.Future[int]) { _ = f.SetException(errBoom) }, `
			future "f": done true, cancelled false
			result: 0, boom
			exception: boom` + set + `
			cancel: false
			await: 0, boom`},
		{"cancelled", func(f *aio.Future[int]) { f.Cancel() }, `
			future "f": done true, cancelled true
			result: 0, cancelled
			exception: cancelled` + set + `
			cancel: false
			await: 0, cancelled`},
		{"cancelled with a message", func(f *aio.Future[int]) { f.Cancel("why") }, `
			future "f": done true, cancelled true
			result: 0, cancelled: why
			exception: cancelled: why` + set + `
			cancel: false
			await: 0, cancelled: why`},
		{"cancelled with a message that is no text", func(f *aio.Future[int]) { f.Cancel(5); f.Cancel("late") }, `
			future "f": done true, cancelled true
			result: 0, cancelled: 5
			exception: cancelled: 5` + set + `
			cancel: false
			await: 0, cancelled: 5`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got, want journal
			want.add(test.want[1:])
			err := aio.Run(func(co *aio.Co) error {
				f := aio.NewFuture[int](co, "f")
				test.make(f)
				got.add(fmt.Sprintf("%v: done %t, cancelled %t", f, f.Done(), f.Cancelled()))
				n, err := f.Result()
				got.add(fmt.Sprintf("result: %d, %v", n, err))
				got.add(fmt.Sprintf("exception: %v", f.Exception()))
				got.add(fmt.Sprintf("set result: %v", f.SetResult(2)))
				got.add(fmt.Sprintf("set exception: %v", f.SetException(errBoom)))
				got.add(fmt.Sprintf("cancel: %t", f.Cancel("again")))
				n, err = f.Await(co)
				got.add(fmt.Sprintf("await: %d, %v", n, err))
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(want.lines, got.lines); diff != "" {
				t.Errorf("- wanted, + got:\n%s", diff)
			}
		})
	}
}

func TestFutureErrors(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		f := aio.NewFuture[int](co, "")
		if f.Name() != "" || f.String() != "future-1" {
			t.Errorf("a future without a name is %q, %q", f.Name(), f)
		}
		if err := f.SetException(nil); err == nil || f.Done() {
			t.Errorf("SetException(nil) returns %v and makes the future done: %t", err, f.Done())
		}
		if err := f.Exception(); !errors.Is(err, aio.ErrInvalidState) {
			t.Errorf("the exception of a pending future is %v", err)
		}
		f.Cancel()
		if err := f.Exception(); !errors.Is(err, aio.ErrCancelled) || errors.Is(err, aio.ErrTimeout) {
			t.Errorf("the exception of a cancelled future is %v", err)
		}
		g := aio.NewFuture[int](co, "g")
		if err := g.SetException(errBoom); err != nil {
			t.Error(err)
		}
		for range 5 { // FUT-09, FUT2-01: the same object, however often
			if _, err := g.Await(co); err != errBoom {
				t.Errorf("await returns %v, not what was set", err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDoneCallbacks(t *testing.T) {
	saying := func(what string) func(*aio.Future[int]) {
		return func(f *aio.Future[int]) { f.Loop().Printf("%s\n", what) }
	}
	t.Run("CB-01 order, one turn later", func(t *testing.T) {
		check(t, `
			0s result is set
			0s a sees 7
			0s b sees 7
			0s a again
			0s exception is set
			0s c
			main: <nil>`, func(co *aio.Co) error {
			f := aio.NewFuture[int](co, "f")
			for _, name := range []string{"a", "b"} {
				f.AddDoneCallback(name, func(f *aio.Future[int]) {
					n, _ := f.Result()
					f.Loop().Printf("%s sees %d\n", name, n)
				})
			}
			f.AddDoneCallback("a", saying("a again"))
			_ = f.SetResult(7)
			co.Printf("result is set\n")
			_ = aio.Sleep(co, 0)
			g := aio.NewFuture[int](co, "g")
			g.AddDoneCallback("c", saying("c"))
			_ = g.SetException(errBoom)
			g.Cancel() // nobody is to be told
			co.Printf("exception is set\n")
			return aio.Sleep(co, 0)
		})
	})
	for _, test := range []struct {
		name   string
		add    []string
		remove []string
		want   string
	}{
		{"CB-02 the first", []string{"a", "b", "c"}, []string{"a"}, "removed [1], ran [b c]"},
		{"CB-02 the first two", []string{"a", "b", "c"}, []string{"a", "b"}, "removed [1 1], ran [c]"},
		{"CB-02 the last", []string{"a", "b", "c"}, []string{"c", "c"}, "removed [1 0], ran [a b]"},
		{"CB-03 duplicates", []string{"a", "a", "b", "a", "a", "a", "a"}, []string{"a"}, "removed [6], ran [b]"},
		{"CB-03 unknown", []string{"a"}, []string{"b"}, "removed [0], ran [a]"},
		{"CB-03 none", nil, []string{"a"}, "removed [0], ran []"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var removed []int
			ran := []string{}
			err := aio.Run(func(co *aio.Co) error {
				f := aio.NewFuture[int](co, "f")
				for _, name := range test.add {
					f.AddDoneCallback(name, func(*aio.Future[int]) { ran = append(ran, name) })
				}
				for _, name := range test.remove {
					removed = append(removed, f.RemoveDoneCallback(name))
				}
				f.AddDoneCallback("", func(*aio.Future[int]) {}) // an added one goes behind those that are left
				_ = f.SetResult(1)
				return aio.Sleep(co, 0)
			})
			if got := fmt.Sprintf("removed %v, ran %v", removed, ran); err != nil || got != test.want {
				t.Errorf("%s (%v), want %s", got, err, test.want)
			}
		})
	}
	t.Run("CB-03 its waiters are no callbacks", func(t *testing.T) {
		check(t, `
			0s removed 0
			0s awaited 1
			0s gathered [1]
			main: <nil>`, func(co *aio.Co) error {
			f := aio.NewFuture[int](co, "")
			all := aio.Gather(co, f)
			l := co.Loop()
			l.CallSoon("remove", func() {
				l.Printf("removed %d\n", f.RemoveDoneCallback(""))
				_ = f.SetResult(1)
			})
			n, err := f.Await(co)
			co.Printf("awaited %d\n", n)
			ns, _ := all.Await(co)
			co.Printf("gathered %v\n", ns)
			return err
		})
	})
	t.Run("CB-04 one that removes others, which are scheduled", func(t *testing.T) {
		check(t, `
			0s a removes 0
			0s b
			main: <nil>`, func(co *aio.Co) error {
			f := aio.NewFuture[int](co, "f")
			f.AddDoneCallback("a", func(f *aio.Future[int]) {
				f.Loop().Printf("a removes %d\n", f.RemoveDoneCallback("b"))
			})
			f.AddDoneCallback("b", saying("b"))
			_ = f.SetResult(1)
			return aio.Sleep(co, 0)
		})
	})
}

// TestNeverRetrieved is FUT-19 and TSK-19, and the traps that concern them: whose exception nobody has looked at is
// reported when the run closes, in the order of creation.
func TestNeverRetrieved(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(co *aio.Co, f *aio.Future[int])
		want string
	}{
		{"pending", func(*aio.Co, *aio.Future[int]) {}, ""},
		{"a result", func(_ *aio.Co, f *aio.Future[int]) { _ = f.SetResult(1) }, ""},
		{"cancelled", func(_ *aio.Co, f *aio.Future[int]) { f.Cancel() }, ""},
		{"an exception", func(_ *aio.Co, f *aio.Future[int]) { _ = f.SetException(errBoom) },
			"! at 1s: Future exception was never retrieved: future \"f\": boom"},
		{"read by Exception", func(_ *aio.Co, f *aio.Future[int]) { _ = f.SetException(errBoom); _ = f.Exception() }, ""},
		{"read by Result", func(_ *aio.Co, f *aio.Future[int]) { _ = f.SetException(errBoom); _, _ = f.Result() }, ""},
		{"read by Await", func(co *aio.Co, f *aio.Future[int]) { _ = f.SetException(errBoom); _, _ = f.Await(co) }, ""},
		{"trap 25: a cancel that comes too late disarms", func(_ *aio.Co, f *aio.Future[int]) {
			_ = f.SetException(errBoom)
			f.Cancel()
		}, ""},
		{"read before it failed", func(_ *aio.Co, f *aio.Future[int]) { _ = f.Exception(); _ = f.SetException(errBoom) },
			"! at 1s: Future exception was never retrieved: future \"f\": boom"},
		{"seen by a gathering that has failed before", func(co *aio.Co, f *aio.Future[int]) {
			first := aio.NewFuture[int](co, "first")
			all := aio.Gather(co, first, f)
			_ = first.SetException(errBoom)
			_, _ = all.Await(co)
			_ = f.SetException(errBoom)
		}, ""},
		{"passed on by a gathering", func(co *aio.Co, f *aio.Future[int]) {
			aio.Gather(co, f)
			_ = f.SetException(errBoom)
		}, "! at 1s: Future exception was never retrieved: gather-1: boom"},
		{"a gathering's cancel that comes too late does not disarm", func(co *aio.Co, f *aio.Future[int]) {
			all := aio.Gather(co, f)
			_ = f.SetException(errBoom)
			_ = aio.Sleep(co, 0)
			all.Cancel()
		}, "! at 1s: Future exception was never retrieved: gather-1: boom"},
	} {
		t.Run(test.name, func(t *testing.T) {
			check(t, "main: <nil>\n"+test.want, func(co *aio.Co) error {
				test.do(co, aio.NewFuture[int](co, "f"))
				return aio.Sleep(co, sec)
			})
		})
	}
}

func TestNeverRetrievedOrder(t *testing.T) {
	check(t, `
		main: <nil>
		! at 2s: Task exception was never retrieved: task "slow": boom
		! at 2s: Future exception was never retrieved: future "f": boom
		! at 2s: Task exception was never retrieved: task "fast": boom`, func(co *aio.Co) error {
		aio.Go(co, "slow", func(co *aio.Co) error { _ = aio.Sleep(co, sec); return errBoom })
		f := aio.NewFuture[int](co, "f")
		aio.Go(co, "fast", func(*aio.Co) error { return errBoom })
		aio.Go(co, "read", func(*aio.Co) error { return errBoom }).AddDoneCallback("read",
			func(f *aio.Future[aio.None]) { _ = f.Exception() })
		_ = aio.Sleep(co, 2*sec)
		return f.SetException(errBoom)
	})
}

// TestManyFailures makes more failures than are kept while most of them are read.
func TestManyFailures(t *testing.T) {
	const n = 1000
	reported := 0
	err := aio.Run(func(co *aio.Co) error {
		co.Loop().SetExceptionHandler(func(_ *aio.Loop, c sim.ExceptionContext) {
			if want := fmt.Sprintf("future %q", fmt.Sprint(7*reported)); c.Object != want {
				t.Errorf("report %d is about %s, want %s", reported, c.Object, want)
			}
			reported++
		})
		for i := range n {
			f := aio.NewFuture[int](co, fmt.Sprint(i))
			_ = f.SetException(errBoom)
			if i%7 != 0 {
				_ = f.Exception()
			}
		}
		return nil
	})
	if want := (n + 6) / 7; err != nil || reported != want {
		t.Errorf("%d reports (%v), want %d", reported, err, want)
	}
}

// TestReadFailuresAreForgotten: what was read need not be kept until the run closes.
func TestReadFailuresAreForgotten(t *testing.T) {
	const n = 100_000
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	err := aio.Run(func(co *aio.Co) error {
		before := heap()
		for range n {
			f := aio.NewFuture[int](co, "f")
			_ = f.SetException(errBoom)
			_ = f.Exception()
		}
		if grown := int64(heap() - before); grown > 1<<20 {
			t.Errorf("after %d failures that were read the heap has grown by %d bytes", n, grown)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestFailureWhileFailuresAreReported has an exception handler that fails another future, once.
func TestFailureWhileFailuresAreReported(t *testing.T) {
	check(t, `
		main: <nil>
		0s Future exception was never retrieved: future "first": boom
		0s Future exception was never retrieved: future "errors": boom
		`, func(co *aio.Co) error {
		l := co.Loop()
		first, all := aio.NewFuture[int](co, "first"), aio.NewFuture[int](co, "errors")
		l.SetExceptionHandler(func(l *aio.Loop, c sim.ExceptionContext) {
			l.Printf("%s: %s: %v\n", c.Message, c.Object, c.Exception)
			_ = all.SetException(c.Exception)
		})
		return first.SetException(errBoom)
	})
}
