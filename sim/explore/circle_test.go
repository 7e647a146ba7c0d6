package explore

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// philosophers take the fork on the left, think, and take the one on the right. With a pause of
// two turns asyncio's order has each come after the one before.
func philosophers(n, pause int, name func(i int) string) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		var forks []*aio.Lock
		for i := range n {
			forks = append(forks, aio.NewLock(fmt.Sprintf("fork-%d", i)))
		}
		var eating []aio.Awaitable
		for i := range n {
			eating = append(eating, aio.Go(co, name(i), func(co *aio.Co) error {
				for range pause * i {
					if err := aio.Sleep(co, 0); err != nil {
						return err
					}
				}
				return forks[i].With(co, func() error {
					if err := aio.Sleep(co, 0); err != nil {
						return err
					}
					return forks[(i+1)%n].With(co, func() error { return nil })
				})
			}))
		}
		_, _, err := aio.Wait(co, eating, aio.Forever, aio.AllCompleted)
		return err
	}
}

// mutexes are taken by two tasks in opposite orders, with nothing between.
func mutexes(co *aio.Co) error {
	a, b := aio.NewMutex("a"), aio.NewMutex("b")
	take := func(outer, inner *aio.Mutex) func(co *aio.Co) error {
		return func(co *aio.Co) error {
			return outer.With(co, func() error { return inner.With(co, func() error { return nil }) })
		}
	}
	return all(co, aio.Go(co, "p", take(a, b)), aio.Go(co, "q", take(b, a)))
}

// TestDeadlocksShowTheCircle: each task of it has a column with what it waits for, and the report says who has that.
func TestDeadlocksShowTheCircle(t *testing.T) {
	numbered := func(i int) string { return fmt.Sprintf("phil-%d", i) }
	for _, test := range []struct {
		name    string
		main    func(co *aio.Co) error
		columns string
		circle  string
	}{
		{"mutexes", mutexes, "time p q", `
  task "p" waits for mutex "b", which task "q" has
  task "q" waits for mutex "a", which task "p" has`},
		{"two locks", philosophers(2, 2, numbered), "time phil-0 phil-1", `
  task "phil-0" waits for lock "fork-1", which task "phil-1" has
  task "phil-1" waits for lock "fork-0", which task "phil-0" has`},
		{"three locks", philosophers(3, 2, numbered), "time phil-0 phil-1 phil-2", `
  task "phil-0" waits for lock "fork-1", which task "phil-1" has
  task "phil-1" waits for lock "fork-2", which task "phil-2" has
  task "phil-2" waits for lock "fork-0", which task "phil-0" has`},
		{"one name", philosophers(2, 2, func(int) string { return "phil" }), "time phil phil#2", `
  task "phil" waits for lock "fork-1", which task "phil#2" has
  task "phil#2" waits for lock "fork-0", which task "phil" has`},
		{"each other", func(co *aio.Co) error {
			var a, b *aio.Task[aio.None]
			other := func(x **aio.Task[aio.None]) func(co *aio.Co) error {
				return func(co *aio.Co) error {
					_, err := (*x).Await(co)
					return err
				}
			}
			a, b = aio.Go(co, "a", other(&b)), aio.Go(co, "b", other(&a))
			_, err := aio.Gather(co, a, b).Await(co)
			return err
		}, "time a b", `
  task "a" waits for task "b"
  task "b" waits for task "a"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := explained(t, test.main).Text("")
			header := regexp.MustCompile(`(?m)^  (time .*)$`).FindStringSubmatch(text)
			if len(header) != 2 || strings.Join(strings.Fields(header[1]), " ") != test.columns {
				t.Errorf("the columns are %q, not %q", header, test.columns)
			}
			if !strings.Contains(text, "\nthe circle:"+test.circle+"\n\n") {
				t.Errorf("the circle is not%s", test.circle)
			}
			for line := range strings.Lines(test.circle[1:]) {
				if held, _, ok := strings.Cut(line, ", which"); ok {
					if _, what, _ := strings.Cut(held, "waits for "); strings.Count(text, "has "+what) == 0 {
						t.Errorf("no row shows who has %s", what)
					}
				}
				_, on, _ := strings.Cut(line, "waits for ")
				on, _, _ = strings.Cut(strings.TrimSpace(on), ",")
				if strings.Count(text, "wait: "+on) == 0 {
					t.Errorf("no row shows who waits for %s", on)
				}
			}
			if t.Failed() {
				t.Log(text)
			}
		})
	}
}

// TestALongCircle has all its columns, though there are more than a table has room for otherwise.
func TestALongCircle(t *testing.T) {
	r := explained(t, philosophers(maxColumns+2, 0, func(i int) string { return fmt.Sprintf("phil-%d", i) }))
	table := newTable(r.player, r.Err)
	if len(table.columns) != maxColumns+2 {
		t.Errorf("the columns are %q", table.columns)
	}
}

// TestNoCircle: who waits for what nobody has stands in no circle, and other failures have none.
func TestNoCircle(t *testing.T) {
	for _, main := range []func(co *aio.Co) error{
		func(co *aio.Co) error { return new(aio.Event).Wait(co) }, pairs,
	} {
		if text := explained(t, main).Text(""); strings.Contains(text, "the circle:") {
			t.Error(text)
		}
	}
}
