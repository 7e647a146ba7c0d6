package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/asyncsim/asyncsim/sim"
)

func candidates(c *sim.Choice) string {
	names := make([]string, c.N)
	for i := range names {
		names[i] = c.Candidate(i).String()
	}
	return strings.Join(names, ", ")
}

// TestCandidates shows what the chooser is asked. It takes the first, so the program runs in asyncio's order.
func TestCandidates(t *testing.T) {
	tests := []struct {
		name    string
		program func(l *sim.Loop)
		want    []string
	}{
		{"one thing after the other is no choice", func(l *sim.Loop) {
			start(l, "a", func(co *sim.Co) {
				co.Yield(ready{})
				_ = co.Sleep(time.Second)
			})
		}, nil},
		{"every ready task", func(l *sim.Loop) {
			for _, name := range []string{"a", "b", "c"} {
				start(l, name, func(*sim.Co) {})
			}
		}, []string{`task "a", task "b", task "c"`, `task "b", task "c"`}},
		{"timers that are due together, of tasks and of callbacks", func(l *sim.Loop) {
			start(l, "a", func(co *sim.Co) { _ = co.Sleep(time.Second) })
			l.CallLater("x", time.Second, func() {})
			l.CallLater("y", time.Second, func() {})
		}, []string{
			`callback "x", callback "y", timer of task "a"`,
			`callback "y", timer of task "a"`}},
		{"of the callbacks of one task, the first", func(l *sim.Loop) {
			for _, name := range []string{"a", "b"} {
				start(l, name, func(co *sim.Co) {
					l.CallSoon(name+"1", func() {})
					l.CallSoon(name+"2", func() {})
				})
			}
		}, []string{
			`task "a", task "b"`,
			`task "b", callback "a1"`,
			`callback "a1", callback "b1"`,
			`callback "a2", callback "b1"`}},
		{"of the callbacks of no task, the first", func(l *sim.Loop) {
			l.CallSoon("x", func() { l.CallSoon("z", func() {}) })
			l.CallSoon("y", func() {})
		}, nil},
		{"also of those that a timer's callback registers", func(l *sim.Loop) {
			l.CallLater("timer", 0, func() {
				l.CallSoon("x", func() {})
				l.CallSoon("y", func() {})
			})
		}, nil},
		{"what was cancelled is none", func(l *sim.Loop) {
			var cancelled []sim.Handle
			for _, name := range []string{"a", "b", "c"} {
				start(l, name, func(*sim.Co) { cancelled = append(cancelled, l.CallSoon("of "+name, func() {})) })
			}
			l.CallSoon("cancel", func() { cancelled[0].Cancel(); cancelled[2].Cancel() })
		}, []string{
			`task "a", task "b", task "c", callback "cancel"`,
			`task "b", task "c", callback "cancel", callback "of a"`,
			`task "c", callback "cancel", callback "of a", callback "of b"`,
			`callback "cancel", callback "of a", callback "of b", callback "of c"`}},
		{"nor is the alarm of a task that was woken", func(l *sim.Loop) {
			a := start(l, "a", func(co *sim.Co) { _ = co.Sleep(2) })
			b := start(l, "b", func(co *sim.Co) { _ = co.Sleep(2) })
			l.CallLater("early", 1, func() { l.CallAt("wake", 2, func() { a.Wake(); b.Wake() }) })
		}, []string{
			`task "a", task "b"`,
			`timer of task "a", timer of task "b", callback "wake"`,
			`timer of task "b", callback "wake", task "a"`,
			`callback "wake", task "a", task "b"`,
			`task "a", task "b"`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var j journal
			l := open(t, sim.Config{Choose: func(c *sim.Choice) int {
				j.note("%s", candidates(c))
				return 0
			}})
			test.program(l)
			drain(t, l)
			j.want(t, test.want...)
		})
	}
}

// TestWokenSleepersAlarm chooses the callback that wakes before the alarms of the sleepers.
func TestWokenSleepersAlarm(t *testing.T) {
	var j journal
	l := open(t, sim.Config{Choose: func(c *sim.Choice) int {
		j.note("%s", candidates(c))
		return max(0, slices.Index(strings.Split(candidates(c), ", "), `callback "wake"`))
	}})
	a := start(l, "a", func(co *sim.Co) { _ = co.Sleep(1) })
	b := start(l, "b", func(co *sim.Co) { _ = co.Sleep(1) })
	l.CallLater("wake", 1, func() { a.Wake(); b.Wake() })
	drain(t, l)
	j.want(t,
		`task "a", task "b"`,
		`callback "wake", timer of task "a", timer of task "b"`,
		`task "a", task "b"`)
}

// TestOwners names the task behind each candidate.
func TestOwners(t *testing.T) {
	var j journal
	l := open(t, sim.Config{Choose: func(c *sim.Choice) int {
		for i := range c.N {
			x := c.Candidate(i)
			j.note("%s: task %d, owner %d", x, x.Task(), x.Owner())
		}
		return 0
	}})
	start(l, "first", func(*sim.Co) {})
	start(l, "second", func(co *sim.Co) {
		l.CallLater("soon", 1, func() {})
		_ = co.Sleep(1)
	})
	l.CallLater("nobody's", 1, func() {})
	drain(t, l)
	j.want(t,
		`task "first": task 1, owner 1`,
		`task "second": task 2, owner 2`,
		`callback "nobody's": task 0, owner 0`,
		`callback "soon": task 0, owner 2`,
		`timer of task "second": task 0, owner 2`,
		`callback "soon": task 0, owner 2`,
		`timer of task "second": task 0, owner 2`)
}

// TestObserve: every step is told of once, with what it begins with where that is known. A switch point at which the task
// goes on begins a step too.
func TestObserve(t *testing.T) {
	for _, first := range []bool{true, false} {
		var j journal
		l := open(t, sim.Config{
			Choose: func(c *sim.Choice) int {
				if first {
					return 0
				}
				return c.N - 1
			},
			Observe: func(task uint32, op sim.Op) { j.note("%d: %v", task, op) },
		})
		x := l.NewObject()
		start(l, "a", func(co *sim.Co) {
			co.Switch(sim.Op{Object: x})
			co.Switch(sim.Op{Object: x, Write: true})
		})
		start(l, "b", func(co *sim.Co) {
			co.Yield(ready{})
			co.Switch(sim.Op{Object: x})
		})
		start(l, "c", func(*sim.Co) {})
		drain(t, l)
		if first {
			j.want(t, "1: {1 false}", "1: {1 true}", "2: {0 false}", "3: {0 false}", "2: {1 false}")
		} else {
			j.want(t, "3: {0 false}", "2: {0 false}", "2: {1 false}", "1: {1 false}", "1: {1 true}")
		}
	}
}

// step is a random program: what a task or callback does next, and what the task or callback does that it makes.
type step struct {
	Do   string
	N    int
	Then []step
}

func programs(depth int) *rapid.Generator[[]step] {
	return rapid.Custom(func(t *rapid.T) []step {
		steps := make([]step, rapid.IntRange(0, 5).Draw(t, "steps"))
		for i := range steps {
			s := &steps[i]
			s.Do = rapid.SampledFrom([]string{"yield", "sleep", "wait", "wake", "soon", "later", "cancel", "go", "eager"}).Draw(t, "do")
			s.N = rapid.IntRange(-1, 3).Draw(t, "n")
			if depth > 0 && slices.Contains([]string{"soon", "later", "go", "eager"}, s.Do) {
				s.Then = programs(depth-1).Draw(t, "then")
			}
		}
		return steps
	})
}

// machine interprets random programs.
type machine struct {
	l       *sim.Loop
	cos     []*sim.Co
	handles []sim.Handle
}

func (m *machine) run(co *sim.Co, steps []step) {
	l := m.l
	for i, s := range steps {
		name := fmt.Sprintf("%s %d/%d", s.Do, i, len(m.cos)+len(m.handles))
		delay := time.Duration(s.N)
		switch {
		case s.Do == "soon":
			m.handles = append(m.handles, l.CallSoon(name, func() { m.run(nil, s.Then) }))
		case s.Do == "later":
			m.handles = append(m.handles, l.CallLater(name, delay, func() { m.run(nil, s.Then) }))
		case s.Do == "cancel" && len(m.handles) > 0:
			m.handles[(s.N+1)%len(m.handles)].Cancel()
		case s.Do == "wake":
			m.cos[(s.N+1)%len(m.cos)].Wake()
		case s.Do == "go":
			m.cos = append(m.cos, start(l, name, func(co *sim.Co) { m.run(co, s.Then) }))
		case s.Do == "eager":
			m.cos = append(m.cos, eagerly(l, name, func(co *sim.Co) { m.run(co, s.Then) }))
		case co == nil: // a callback does not suspend
		case s.Do == "yield":
			co.Yield(on(name))
		case s.Do == "sleep":
			_ = co.Sleep(delay)
		case s.Do == "wait":
			wait(co, name)
		}
	}
}

func traceOf(t *rapid.T, steps []step, choose sim.Chooser) (events []sim.Event, chosen int) {
	counting := choose
	if choose != nil {
		counting = func(c *sim.Choice) int {
			chosen++
			if c.N < 2 {
				t.Fatalf("asked to choose of %d: %s", c.N, candidates(c))
			}
			return choose(c)
		}
	}
	l := open(t, sim.Config{Watchdog: -1, MaxSteps: 1000, Choose: counting, Trace: func(e sim.Event) { events = append(events, e) }})
	m := &machine{l: l}
	m.cos = append(m.cos, start(l, "main", func(co *sim.Co) { m.run(co, steps) }))
	if err := l.Run(); err == nil {
		t.Fatalf("nobody stops the loop, but Run returned nil")
	}
	return events, chosen
}

// TestAlwaysZeroIsNoChooser: a chooser that takes the first runs every program as a loop without one does.
func TestAlwaysZeroIsNoChooser(t *testing.T) {
	choices := 0
	rapid.Check(t, func(t *rapid.T) {
		steps := programs(3).Draw(t, "program")
		without, _ := traceOf(t, steps, nil)
		with, chosen := traceOf(t, steps, func(*sim.Choice) int { return 0 })
		want(t, "the trace with a chooser", with, without)
		choices += chosen
	})
	if choices == 0 {
		t.Error("the chooser was never asked")
	}
}

// TestAnyChoiceIsReproducible: the same choices give the same trace.
func TestAnyChoiceIsReproducible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := programs(3).Draw(t, "program")
		var script []int
		once, n := traceOf(t, steps, func(c *sim.Choice) int {
			script = append(script, rapid.IntRange(0, c.N-1).Draw(t, "choice"))
			return script[len(script)-1]
		})
		at := 0
		again, m := traceOf(t, steps, func(*sim.Choice) int { at++; return script[at-1] })
		want(t, "the trace", again, once)
		want(t, "the number of choices", m, n)
	})
}

// TestCallbacksOfATaskKeepTheirOrder under any chooser; those of different tasks do not.
func TestCallbacksOfATaskKeepTheirOrder(t *testing.T) {
	mixed := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		l := open(t, sim.Config{Choose: func(c *sim.Choice) int { return rapid.IntRange(0, c.N-1).Draw(t, "choice") }})
		ran := map[string][]int{}
		var all strings.Builder
		register := func(who string) {
			for i := range 3 {
				l.CallSoon("", func() {
					ran[who] = append(ran[who], i)
					all.WriteString(who)
				})
			}
		}
		for _, name := range []string{"a", "b"} {
			start(l, name, func(*sim.Co) { register(name) })
		}
		l.CallSoon("", func() { register("-") })
		drain(t, l)
		for _, who := range []string{"a", "b", "-"} {
			want(t, "the order of the callbacks of "+who, ran[who], []int{0, 1, 2})
		}
		mixed[all.String()] = true
	})
	if len(mixed) < 10 {
		t.Errorf("only %d orders: %v", len(mixed), mixed)
	}
}

// odometer is an exhaustive search: it counts through all lists of choices, the last choice fastest.
type odometer struct {
	digits, bases []int
	at            int
}

func (o *odometer) choose(c *sim.Choice) int {
	if o.at == len(o.digits) {
		o.digits, o.bases = append(o.digits, 0), append(o.bases, c.N)
	}
	o.at++
	return o.digits[o.at-1]
}

// next turns to the list after the one that was used, and reports whether there is one.
func (o *odometer) next() bool {
	o.at = 0
	for i := len(o.digits) - 1; i >= 0; i-- {
		if o.digits[i]++; o.digits[i] < o.bases[i] {
			return true
		}
		o.digits, o.bases = o.digits[:i], o.bases[:i]
	}
	return false
}

func TestAllOrdersCanBeReached(t *testing.T) {
	var orders []string
	var o odometer
	for more := true; more; more = o.next() {
		l := open(t, sim.Config{Watchdog: -1, Choose: o.choose})
		var order strings.Builder
		for _, name := range []string{"a", "b", "c"} {
			start(l, name, func(*sim.Co) { order.WriteString(name) })
		}
		drain(t, l)
		orders = append(orders, order.String())
	}
	want(t, "the orders", orders, []string{"abc", "acb", "bac", "bca", "cab", "cba"})
}
