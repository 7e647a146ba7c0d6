package sim_test

import (
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// join waits for a coroutine to end, as the await of a task does.
type join struct{ co **sim.Co }

func (j join) String() string  { return "the end of " + (*j.co).Name() }
func (j join) Holder() *sim.Co { return *j.co }

// waitFor makes a task that waits until the end of another, which may be made later.
func waitFor(l *sim.Loop, name string, other **sim.Co) *sim.Co {
	return start(l, name, func(co *sim.Co) {
		co.Arm()
		co.Wait(join{other})
	})
}

func TestDeadlockText(t *testing.T) {
	l := open(t, sim.Config{})
	var b, c, d *sim.Co
	start(l, "early", func(co *sim.Co) { wait(co, `event "go"`) })
	start(l, "late", func(co *sim.Co) {
		_ = co.Sleep(90 * time.Second)
		new(sim.Co).Init(l, "forgotten", bodyFunc(func(*sim.Co) {}))
		wait(co, "lock-1")
	})
	start(l, "done", func(co *sim.Co) { _ = co.Sleep(2 * time.Minute) })
	waitFor(l, "a", &b) // waits for the circle, but is not in it
	b = waitFor(l, "b", &c)
	c = waitFor(l, "c", &d)
	d = waitFor(l, "d", &b)
	e := wantError[*sim.DeadlockError](t, l.Run())
	want(t, "the text", e.Error(), `deadlock at 2m0s: nothing can run and no timer is set
	task "early" waits for event "go" since 0s
	task "late" waits for lock-1 since 1m30s
	task "a" waits for the end of b since 0s
	task "b" waits for the end of c since 0s
	task "c" waits for the end of d since 0s
	task "d" waits for the end of b since 0s
	task "forgotten" waits for its first step since 1m30s
	cycle: "b" -> "c" -> "d" -> "b"`)
	want(t, "the first that waits", e.Waiting[0], sim.Waiting{Task: "early", On: `event "go"`})
	want(t, "the last that waits", e.Waiting[len(e.Waiting)-1], sim.Waiting{Task: "forgotten", Since: 90 * time.Second})
}

func TestDeadlockOfNobody(t *testing.T) {
	l := open(t, sim.Config{})
	l.CallLater("", time.Second, func() {})
	want(t, "the text", l.Run().Error(), "deadlock at 1s: nothing can run and no timer is set")
}

func TestCycle(t *testing.T) {
	tests := []struct {
		name  string
		waits map[string]string // who waits for whom; the others wait for nothing that is held
		want  []string
	}{
		{"none", map[string]string{}, nil},
		{"a chain has none", map[string]string{"a": "b", "b": "c", "c": "d"}, nil},
		{"itself", map[string]string{"b": "b"}, []string{"b"}},
		{"two", map[string]string{"b": "d", "d": "b"}, []string{"b", "d"}},
		{"it begins with its oldest, wherever it is entered", map[string]string{"a": "d", "d": "c", "c": "b", "b": "d"}, []string{"b", "d", "c"}},
		{"of two, that of the oldest", map[string]string{"a": "d", "d": "a", "b": "c", "c": "b"}, []string{"a", "d"}},
		{"behind a chain that ends", map[string]string{"a": "b", "c": "d", "d": "c"}, []string{"c", "d"}},
		{"all", map[string]string{"a": "b", "b": "c", "c": "d", "d": "a"}, []string{"a", "b", "c", "d"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := open(t, sim.Config{})
			cos := map[string]**sim.Co{"a": new(*sim.Co), "b": new(*sim.Co), "c": new(*sim.Co), "d": new(*sim.Co)}
			for _, name := range []string{"a", "b", "c", "d"} {
				other, ok := cos[test.waits[name]]
				if !ok {
					other = new(*sim.Co)
					*cos[name] = start(l, name, func(co *sim.Co) { wait(co, "nothing") })
					continue
				}
				*cos[name] = waitFor(l, name, other)
			}
			want(t, "the cycle", wantError[*sim.DeadlockError](t, l.Run()).Cycle, test.want)
		})
	}
}

// TestFinishedTaskIsInNoCycle: a waits for b, which is over; what b waited for in its life no longer counts.
func TestFinishedTaskIsInNoCycle(t *testing.T) {
	l := open(t, sim.Config{})
	var a, b *sim.Co
	a = start(l, "a", func(co *sim.Co) {
		co.Yield(ready{})
		b.Wake()
		co.Arm()
		co.Wait(join{&b})
	})
	b = waitFor(l, "b", &a)
	e := wantError[*sim.DeadlockError](t, l.Run())
	want(t, "who waits", e.Waiting, []sim.Waiting{{Task: "a", On: "the end of b"}})
	want(t, "the cycle", e.Cycle, nil)
}

// TestDeadlockOfALongChain: to look for the cycle takes time in proportion to the tasks, not to their square.
func TestDeadlockOfALongChain(t *testing.T) {
	const n = 20_000
	l := open(t, sim.Config{})
	cos := make([]*sim.Co, n+1)
	for i := range n {
		cos[i] = waitFor(l, "", &cos[i+1])
	}
	cos[n] = start(l, "", func(co *sim.Co) { wait(co, "nothing") })
	begin := time.Now()
	e := wantError[*sim.DeadlockError](t, l.Run())
	want(t, "the tasks", len(e.Waiting), n+1)
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}
