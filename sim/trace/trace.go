// Package trace records what happens in a run and writes it down: as text, which reads as a story and is the format of
// golden traces, and as JSON lines, which carry everything.
//
// A [Recorder] is a tracer for sim.Config:
//
//	var r trace.Recorder
//	err := aio.RunWith(aio.Config{Trace: r.Record}, main)
//	r.WriteText(os.Stdout)
package trace

import (
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

// Version is the version of both formats. It changes when an unchanged run would be written in another way.
const Version = 1

// Recorder keeps the events of one run. The zero Recorder is empty.
type Recorder struct {
	events []sim.Event
	labels map[uint32]string // of the tasks, by their number
	named  map[string]int    // how many tasks have a name
}

// Record is for sim.Config.Trace.
func (r *Recorder) Record(e sim.Event) {
	if e.Kind == sim.TaskCreated {
		r.label(e.Object, e.ObjectID)
	}
	r.events = append(r.events, e)
}

// Events returns what was recorded. The caller does not change it.
func (r *Recorder) Events() []sim.Event { return r.events }

// label gives a task the name that stands for it: its own, or "name#2" for the second of that name.
func (r *Recorder) label(name string, id uint32) {
	if r.labels == nil {
		r.labels = map[uint32]string{}
		r.named = map[string]int{}
	}
	r.named[name]++
	if n := r.named[name]; n > 1 {
		name = fmt.Sprintf("%s#%d", name, n)
	}
	r.labels[id] = name
}

// task returns the label of the task that runs in e, or its name if the recording began after it was made.
func (r *Recorder) task(e *sim.Event) string {
	if label, ok := r.labels[e.TaskID]; ok {
		return label
	}
	return e.Task
}

// object returns the label of the event's object if that is a task, and else its name.
func (r *Recorder) object(e *sim.Event) string {
	if label, ok := r.labels[e.ObjectID]; ok {
		return label
	}
	return e.Object
}
