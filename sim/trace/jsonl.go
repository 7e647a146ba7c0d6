package trace

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/asyncsim/asyncsim/sim"
)

// header is the first line of a trace in JSON lines.
type header struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

// line is one event in JSON lines. Times are nanoseconds of virtual time.
type line struct {
	Time     int64  `json:"time"`
	Turn     int64  `json:"turn"`
	Step     int64  `json:"step"`
	Kind     string `json:"kind"`
	Task     string `json:"task,omitempty"`
	TaskID   uint32 `json:"task_id,omitempty"`
	Callback string `json:"callback,omitempty"`
	Object   string `json:"object,omitempty"`
	ObjectID uint32 `json:"object_id,omitempty"`
	When     *int64 `json:"when,omitempty"` // only of timers, where 0 is a time as well
	Text     string `json:"text,omitempty"`
}

// WriteJSONLines writes a header and then one JSON object for each event, with everything that was recorded. It returns
// the first error of w.
func (r *Recorder) WriteJSONLines(w io.Writer) error {
	b := bufio.NewWriter(w)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(header{"asyncsim trace", Version}); err != nil {
		return err
	}
	for i := range r.events {
		if err := enc.Encode(r.line(i)); err != nil {
			return err
		}
	}
	return b.Flush()
}

func (r *Recorder) line(i int) line {
	e := &r.events[i]
	out := line{
		Time: int64(e.Time), Turn: e.Turn, Step: e.Step, Kind: e.Kind.String(),
		Task: r.task(e), TaskID: e.TaskID, Callback: e.Callback,
		Object: r.object(e), ObjectID: e.ObjectID, Text: e.Text,
	}
	if e.Kind == sim.TimerSet {
		when := int64(e.When)
		out.When = &when
	}
	return out
}
