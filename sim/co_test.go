package sim_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"

	"github.com/asyncsim/asyncsim/sim"
)

// A hundred thousand parked tasks are a hundred thousand of these.
func TestCoIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(sim.Co{}); size > 128 {
		t.Errorf("a Co takes %d bytes, more than 128", size)
	}
}

// wait parks co until Wake.
func wait(co *sim.Co, what string) {
	co.Arm()
	co.Wait(on(what))
}

// eagerly makes a coroutine and runs its first step.
func eagerly(l *sim.Loop, name string, f func(co *sim.Co)) *sim.Co {
	co := new(sim.Co)
	co.Init(l, name, bodyFunc(f))
	co.StartEagerly()
	return co
}

// TestSuspension shows when a coroutine goes on. Each line reads: turn, virtual time, task or callback.
func TestSuspension(t *testing.T) {
	tests := []struct {
		name    string
		program func(l *sim.Loop)
		want    []string
	}{
		{"Wake makes it ready for the next turn", func(l *sim.Loop) {
			co := start(l, "waiter", func(co *sim.Co) { wait(co, "wake") })
			l.CallLater("wake", time.Second, func() {
				co.Wake()
				l.CallSoon("behind it", func() {})
			})
			l.CallLater("in the same turn", time.Second, func() {})
		}, []string{"1 0s waiter", "2 1s wake", "2 1s in the same turn", "3 1s waiter", "3 1s behind it"}},
		{"Wake between Arm and Wait counts", func(l *sim.Loop) {
			start(l, "waiter", func(co *sim.Co) {
				co.Arm()
				co.Wake()
				l.CallSoon("behind it", func() {})
				co.Wait(on("what has come"))
			})
		}, []string{"1 0s waiter", "2 0s waiter", "2 0s behind it"}},
		{"Yield puts it behind what is ready", func(l *sim.Loop) {
			for _, name := range []string{"a", "b"} {
				start(l, name, func(co *sim.Co) {
					l.CallSoon("of "+name, func() {})
					co.Yield(ready{})
				})
			}
		}, []string{"1 0s a", "1 0s b", "2 0s of a", "2 0s a", "2 0s of b", "2 0s b"}},
		{"Sleep goes on one turn after its timer", func(l *sim.Loop) {
			l.CallLater("before", time.Second, func() { l.CallSoon("next turn", func() {}) })
			start(l, "sleeper", func(co *sim.Co) { _ = co.Sleep(time.Second) })
			l.CallLater("behind", time.Second, func() {})
		}, []string{"1 0s sleeper", "2 1s before", "2 1s behind", "3 1s next turn", "3 1s sleeper"}},
		{"Sleep of zero or less takes a turn for its timer", func(l *sim.Loop) {
			start(l, "sleeper", func(co *sim.Co) {
				_ = co.Sleep(0)
				_ = co.Sleep(-time.Hour)
			})
		}, []string{"1 0s sleeper", "3 0s sleeper", "5 0s sleeper"}},
		{"Wake ends Sleep, and its timer no longer moves the clock", func(l *sim.Loop) {
			co := start(l, "sleeper", func(co *sim.Co) {
				_ = co.Sleep(time.Hour)
				_ = co.Sleep(time.Second)
			})
			l.CallLater("wake", time.Minute, func() { co.Wake() })
		}, []string{"1 0s sleeper", "2 1m0s wake", "3 1m0s sleeper", "5 1m1s sleeper"}},
		{"Wake in the turn of the timer, before it, wakes once", func(l *sim.Loop) {
			var co *sim.Co
			l.CallLater("wake", time.Second, func() { co.Wake() })
			co = start(l, "sleeper", func(co *sim.Co) {
				_ = co.Sleep(time.Second)
				_ = co.Sleep(time.Minute)
			})
		}, []string{"1 0s sleeper", "2 1s wake", "3 1s sleeper", "5 1m1s sleeper"}},
		{"Wake in the turn of the timer, after it, wakes once", func(l *sim.Loop) {
			co := start(l, "sleeper", func(co *sim.Co) {
				_ = co.Sleep(time.Second)
				_ = co.Sleep(time.Minute)
			})
			l.CallSoon("", func() { l.CallLater("wake", time.Second, func() { co.Wake() }) })
		}, []string{"1 0s sleeper", "2 1s wake", "3 1s sleeper", "5 1m1s sleeper"}},
		{"Wake in the turn that set a timer of zero ends that Sleep alone", func(l *sim.Loop) {
			co := start(l, "sleeper", func(co *sim.Co) {
				_ = co.Sleep(0)
				_ = co.Sleep(0)
				_ = co.Sleep(time.Second)
			})
			l.CallSoon("wake", func() { co.Wake() })
		}, []string{"1 0s sleeper", "1 0s wake", "2 0s sleeper", "4 0s sleeper", "6 1s sleeper"}},
		{"a Sleep that ended early does not lengthen the turn", func(l *sim.Loop) {
			co := start(l, "sleeper", func(co *sim.Co) {
				_ = co.Sleep(0)
				l.CallSoon("a", func() {})
				l.CallSoon("b", func() {})
			})
			l.CallSoon("wake", func() { co.Wake() })
		}, []string{"1 0s sleeper", "1 0s wake", "2 0s sleeper", "3 0s a", "3 0s b"}},
		{"sleeps of different lengths", func(l *sim.Loop) {
			for _, d := range []time.Duration{3, 1, 2} {
				start(l, d.String(), func(co *sim.Co) { _ = co.Sleep(d) })
			}
		}, []string{"1 0s 3ns", "1 0s 1ns", "1 0s 2ns", "3 1ns 1ns", "5 2ns 2ns", "7 3ns 3ns"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			leavesNoGoroutine(t)
			var j journal
			l := open(t, sim.Config{Trace: j.turns})
			test.program(l)
			drain(t, l)
			j.want(t, test.want...)
		})
	}
}

func TestWakeReportsWhetherItDid(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	co := new(sim.Co)
	try := func(when string) { j.note("%s: %v", when, co.Wake()) }
	co.Init(l, "waiter", bodyFunc(func(co *sim.Co) {
		try("running")
		co.Arm()
		try("armed")
		try("armed, again")
		co.Wait(on("wake"))
		try("resumed")
		l.CallSoon("", func() { try("waiting") })
		wait(co, "wake")
		l.CallSoon("", func() { try("yielding") })
		co.Yield(ready{})
		l.CallSoon("", func() { try("asleep") })
		_ = co.Sleep(time.Hour)
		try("slept")
	}))
	try("new")
	co.Start()
	try("started")
	drain(t, l)
	try("finished")
	j.want(t, "new: false", "started: false", "running: false", "armed: true", "armed, again: false", "resumed: false",
		"waiting: true", "yielding: false", "asleep: true", "slept: false", "finished: false")
}

// latecomer lets timers wait as long as anything else can run: no loop on a machine's clock behaves so, but some search
// will.
func latecomer(c *sim.Choice) int {
	for i := range c.N {
		if c.Candidate(i).String() != `timer of task "sleeper"` {
			return i
		}
	}
	return 0
}

// TestStaleAlarm wakes a sleeper, and lets it sleep again, between the moment at which its timer is due and that timer's
// turn to run. The timer must not end the second sleep.
func TestStaleAlarm(t *testing.T) {
	for _, second := range []time.Duration{0, time.Second} {
		var j journal
		l := open(t, sim.Config{Choose: latecomer})
		sleeper := start(l, "sleeper", func(co *sim.Co) {
			_ = co.Sleep(time.Second)
			j.note("woken at %v", co.Now())
			for range 3 {
				_ = co.Sleep(second)
				j.note("slept until %v", co.Now())
			}
		})
		l.CallLater("wake", time.Second, func() { j.note("wake: %v", sleeper.Wake()) })
		drain(t, l)
		until := func(n time.Duration) string { return "slept until " + (time.Second + n*second).String() }
		j.want(t, "wake: true", "woken at 1s", until(1), until(2), until(3))
	}
}

// TestManyStaleAlarms does so often, before any of the timers has its turn.
func TestManyStaleAlarms(t *testing.T) {
	const n = 50_000 // so many that hundreds of timers are due at the same time
	woken := 0
	l := open(t, sim.Config{Choose: latecomer})
	sleeper := start(l, "sleeper", func(co *sim.Co) {
		for woken < n {
			_ = co.Sleep(0)
		}
		_ = co.Sleep(time.Second)
		want(t, "the end of the last sleep", co.Now(), time.Second)
	})
	start(l, "waker", func(co *sim.Co) {
		for ; woken < n; co.Yield(ready{}) {
			if sleeper.Wake() {
				woken++
			}
		}
	})
	drain(t, l)
	want(t, "how often it was woken", woken, n)
}

func TestSleepPastTheClock(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	start(l, "sleeper", func(co *sim.Co) {
		_ = co.Sleep(time.Second)
		wantUsage(t, co.Sleep(math.MaxInt64), sim.ErrTimeRange, "sleep 2562047h47m16.854775807s", `task "sleeper"`, "1s")
		j.note("at once, at %v", co.Now())
		if err := co.Sleep(math.MaxInt64 - time.Second); err != nil {
			t.Errorf("Sleep until the last moment: %v", err)
		}
		j.note("at %v", co.Now())
		wantUsage(t, co.Sleep(1), sim.ErrTimeRange)
		if err := co.Sleep(0); err != nil {
			t.Errorf("Sleep of zero at the last moment: %v", err)
		}
	})
	drain(t, l)
	j.want(t, "at once, at 1s", "at 2562047h47m16.854775807s")
}

// TestStartEagerly runs first steps on top of what runs, three deep, and looks at who runs in between.
func TestStartEagerly(t *testing.T) {
	leavesNoGoroutine(t)
	var j journal
	l := open(t, sim.Config{})
	who := func() string {
		if co := l.Current(); co != nil {
			return co.Name()
		}
		return "nobody"
	}
	l.CallSoon("callback", func() {
		eagerly(l, "outer", func(co *sim.Co) {
			j.note("%s begins", who())
			eagerly(l, "middle", func(co *sim.Co) {
				j.note("%s begins", who())
				eagerly(l, "inner", func(co *sim.Co) { j.note("%s runs", who()) })
				j.note("%s goes on", who())
				_ = co.Sleep(time.Second)
				j.note("%s ends at %v", who(), co.Now())
			})
			j.note("%s goes on", who())
			co.Yield(ready{})
			j.note("%s ends at %v", who(), co.Now())
		})
		j.note("%s goes on", who())
		wantUsage(t, l.Usage("look", "", sim.ErrClosed), sim.ErrClosed, `callback "callback"`)
	})
	drain(t, l)
	j.want(t, "outer begins", "middle begins", "inner runs", "middle goes on", "outer goes on", "nobody goes on",
		"outer ends at 0s", "middle ends at 1s")
}

func TestNamesAndIDs(t *testing.T) {
	l := open(t, sim.Config{})
	var names []string
	var ids []uint32
	for _, name := range []string{"first", "", "third", ""} {
		co := start(l, name, func(*sim.Co) {})
		names = append(names, co.Name())
		ids = append(ids, co.ID())
	}
	drain(t, l)
	want(t, "names", names, []string{"first", "task-2", "third", "task-4"})
	want(t, "numbers", ids, []uint32{1, 2, 3, 4})
	want(t, "the number in another loop", start(open(t, sim.Config{}), "", func(*sim.Co) {}).Name(), "task-1")
}

type named struct{ ran *sim.Co }

func (n *named) Run(co *sim.Co) { n.ran = co }
func (n *named) Cancel()        {}

func TestWhatACoKnows(t *testing.T) {
	var out bytes.Buffer
	l := open(t, sim.Config{Output: &out})
	body := new(named)
	var first sim.Co
	first.Init(l, "", body)
	first.Start()
	start(l, "knows", func(co *sim.Co) {
		_ = co.Sleep(time.Second)
		want(t, "the time", co.Now(), time.Second)
		want(t, "the loop", co.Loop() == l, true)
		want(t, "the running one", l.Current() == co, true)
		want(t, "the context", co.Vars() == l.Context(), true)
	})
	drain(t, l)
	want(t, "the body", first.Body() == body && body.ran == &first, true)
}

// TestRand draws from loops with the same seed and with another.
func TestRand(t *testing.T) {
	draw := func(seed uint64) (values []uint64) {
		l := open(t, sim.Config{Seed: seed})
		for range 2 { // one source for all tasks
			start(l, "", func(co *sim.Co) {
				var r *rand.Rand = co.Rand()
				for range 3 {
					values = append(values, r.Uint64())
					co.Yield(ready{})
				}
			})
		}
		drain(t, l)
		return values
	}
	one, again, other := draw(1), draw(1), draw(2)
	want(t, "the values of the same seed", again, one)
	seen := map[uint64]bool{}
	for _, v := range append(one, other...) {
		seen[v] = true
	}
	want(t, "different values", len(seen), 12)
}

// TestOn asks what a coroutine waits for in every state that it can be in.
func TestOn(t *testing.T) {
	l := open(t, sim.Config{})
	var co *sim.Co
	look := func(when, text string) {
		t.Helper()
		got := "nothing"
		if on := co.On(); on != nil {
			got = on.String()
		}
		want(t, when, got, text)
	}
	co = start(l, "looked at", func(self *sim.Co) {
		look("running", "nothing")
		wait(self, "a wake")
		eagerly(l, "on top", func(*sim.Co) { look("below an eager one", "nothing") })
		_ = self.Sleep(time.Second)
	})
	look("new", "nothing")
	l.CallSoon("waiting", func() { look("waiting", "a wake"); co.Wake(); look("woken", "a wake") })
	l.CallLater("sleeping", time.Millisecond, func() { look("sleeping", "sleep until 1s") })
	l.CallLater("rung", time.Millisecond, func() {
		l.CallAt("rung", time.Second, func() { look("rung", "the end of its sleep, in this turn") })
	})
	drain(t, l)
	look("finished", "nothing")
}
