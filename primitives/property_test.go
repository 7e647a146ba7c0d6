package aio_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// program is a random program: what each task does, one after the other. It is data, so that a failure shows it.
type program struct {
	Tasks [][]op
}

// op is one step of a task. A, B and D mean what the operation says.
type op struct {
	Do   string
	A, B int           // numbers of tasks, or of events
	D    time.Duration // a duration in ticks of a second
	Body []op          // of a block
	Deaf bool          // the task goes on after an error
}

const (
	manyTasks  = 5
	manyEvents = 2
)

var leaves = []string{"sleep", "print", "set", "clear", "wait event", "put", "get", "put nowait", "cancel", "uncancel",
	"await", "gather", "outcomes", "wait", "wait for", "shield", "as completed", "spawn", "spawn eager", "later", "fail"}

func drawOps(t *rapid.T, depth int) []op {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) op {
		kinds := leaves
		if depth > 0 {
			kinds = append([]string{"timeout", "group"}, leaves...)
		}
		o := op{
			Do:   rapid.SampledFrom(kinds).Draw(t, "do"),
			A:    rapid.IntRange(0, manyTasks-1).Draw(t, "a"),
			B:    rapid.IntRange(0, manyTasks-1).Draw(t, "b"),
			D:    time.Duration(rapid.IntRange(-1, 4).Draw(t, "ticks")) * sec,
			Deaf: rapid.Bool().Draw(t, "deaf"),
		}
		if o.Do == "timeout" || o.Do == "group" {
			o.Body = drawOps(t, depth-1)
		}
		return o
	}), 0, 5).Draw(t, "ops")
}

func drawProgram(t *rapid.T) program {
	var p program
	for range rapid.IntRange(1, manyTasks).Draw(t, "tasks") {
		p.Tasks = append(p.Tasks, drawOps(t, 2))
	}
	return p
}

// stage is what a program runs on.
type stage struct {
	tasks  []*aio.Task[int]
	events [manyEvents]*aio.Event
	queue  *aio.Queue[int]
	made   int
}

// play runs the program as the main of a loop.
func (p program) play(co *aio.Co) error {
	s := &stage{queue: aio.NewQueue[int]("q", 2)}
	for i := range s.events {
		s.events[i] = aio.NewEvent(fmt.Sprint("e", i))
	}
	for i, ops := range p.Tasks {
		s.tasks = append(s.tasks, aio.Spawn(co, fmt.Sprint(i), func(co *aio.Co) (int, error) { return i, s.run(co, nil, ops) }))
	}
	all := make([]aio.Awaitable, len(s.tasks))
	for i, task := range s.tasks {
		all[i] = task
	}
	done, pending, err := aio.Wait(co, all, 20*sec, aio.AllCompleted)
	co.Printf("%d done, %d pending\n", len(done), len(pending))
	return err
}

func (s *stage) run(co *aio.Co, g *aio.Group, ops []op) error {
	for _, o := range ops {
		result, err := s.step(co, g, o)
		co.Printf("%s %s %d %d %v = %v, %v\n", name(co), o.Do, o.A, o.B, o.D, result, err)
		if err != nil && !o.Deaf {
			return err
		}
	}
	return nil
}

// step does one operation and returns its result, where it has one.
func (s *stage) step(co *aio.Co, g *aio.Group, o op) (result any, err error) {
	a, b := s.tasks[o.A%len(s.tasks)], s.tasks[o.B%len(s.tasks)]
	event := s.events[o.A%manyEvents]
	switch o.Do {
	case "sleep":
		err = aio.Sleep(co, o.D)
	case "set":
		event.Set()
	case "clear":
		event.Clear()
	case "wait event":
		err = event.Wait(co)
	case "put":
		err = s.queue.Put(co, o.A)
	case "get":
		result, err = s.queue.Get(co)
	case "put nowait":
		err = s.queue.PutNowait(o.A)
	case "cancel":
		result = a.Cancel(o.B)
	case "uncancel":
		result = a.Uncancel()
	case "await":
		result, err = a.Await(co)
	case "gather":
		result, err = aio.Gather(co, a, b, a).Await(co)
	case "outcomes":
		var outcomes []aio.Outcome[int]
		outcomes, err = aio.GatherOutcomes(co, a, b).Await(co)
		result = len(outcomes)
	case "wait":
		var done []aio.Awaitable
		done, _, err = aio.Wait(co, []aio.Awaitable{a, b}, o.D, aio.When(o.B%3))
		result = len(done)
	case "wait for":
		result, err = aio.WaitFor(co, a, o.D)
	case "shield":
		result, err = aio.Shield(co, a).Await(co)
	case "as completed":
		result, err = aio.AsCompleted(co, o.D, a, b).Next(co)
	case "spawn", "spawn eager":
		s.made++
		config := aio.TaskConfig{Name: fmt.Sprint("made ", s.made), Eager: o.Do == "spawn eager"}
		fn := func(co *aio.Co) (int, error) {
			return 0, s.run(co, nil, []op{{Do: "sleep", D: o.D}, {Do: "set", A: o.A}})
		}
		if g != nil {
			_, err = aio.SpawnIn(g, config, fn)
		} else {
			aio.NewTask(co, config, fn)
		}
	case "later":
		l := co.Loop()
		l.CallLater("later", o.D, func() { l.Printf("later: %t\n", a.Cancel()) })
	case "fail":
		err = errBoom
	case "timeout":
		err = aio.Timeout(co, o.D, func(*aio.TimeoutScope) error { return s.run(co, g, o.Body) })
	case "group":
		err = aio.TaskGroup(co, func(g *aio.Group) error { return s.run(co, g, o.Body) })
	}
	return result, err
}

// TestReproducible: a program does the same in every run, traced or not, and a chooser that keeps asyncio's order makes
// no difference. Whatever the order, nothing in it panics and time does not go back.
func TestReproducible(t *testing.T) {
	defer noGoroutineLeft(t)()
	rapid.Check(t, func(rt *rapid.T) {
		p := drawProgram(rt)
		first := record(t, aio.Config{}, p.play)
		wantOrderlyEnd(rt, first)
		if diff := cmp.Diff(first, record(t, aio.Config{}, p.play)); diff != "" {
			rt.Fatalf("run twice:\n%s", diff)
		}
		config := aio.Config{Trace: func(sim.Event) {}, Choose: func(*sim.Choice) int { return 0 }}
		if diff := cmp.Diff(first, record(t, config, p.play)); diff != "" {
			rt.Fatalf("traced and with a chooser:\n%s", diff)
		}
		seed := rapid.Uint64().Draw(rt, "seed")
		shuffled := record(t, anyOrder(rt, seed), p.play)
		wantOrderlyEnd(rt, shuffled)
		if diff := cmp.Diff(shuffled, record(t, anyOrder(rt, seed), p.play)); diff != "" {
			rt.Fatalf("in the same random order twice:\n%s", diff)
		}
	})
}

// wantOrderlyEnd fails the test when the run that the journal is of ended by a panic. A deadlock is a program's own.
func wantOrderlyEnd(t *rapid.T, journal []string) {
	for _, line := range journal {
		if strings.Contains(line, " panicked at ") {
			t.Errorf("%s", line)
		}
	}
}

// anyOrder is a configuration whose chooser takes what comes next at random. It fails the test when time goes back.
func anyOrder(t *rapid.T, seed uint64) aio.Config {
	random := rand.New(rand.NewPCG(seed, 0))
	now := time.Duration(0)
	return aio.Config{
		Choose: func(c *sim.Choice) int { return random.IntN(c.N) },
		Trace: func(e sim.Event) {
			if e.Time < now {
				t.Errorf("time goes back from %v to %v at %v", now, e.Time, e)
			}
			now = e.Time
		},
	}
}
