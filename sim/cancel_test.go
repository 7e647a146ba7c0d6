package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// patient is a task that wakes when it is cancelled.
type patient struct {
	co   sim.Co
	body func(co *sim.Co)
}

func (p *patient) Run(co *sim.Co) { p.body(co) }
func (p *patient) Cancel()        { p.co.Wake() }

// TestCancelAtASuspension: a task that is not the first is asked about at each suspension until it is cancelled there,
// and not where it comes to a switch point. The cancellation comes before the step that the suspension ends with.
func TestCancelAtASuspension(t *testing.T) {
	for at, lines := range map[string][]string{
		"yield": {"yield?", "cancellation", "resumes at 0s", "resumes at 1s", "resumes at 1s"},
		"sleep": {"yield?", "resumes at 0s", "sleep?", "cancellation", "resumes at 0s", "resumes at 0s"},
		"woken": {"yield?", "resumes at 0s", "sleep?", "resumes at 1s", "woken?", "cancellation", "resumes at 1s"},
		"never": {"yield?", "resumes at 0s", "sleep?", "resumes at 1s", "woken?", "resumes at 1s"},
	} {
		for _, strict := range []bool{false, true} {
			var j journal
			var next string
			config := sim.Config{Cancel: true, Strict: strict}
			config.Trace = func(e sim.Event) {
				switch {
				case e.Kind == sim.CallbackRun:
					j.note("%s", e.Object)
				case e.Kind == sim.TaskResumed && e.TaskID == 2:
					j.note("resumes at %v", e.Time)
				}
			}
			config.Choose = func(c *sim.Choice) int {
				if c.Kind != sim.Cancel {
					return 0
				}
				want(t, "the choice", fmt.Sprint(c.N, c.Asker()), "2 2")
				if j.note("%s?", next); next == at {
					return 1
				}
				return 0
			}
			l := open(t, config)
			start(l, "main", func(co *sim.Co) { _ = co.Sleep(time.Minute) })
			p := &patient{body: func(co *sim.Co) {
				point := func(name string) { co.Switch(sim.Op{Object: 1}); next = name }
				point("yield")
				co.Yield(on(next))
				point("sleep")
				_ = co.Sleep(time.Second)
				point("woken")
				co.Arm()
				co.Wake()
				co.Wait(on(next))
			}}
			p.co.Init(l, "task", p)
			p.co.Start()
			drain(t, l)
			j.want(t, lines...)
		}
	}
}
