package explore

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestManyColumns: the table has room for the tasks that the switches are about, and says how many others act.
func TestManyColumns(t *testing.T) {
	report := explained(t, func(co *aio.Co) error {
		turn := 0
		var tasks []*aio.Task[aio.None]
		for i := range 12 {
			tasks = append(tasks, aio.Go(co, fmt.Sprintf("t%d", i), func(co *aio.Co) error {
				co.Printf("turn %d\n", turn)
				turn++
				return nil
			}))
		}
		last := aio.Go(co, "last", func(co *aio.Co) error {
			if turn == 0 {
				return aio.Sleep(co, time.Second)
			}
			return nil
		})
		if err := all(co, append(tasks, last)...); err != nil {
			return err
		}
		if co.Now() > 0 {
			return errors.New("late")
		}
		return nil
	})
	text := report.Text("")
	header := strings.Fields(strings.Split(text, "\n")[4])
	if len(header) != 1+maxColumns || header[0] != "time" || header[maxColumns] != "last" || header[1] != "t0" {
		t.Errorf("the columns are %q", header)
	}
	if want := "and 5 other tasks"; !strings.Contains(text, want) {
		t.Errorf("it does not say %q:\n%s", want, text)
	}
}

// TestLongTables leave out what lies long before the first switch and the middle of what comes after it.
func TestLongTables(t *testing.T) {
	long := func(before, after int) func(co *aio.Co) error {
		return func(co *aio.Co) error {
			for i := range before {
				co.Printf("before %d\n", i)
			}
			b := 0
			task := aio.Go(co, "a", func(co *aio.Co) error {
				for i := range after {
					co.Printf("after %d %s\n", i, strings.Repeat("x", 100))
				}
				if b > 0 {
					return errMixed
				}
				return nil
			})
			other := aio.Go(co, "b", func(*aio.Co) error { b++; return nil })
			if err := all(co, task, other); err != nil {
				co.Printf("sad\n")
				return err
			}
			return nil
		}
	}
	text := explained(t, long(100, 100)).Text("")
	for _, want := range []string{"after 0 x", "x…", "after 99", "  (", " more)\n", "> 0s     returned"} {
		if !strings.Contains(text, want) && !strings.Contains(text, strings.TrimPrefix(want, "> 0s     ")) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "before 3") || strings.Contains(text, "after 50") || strings.Count(text, "\n") > maxRows+maxOutput+20 {
		t.Errorf("it is too long:\n%s", text)
	}
}

func TestCells(t *testing.T) {
	for _, test := range []struct {
		event sim.Event
		want  string
	}{
		{sim.Event{Kind: sim.Output, Text: "two\nlines"}, "two / lines"},
		{sim.Event{Kind: sim.VariableRead, Object: "x", Text: "1"}, "read x: 1"},
		{sim.Event{Kind: sim.VariableWritten, Object: "x", Text: "2"}, "write x: 2"},
		{sim.Event{Kind: sim.TaskSuspended, Object: "its turn"}, ""},
		{sim.Event{Kind: sim.TaskSuspended, Object: "next turn"}, "yield"},
		{sim.Event{Kind: sim.TaskSuspended, Object: "sleep until 1s"}, "sleep until 1s"},
		{sim.Event{Kind: sim.TaskSuspended, Object: `lock "x"`}, `wait: lock "x"`},
		{sim.Event{Kind: sim.CancelRequested, Object: "a"}, "cancel a"},
		{sim.Event{Kind: sim.TaskFinished, Text: "returned"}, "returned"},
		{sim.Event{Kind: sim.Exception, Text: "never retrieved"}, "never retrieved"},
		{sim.Event{Kind: sim.CallbackRun, Object: "timeout"}, "[timeout]"},
		{sim.Event{Kind: sim.TaskResumed}, ""},
	} {
		if got := cell(test.event); got != test.want {
			t.Errorf("%+v: got %q, want %q", test.event, got, test.want)
		}
	}
}

func TestLabels(t *testing.T) {
	var l labels
	for range 2 {
		l.reset()
		want := []string{"a", "a#2", "b", "a#3", "a#2#2", "b#2"}
		for i, name := range []string{"a", "a", "b", "a", "a#2", "b"} {
			l.add(sim.Event{Object: name, ObjectID: uint32(i + 1)})
			if got := l.of(uint32(i + 1)); got != want[i] {
				t.Errorf("task %d, %q, is labelled %q, not %q", i+1, name, got, want[i])
			}
		}
		l.reset()
		for i, name := range []string{"a", "a#2", "a"} {
			l.add(sim.Event{Object: name, ObjectID: uint32(i + 1)})
		}
		if got := l.of(3); got != "a#3" {
			t.Errorf("the second a is labelled %q", got)
		}
		if l.of(0) != "" || l.of(99) != "" {
			t.Error("no task has a label")
		}
	}
}

func TestOrdinals(t *testing.T) {
	for n, want := range map[uint32]string{0: "0th", 1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 112: "112th", 122: "122nd"} {
		if got := ordinal(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestTableEndsAtTheCause, not where the error has been handed on to main and the other tasks were cancelled.
func TestTableEndsAtTheCause(t *testing.T) {
	report := explained(t, func(co *aio.Co) error {
		first := ""
		err := aio.TaskGroup(co, func(g *aio.Group) error {
			for _, name := range []string{"a", "b"} {
				_, err := g.Go(name, func(co *aio.Co) error {
					if first == "" {
						first = name
					}
					if first == "b" {
						return errMixed
					}
					return aio.Sleep(co, time.Second)
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("the group failed: %w", err)
		}
		return nil
	})
	text := report.Text("")
	if !strings.Contains(text, "> 0s     failed: mixed\n\nasyncio's own order passes") || strings.Contains(text, "cancel") {
		t.Errorf("the table goes on:\n%s", text)
	}
}
