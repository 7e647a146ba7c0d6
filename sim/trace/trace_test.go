package trace_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/trace"
)

// record runs main and returns what happened.
func record(t *testing.T, main func(co *aio.Co) error) *trace.Recorder {
	t.Helper()
	r := new(trace.Recorder)
	if err := aio.RunWith(aio.Config{Trace: r.Record, Output: io.Discard, Log: io.Discard}, main); err != nil {
		t.Fatal(err)
	}
	return r
}

// everything makes an event of each kind but RunFailed, and two tasks of one name.
func everything(co *aio.Co) error {
	l := co.Loop()
	l.CallLater("late", time.Minute, func() {}).Cancel()
	l.CallSoon("soon", func() { l.Printf("two\nlines\n") })
	aio.Go(co, "worker", func(co *aio.Co) error { return errors.New("lost") })
	second := aio.Go(co, "worker", func(co *aio.Co) error { return aio.Sleep(co, time.Hour) })
	if err := aio.Sleep(co, 0); err != nil {
		return err
	}
	second.Cancel("enough")
	if _, err := second.Await(co); !errors.Is(err, aio.ErrCancelled) {
		return err
	}
	return nil
}

func TestText(t *testing.T) {
	var got strings.Builder
	if err := record(t, everything).WriteText(&got); err != nil {
		t.Fatal(err)
	}
	want := `asyncsim trace 1
0s         -            create main
0s         main         start
0s         main         set timer late for 1m0s
0s         main         cancel timer late
0s         main         create worker
0s         main         create worker#2
0s         main         wait: next turn
0s         [soon]       run
0s         [soon]       print two
                       | lines
0s         worker       start
0s         worker       failed: lost
0s         worker#2     start
0s         worker#2     wait: sleep until 1h0m0s
0s         main         resume
0s         main         cancel worker#2 (cancelled: enough)
0s         main         wait: task "worker"
0s         worker#2     resume
0s         worker#2     cancelled
0s         main         resume
0s         main         returned
0s         [close]      exception handler: Task exception was never retrieved: lost (task "worker")
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

// TestSharedVariables are in the trace of a run that is explored.
func TestSharedVariables(t *testing.T) {
	var r trace.Recorder
	config := aio.Config{Trace: r.Record, Choose: func(*sim.Choice) int { return 0 }}
	err := aio.RunWith(config, func(co *aio.Co) error {
		x := aio.NewShared("x", 1)
		x.Store(co, x.Load(co)+1)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	if err := r.WriteText(&got); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"0s         main         read x: 1\n", "0s         main         write x: 2\n"} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, got.String())
		}
	}
}

// TestJSONLinesCarryEverything rebuilds the events from the lines.
func TestJSONLinesCarryEverything(t *testing.T) {
	r := record(t, everything)
	var b strings.Builder
	if err := r.WriteJSONLines(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if want := `{"format":"asyncsim trace","version":1}`; lines[0] != want {
		t.Errorf("header %s, want %s", lines[0], want)
	}
	kinds := map[string]sim.Kind{}
	for k := sim.TaskCreated; k <= sim.VariableWritten; k++ {
		kinds[k.String()] = k
	}
	var got []sim.Event
	for _, line := range lines[1:] {
		var e struct {
			Time                         int64
			Turn, Step                   int64
			Kind, Task, Callback, Object string
			TaskID                       uint32 `json:"task_id"`
			ObjectID                     uint32 `json:"object_id"`
			When                         int64
			Text                         string
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		got = append(got, sim.Event{
			Kind: kinds[e.Kind], Time: time.Duration(e.Time), Turn: e.Turn, Step: e.Step,
			Task: strings.TrimSuffix(e.Task, "#2"), TaskID: e.TaskID, Callback: e.Callback,
			Object: strings.TrimSuffix(e.Object, "#2"), ObjectID: e.ObjectID, When: time.Duration(e.When), Text: e.Text,
		})
	}
	if diff := cmp.Diff(r.Events(), got); diff != "" {
		t.Error(diff)
	}
}

func TestWritersReturnTheFirstError(t *testing.T) {
	r := record(t, everything)
	broken := errors.New("broken")
	for name, write := range map[string]func(io.Writer) error{"text": r.WriteText, "jsonl": r.WriteJSONLines} {
		if err := write(failing{broken}); !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func Example() {
	var r trace.Recorder
	err := aio.RunWith(aio.Config{Trace: r.Record, Output: io.Discard}, func(co *aio.Co) error {
		co.Printf("hello\n")
		return aio.Sleep(co, time.Second)
	})
	if err != nil {
		fmt.Println(err)
	}
	if err := r.WriteText(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// asyncsim trace 1
	// 0s         -            create main
	// 0s         main         start
	// 0s         main         print hello
	// 0s         main         wait: sleep until 1s
	// 1s         main         resume
	// 1s         main         returned
}
