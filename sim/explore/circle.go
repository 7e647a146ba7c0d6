package explore

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// link is a task of the circle of waits that a deadlock has.
type link struct {
	task uint32
	on   string // what it waits for
	has  bool   // the next task of the circle has that, and would have to give it back
}

// circleOf returns the circle of waits that the loop's deadlock tells of, from its oldest task on: see
// [sim.DeadlockError]. That one has names, and tasks may share theirs.
func circleOf(l *sim.Loop) []link {
	for start := range l.Coroutines {
		var walk []*sim.Co
		at := start
		for at != nil && !slices.Contains(walk, at) {
			walk = append(walk, at)
			at = waitsFor(at)
		}
		if at != nil {
			return links(walk[slices.Index(walk, at):])
		}
	}
	return nil
}

func waitsFor(co *sim.Co) *sim.Co {
	if h, ok := co.On().(sim.Holder); ok {
		return h.Holder()
	}
	return nil
}

func links(circle []*sim.Co) (all []link) {
	oldest := slices.MinFunc(circle, func(a, b *sim.Co) int { return int(a.ID()) - int(b.ID()) })
	first := slices.Index(circle, oldest)
	for _, co := range slices.Concat(circle[first:], circle[:first]) {
		k := link{task: co.ID(), on: co.On().String()}
		switch co.On().(type) {
		case *aio.Lock, *aio.Mutex:
			k.has = true
		}
		all = append(all, k)
	}
	return all
}

// circleOf returns the circle of a run that ended with err: none unless that is a deadlock.
func (p *player) circleOf(err error) []link {
	if deadlock := new(sim.DeadlockError); errors.As(err, &deadlock) {
		return p.circle
	}
	return nil
}

// waits returns, by its number, the event with which each task of a circle began to wait, and the row that shows it. A
// task that was about to have a mutex waits for it as soon as another one has it, which is no event.
func (p *player) waits(circle []link) map[int]string {
	rows := map[int]string{}
	for _, k := range circle {
		for i, e := range slices.Backward(p.events) {
			if e.TaskID == k.task && e.Kind == sim.TaskSuspended {
				rows[i] = "wait: " + k.on
				break
			}
		}
	}
	return rows
}

// writeCircle tells who has what the others wait for.
func (p *player) writeCircle(b *strings.Builder, circle []link) {
	if len(circle) == 0 {
		return
	}
	b.WriteString("the circle:\n")
	for i, k := range circle {
		next := circle[(i+1)%len(circle)].task
		more := ""
		switch {
		case k.has:
			more = fmt.Sprintf(", which task %q has", p.labels.long(p.labels.of(next)))
		case !strings.HasPrefix(k.on, "task "):
			more = fmt.Sprintf(", and so for task %q", p.labels.long(p.labels.of(next)))
		}
		fmt.Fprintf(b, "  task %q waits for %s%s\n", p.labels.long(p.labels.of(k.task)), k.on, more)
	}
	b.WriteByte('\n')
}
