package simtest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// fake is a test whose failure is not ours.
type fake struct {
	testing.TB
	mu       sync.Mutex
	errors   []string
	logs     []string
	skipped  bool
	cleanups []func()
	dir      string
	output   strings.Builder
}

// told does something while no other goroutine does.
func (f *fake) told(what func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	what()
}

func (f *fake) Helper() {}
func (f *fake) Failed() (failed bool) {
	f.told(func() { failed = len(f.errors) > 0 })
	return failed
}
func (f *fake) Skipped() (skipped bool) {
	f.told(func() { skipped = f.skipped })
	return skipped
}
func (f *fake) Log(args ...any) { f.Logf("%s", fmt.Sprint(args...)) }
func (f *fake) Logf(format string, args ...any) {
	f.told(func() { f.logs = append(f.logs, fmt.Sprintf(format, args...)) })
}
func (f *fake) Name() string      { return "TestFake" }
func (f *fake) Output() io.Writer { return &f.output }
func (f *fake) Error(args ...any) { f.Errorf("%s", fmt.Sprint(args...)) }
func (f *fake) FailNow()          { runtime.Goexit() }
func (f *fake) Fatal(args ...any) { f.Error(args...); f.FailNow() }
func (f *fake) Errorf(format string, args ...any) {
	f.told(func() { f.errors = append(f.errors, fmt.Sprintf(format, args...)) })
}
func (f *fake) Fatalf(format string, args ...any) { f.Errorf(format, args...); f.FailNow() }
func (f *fake) Skip(args ...any)                  { f.Log(args...); f.SkipNow() }
func (f *fake) SkipNow() {
	f.told(func() { f.skipped = true })
	runtime.Goexit()
}
func (f *fake) TempDir() string {
	if f.dir == "" {
		dir, err := os.MkdirTemp("", "fake")
		if err != nil {
			panic(err)
		}
		f.dir = dir
		f.Cleanup(func() { os.RemoveAll(dir) })
	}
	return filepath.Join(f.dir, "001")
}
func (f *fake) Cleanup(c func()) { f.cleanups = append(f.cleanups, c) }

// try calls test with a fake and returns what that was told. test may end its goroutine. It never writes a golden trace.
func try(test func(t testing.TB)) *fake {
	defer func(before bool) { *update = before }(*update)
	*update = false
	f := new(fake)
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(f)
	}()
	<-done
	for _, c := range f.cleanups {
		c()
	}
	return f
}

func TestRunPassesTheErrorOn(t *testing.T) {
	f := try(func(t testing.TB) {
		Run(t, func(co *aio.Co) error {
			co.Printf("printed\n")
			return errors.New("the program failed")
		})
	})
	if len(f.errors) != 1 || f.errors[0] != "the program failed" || f.output.String() != "printed\n" {
		t.Errorf("errors %q, output %q", f.errors, f.output.String())
	}
}

// TestFatalInATask would hang or leak if the end of a coroutine's goroutine were lost.
func TestFatalInATask(t *testing.T) {
	before := runtime.NumGoroutine()
	reached := false
	f := try(func(t testing.TB) {
		Run(t, func(co *aio.Co) error {
			aio.Go(co, "sleeper", func(co *aio.Co) error { return aio.Sleep(co, time.Hour) })
			task := aio.Go(co, "fatal", func(co *aio.Co) error {
				t.Fatal("fatal in a task")
				return nil
			})
			_, err := task.Await(co)
			reached = true
			return err
		})
		reached = true
	})
	if len(f.errors) != 1 || f.errors[0] != "fatal in a task" || reached {
		t.Errorf("errors %q, went on: %v", f.errors, reached)
	}
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i == 100 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		time.Sleep(10 * time.Millisecond) // a goroutine ends a little behind its last statement
	}
}

func greet(co *aio.Co) error {
	co.Printf("hello\n")
	return aio.Sleep(co, time.Second)
}

func TestGolden(t *testing.T) {
	Golden(t, "testdata/greet.txt", greet)
}

func TestGoldenNamesFileAndLine(t *testing.T) {
	f := try(func(t testing.TB) {
		Golden(t, "testdata/greet.txt", func(co *aio.Co) error {
			co.Printf("goodbye\n")
			return aio.Sleep(co, time.Second)
		})
	})
	if len(f.errors) != 1 {
		t.Fatalf("errors %q", f.errors)
	}
	for _, want := range []string{"testdata/greet.txt:4:", "print hello", "print goodbye", "go test -run='^TestFake$' -sim.update"} {
		if !strings.Contains(f.errors[0], want) {
			t.Errorf("%q is missing in:\n%s", want, f.errors[0])
		}
	}
}

func TestGoldenWithoutFile(t *testing.T) {
	f := try(func(t testing.TB) { Golden(t, "testdata/missing.txt", greet) })
	if len(f.errors) != 1 || !strings.Contains(f.errors[0], "-sim.update") {
		t.Errorf("errors %q", f.errors)
	}
}

// TestGoldenFailsForABlockedTask: what was recorded until then would be a trace of half a run.
func TestGoldenFailsForABlockedTask(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for the watchdog, for seconds of real time")
	}
	t.Parallel()
	release := make(chan struct{})
	f := new(fake)
	done := make(chan struct{})
	go func() {
		defer close(done)
		Golden(f, "testdata/missing.txt", func(co *aio.Co) error {
			<-release
			return nil
		})
	}()
	<-done
	close(release)
	if len(f.errors) != 1 || !strings.Contains(f.errors[0], `task "main" has blocked outside the simulation`) {
		t.Errorf("errors %q", f.errors)
	}
}

// TestGoldenIncludesAPanicWhileUnwinding, which no event can tell of any more.
func TestGoldenIncludesAPanicWhileUnwinding(t *testing.T) {
	Golden(t, "testdata/unwinding.txt", func(co *aio.Co) error {
		defer func() { panic("deferred") }()
		var never aio.Event
		return never.Wait(co)
	})
}

func TestWriteMakesFolders(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a", "b.txt")
	write(t, file, []byte("text"))
	if got, err := os.ReadFile(file); err != nil || string(got) != "text" {
		t.Errorf("read %q, %v", got, err)
	}
}

// TestGoldenIncludesTheEnd: a deadlock is part of the trace, and no failure by itself.
func TestGoldenIncludesTheEnd(t *testing.T) {
	Golden(t, "testdata/deadlock.txt", func(co *aio.Co) error {
		var never aio.Event
		aio.Go(co, "a", never.Wait)
		return never.Wait(co)
	})
}
