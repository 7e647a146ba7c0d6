package sim_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// TestTurn holds the loop against asyncio's _run_once. Each line reads: turn, virtual time, callback.
func TestTurn(t *testing.T) {
	tests := []struct {
		name    string
		program func(l *sim.Loop)
		want    []string
	}{
		{"what is ready runs in order", func(l *sim.Loop) {
			l.CallSoon("a", func() {})
			l.CallSoon("b", func() {})
			l.CallSoon("c", func() {})
		}, []string{"1 0s a", "1 0s b", "1 0s c"}},
		{"what a turn schedules waits for the next", func(l *sim.Loop) {
			l.CallSoon("a", func() { l.CallSoon("c", func() {}) })
			l.CallSoon("b", func() { l.CallSoon("d", func() {}) })
		}, []string{"1 0s a", "1 0s b", "2 0s c", "2 0s d"}},
		{"a timer of zero runs in the turn of what is made ready after it, but behind it", func(l *sim.Loop) {
			l.CallLater("timer", 0, func() {})
			l.CallSoon("soon", func() {})
		}, []string{"1 0s soon", "1 0s timer"}},
		{"also when both are set within a turn", func(l *sim.Loop) {
			l.CallSoon("a", func() {
				l.CallLater("timer", 0, func() {})
				l.CallSoon("soon", func() {})
			})
		}, []string{"1 0s a", "2 0s soon", "2 0s timer"}},
		{"timers that are due run in the order of their deadlines", func(l *sim.Loop) {
			l.CallLater("-1", -1, func() {})
			l.CallLater("0", 0, func() {})
			l.CallLater("-2", -2, func() {})
			l.CallSoon("soon", func() {})
		}, []string{"1 0s soon", "1 0s -2", "1 0s -1", "1 0s 0"}},
		{"deadlines in the past do not turn the clock back", func(l *sim.Loop) {
			l.CallAt("1s", time.Second, func() {
				l.CallAt("past", time.Millisecond, func() {})
				l.CallAt("before the start", -time.Hour, func() {})
			})
		}, []string{"1 1s 1s", "2 1s before the start", "2 1s past"}},
		{"equal deadlines run in the order in which they were set", func(l *sim.Loop) {
			l.CallLater("a", time.Second, func() {})
			l.CallAt("b", time.Second, func() {})
			l.CallLater("c", time.Second, func() {})
		}, []string{"1 1s a", "1 1s b", "1 1s c"}},
		{"different deadlines have a turn each", func(l *sim.Loop) {
			l.CallLater("2s", 2*time.Second, func() {})
			l.CallLater("1s", time.Second, func() {})
			l.CallLater("1s and a bit", time.Second+1, func() {})
		}, []string{"1 1s 1s", "2 1.000000001s 1s and a bit", "3 2s 2s"}},
		{"time stands still while something is ready", func(l *sim.Loop) {
			l.CallLater("timer", 1, func() {})
			l.CallSoon("a", func() { l.CallSoon("b", func() { l.CallSoon("c", func() {}) }) })
		}, []string{"1 0s a", "2 0s b", "3 0s c", "4 1ns timer"}},
		{"a timer due in a turn comes before what that turn schedules", func(l *sim.Loop) {
			l.CallLater("a", time.Second, func() { l.CallSoon("c", func() {}) })
			l.CallLater("b", time.Second, func() {})
		}, []string{"1 1s a", "1 1s b", "2 1s c"}},
		{"a task runs in its place among the callbacks", func(l *sim.Loop) {
			l.CallSoon("a", func() {})
			start(l, "task", func(co *sim.Co) { co.Yield(ready{}) })
			l.CallSoon("b", func() {})
		}, []string{"1 0s a", "1 0s task", "1 0s b", "2 0s task"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var j journal
			l := open(t, sim.Config{Trace: j.turns})
			test.program(l)
			drain(t, l)
			j.want(t, test.want...)
		})
	}
}

func TestStop(t *testing.T) {
	tests := []struct {
		name    string
		program func(l *sim.Loop)
		first   []string // what runs until Run returns
		then    []string // what a second Run does
	}{
		{"before Run it lets exactly one turn run", func(l *sim.Loop) {
			l.CallSoon("a", func() { l.CallSoon("b", func() {}) })
			l.Stop()
		}, []string{"1 0s a"}, []string{"2 0s b"}},
		{"before Run it lets no time pass", func(l *sim.Loop) {
			l.CallLater("due", 0, func() {})
			l.CallLater("later", time.Second, func() {})
			l.Stop()
		}, []string{"1 0s due"}, []string{"2 1s later"}},
		{"before Run it keeps an empty loop from a deadlock", func(l *sim.Loop) { l.Stop() }, nil, nil},
		{"within a turn it lets the turn complete", func(l *sim.Loop) {
			l.CallSoon("stop", l.Stop)
			l.CallSoon("a", func() { l.CallSoon("b", func() {}) })
			l.CallLater("due", 0, func() {})
		}, []string{"1 0s stop", "1 0s a", "1 0s due"}, []string{"2 0s b"}},
		{"counts once", func(l *sim.Loop) {
			l.CallSoon("stop", func() { l.Stop(); l.CallSoon("a", func() { l.CallSoon("b", func() {}) }) })
			l.Stop()
		}, []string{"1 0s stop"}, []string{"2 0s a", "3 0s b"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var j journal
			l := open(t, sim.Config{Trace: j.turns})
			test.program(l)
			if err := l.Run(); err != nil {
				t.Fatalf("Run: %v", err)
			}
			j.want(t, test.first...)
			j = nil
			drain(t, l)
			j.want(t, test.then...)
		})
	}
}

func TestLimits(t *testing.T) {
	t.Run("MaxSteps", func(t *testing.T) {
		var j journal
		l := open(t, sim.Config{MaxSteps: 3, Trace: j.turns})
		for _, name := range []string{"a", "b", "c", "d"} {
			l.CallSoon(name, func() {})
		}
		e := wantError[*sim.LimitError](t, l.Run())
		j.want(t, "1 0s a", "1 0s b", "1 0s c")
		want(t, "the error", e.Error(), "stopped at 0s by the limit MaxSteps = 3")
		wantError[*sim.LimitError](t, l.Run()) // the limit is the loop's, not the run's
		want(t, "the number of steps", len(j), 3)
	})
	t.Run("MaxSteps counts the steps of tasks", func(t *testing.T) {
		l := open(t, sim.Config{MaxSteps: 10})
		yields := 0
		start(l, "spinning", func(co *sim.Co) {
			for ; ; yields++ {
				co.Yield(ready{})
			}
		})
		wantError[*sim.LimitError](t, l.Run())
		want(t, "the yields before the tenth step", yields, 9)
	})
	t.Run("MaxSteps is enough for as many", func(t *testing.T) {
		l := open(t, sim.Config{MaxSteps: 2})
		l.CallSoon("a", func() {})
		l.CallSoon("b", func() {})
		drain(t, l)
	})
	t.Run("MaxTime", func(t *testing.T) {
		var j journal
		l := open(t, sim.Config{MaxTime: 2 * time.Second, Trace: j.turns})
		l.CallLater("at the limit", 2*time.Second, func() {})
		l.CallLater("past it", 2*time.Second+1, func() {})
		e := wantError[*sim.LimitError](t, l.Run())
		want(t, "the error", e.Error(), "stopped at 2s by the limit MaxTime = 2s")
		want(t, "the time", l.Now(), 2*time.Second)
		// What needs no time can still be run.
		l.CallSoon("afterwards", func() {})
		wantError[*sim.LimitError](t, l.Run())
		j.want(t, "1 2s at the limit", "3 2s afterwards")
	})
}

func TestSteps(t *testing.T) {
	l := open(t, sim.Config{})
	var steps []int64
	look := func() { steps = append(steps, l.Steps()) }
	look()
	l.CallSoon("", look)
	start(l, "", func(co *sim.Co) {
		look()
		co.Yield(ready{})
		look()
	})
	drain(t, l)
	want(t, "the steps", steps, []int64{0, 1, 2, 3})
}

func TestRunAfterDeadlock(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	co := start(l, "waiter", func(co *sim.Co) {
		co.Arm()
		co.Wait(on("the second run"))
		j.note("woken at %v", co.Now())
	})
	wantError[*sim.DeadlockError](t, l.Run())
	l.CallLater("wake", time.Second, func() { co.Wake() })
	drain(t, l)
	j.want(t, "woken at 1s")
}

func TestLoopState(t *testing.T) {
	start := time.Date(1969, time.July, 20, 20, 17, 40, 0, time.UTC)
	l := open(t, sim.Config{Start: start})
	want(t, "running before the run", l.IsRunning(), false)
	l.CallLater("look", 90*time.Minute, func() {
		want(t, "running in a callback", l.IsRunning(), true)
		want(t, "the time", l.Now(), 90*time.Minute)
		want(t, "the date", l.Date(), start.Add(90*time.Minute))
		want(t, "the coroutine in a callback", l.Current() == nil, true)
	})
	drain(t, l)
	want(t, "running after the run", l.IsRunning(), false)
	want(t, "closed before Close", l.IsClosed(), false)
	for range 2 {
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		want(t, "closed after Close", l.IsClosed(), true)
	}
	want(t, "the loop of a loop", l.Loop() == l, true)
}

func TestAttach(t *testing.T) {
	l := open(t, sim.Config{})
	want(t, "nothing attached", l.Attached(), nil)
	l.Attach("state")
	want(t, "what was attached", l.Attached(), any("state"))
}

func TestCoroutines(t *testing.T) {
	l := open(t, sim.Config{})
	list := func() (names []string) {
		for co := range l.Coroutines {
			names = append(names, co.Name())
		}
		return names
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		start(l, name, func(co *sim.Co) {
			_ = co.Sleep(map[string]time.Duration{"a": 2, "b": 1, "c": 4, "d": 3}[name])
		})
	}
	var lists [][]string
	for at := range time.Duration(5) {
		l.CallAt("list", at, func() { l.CallSoon("", func() { l.CallSoon("", func() { lists = append(lists, list()) }) }) })
	}
	drain(t, l)
	want(t, "the unfinished coroutines", lists,
		[][]string{{"a", "b", "c", "d"}, {"a", "c", "d"}, {"c", "d"}, {"c"}, nil})

	// The list may be cut short, and its element may finish while it is looked at.
	for _, name := range []string{"e", "f", "g"} {
		start(l, name, func(*sim.Co) {})
	}
	var seen []string
	for co := range l.Coroutines {
		seen = append(seen, co.Name())
		if co.Name() == "f" {
			break
		}
		co.StartEagerly()
	}
	want(t, "seen until f", seen, []string{"e", "f"})
	want(t, "after one has finished", list(), []string{"f", "g"})
}

func TestOutput(t *testing.T) {
	var out bytes.Buffer
	l := open(t, sim.Config{Output: &out})
	l.CallSoon("print", func() {
		l.Printf("callback at %v\n", l.Now())
		_, _ = l.Stdout().Write([]byte("raw\n"))
	})
	start(l, "printer", func(co *sim.Co) {
		co.Printf("task %s\n", co.Name())
		_, _ = co.Stdout().Write([]byte("raw task\n"))
	})
	drain(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l.Printf("after the end\n")
	want(t, "the output", out.String(), "callback at 0s\nraw\ntask printer\nraw task\n")
	want(t, "the output's error", l.OutputError(), nil)
}

type brokenWriter struct {
	err    error
	writes int
}

func (w *brokenWriter) Write([]byte) (int, error) {
	w.writes++
	return 0, w.err
}

func TestOutputError(t *testing.T) {
	w := &brokenWriter{err: errors.New("disk full")}
	l := open(t, sim.Config{Output: w})
	l.Printf("one")
	l.Printf("two")
	if err := l.OutputError(); !errors.Is(err, w.err) {
		t.Errorf("OutputError: %v", err)
	}
	want(t, "writes after the first error", w.writes, 1)
}
