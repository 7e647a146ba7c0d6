package sim_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/asyncsim/asyncsim/sim"
)

// script returns a chooser that gives the answers to the choices of a kind, one by one, and notes what it was asked; else
// it chooses 0.
func script(j *journal, kind sim.ChoiceKind, answers ...int) sim.Chooser {
	return func(c *sim.Choice) int {
		if c.Kind != kind {
			return 0
		}
		j.note("%v of %d at %v for task %d", c.Kind, c.N, c.Now(), c.Asker())
		if len(answers) == 0 {
			return 0
		}
		answer := answers[0]
		answers = answers[1:]
		return answer
	}
}

func TestSlack(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name    string
		config  sim.Config
		answers []int
		want    []string
	}{
		{"on time", sim.Config{Slack: 2 * ms}, nil, []string{
			"late of 3 at 5ms for task 0", "a at 5ms", "late of 3 at 5ms for task 0", "soon at 5ms", "late of 2 at 6ms for task 0", "b at 6ms", "c at 7ms", "d at 20ms",
		}},
		{"one further", sim.Config{Slack: 2 * ms}, []int{1}, []string{
			"late of 3 at 5ms for task 0", "a at 6ms", "b at 6ms", "late of 2 at 6ms for task 0", "soon at 6ms", "c at 7ms", "d at 20ms",
		}},
		{"one further, and one more", sim.Config{Slack: 2 * ms}, []int{1, 1}, []string{
			"late of 3 at 5ms for task 0", "a at 6ms", "b at 6ms", "late of 2 at 6ms for task 0", "soon at 7ms", "c at 7ms", "d at 20ms",
		}},
		{"two further", sim.Config{Slack: 2 * ms}, []int{2}, []string{
			"late of 3 at 5ms for task 0", "a at 7ms", "b at 7ms", "c at 7ms", "soon at 7ms", "d at 20ms",
		}},
		{"up to a limit", sim.Config{Slack: time.Hour, MaxTime: 6 * ms}, []int{1}, []string{
			"late of 2 at 5ms for task 0", "a at 6ms", "b at 6ms", "soon at 6ms",
		}},
		{"too little", sim.Config{Slack: ms - 1}, nil, []string{"a at 5ms", "soon at 5ms", "b at 6ms", "c at 7ms", "d at 20ms"}},
		{"all of time", sim.Config{Slack: 1<<63 - 1}, []int{3}, []string{
			"late of 4 at 5ms for task 0", "a at 20ms", "b at 20ms", "c at 20ms", "d at 20ms", "soon at 20ms",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var j journal
			test.config.Choose = script(&j, sim.Late, test.answers...)
			l := open(t, test.config)
			note := func(name string) func() { return func() { j.note("%s at %v", name, l.Now()) } }
			l.CallAt("d", 20*ms, note("d"))
			l.CallAt("c", 7*ms, note("c"))
			l.CallAt("b", 6*ms, note("b"))
			l.CallAt("a", 5*ms, func() { note("a")(); l.CallSoon("soon", note("soon")) })
			l.CallAt("cancelled", 6*ms+2, note("cancelled")).Cancel()
			if test.config.MaxTime > 0 {
				wantError[*sim.LimitError](t, l.Run())
			} else {
				drain(t, l)
			}
			j.want(t, test.want...)
		})
	}
}

// TestSlackInTheStrictScope makes one tie of all that is due in the window, and none of what was due before it.
func TestSlackInTheStrictScope(t *testing.T) {
	var j journal
	l := open(t, sim.Config{Strict: true, Slack: time.Second, Choose: func(c *sim.Choice) int {
		if c.Kind == sim.Late {
			return c.N - 1
		}
		j.note("%v: %s", c.Kind, candidates(c))
		return c.N - 1
	}})
	l.CallAt("a", time.Second, func() {
		j.note("a")
		l.CallLater("long ago", -2*time.Second, j.noting("long ago"))
		l.CallLater("before", -3*time.Second, j.noting("before"))
	})
	l.CallAt("b", 2*time.Second, j.noting("b"))
	l.CallAt("later", 2*time.Second+1, j.noting("later"))
	drain(t, l)
	j.want(t, `tie: callback "a", callback "b"`, "b", "a", "before", "long ago", "later")
}

// TestSlackIsBounded: whatever the chooser says, no timer fires early, none fires later than the slack allows, and the
// clock does not go back.
func TestSlackIsBounded(t *testing.T) {
	late := 0
	rapid.Check(t, func(t *rapid.T) {
		slack := time.Duration(rapid.IntRange(1, 20).Draw(t, "slack"))
		config := sim.Config{Slack: slack, Strict: rapid.Bool().Draw(t, "strict"), Choose: func(c *sim.Choice) int {
			return rapid.IntRange(0, c.N-1).Draw(t, c.Kind.String())
		}}
		l := open(t, config)
		var latest time.Duration
		var set func(depth int)
		set = func(depth int) {
			when := l.Now() + time.Duration(rapid.IntRange(1, 30).Draw(t, "delay"))
			l.CallAt("", when, func() {
				now := l.Now()
				if now < when || now > when+slack || now < latest {
					t.Fatalf("a timer for %v fires at %v, after %v", when, now, latest)
				}
				if latest = now; now > when {
					late++
				}
				for range rapid.IntRange(0, 2).Draw(t, "children") {
					if depth < 4 {
						set(depth + 1)
					}
				}
				l.CallSoon("", func() {})
			})
		}
		for range 5 {
			set(0)
		}
		drain(t, l)
	})
	if late == 0 {
		t.Error("no timer was ever late")
	}
}

func TestSlackIsNothingWithoutAChooser(t *testing.T) {
	var j journal
	l := open(t, sim.Config{Slack: time.Hour, Cancel: true, Trace: j.turns})
	for i := range 3 {
		l.CallLater(fmt.Sprint(i), time.Duration(3-i)*time.Second, func() {})
	}
	drain(t, l)
	j.want(t, "1 1s 2", "2 2s 1", "3 3s 0")
}

// TestNoSlackWhileSomethingRunsOutside: time stands still.
func TestNoSlackWhileSomethingRunsOutside(t *testing.T) {
	var j journal
	l := open(t, sim.Config{Slack: time.Second, Choose: script(&j, sim.Late)})
	finish := make(chan struct{})
	l.CallLater("later", time.Second, func() {})
	l.Execute("outside", func() { <-finish }, j.noting("done"))
	l.CallSoon("first", func() { l.CallSoon("second", func() { j.note("second"); close(finish) }) })
	drain(t, l)
	j.want(t, "second", "late of 2 at 0s for task 0", "done")
}

// TestNoSlackForTheWoken: the end of a sleep that was cut short is no deadline any more.
func TestNoSlackForTheWoken(t *testing.T) {
	var j journal
	l := open(t, sim.Config{Slack: time.Second, Choose: script(&j, sim.Late)})
	start(l, "sleeper", func(co *sim.Co) {
		l.CallAt("waker", 5*time.Second, func() { co.Wake() })
		_ = co.Sleep(6 * time.Second)
		j.note("over at %v", co.Now())
	})
	drain(t, l)
	j.want(t, "late of 2 at 5s for task 0", "over at 5s")
}
