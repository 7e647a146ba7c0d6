package cmd_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/asyncsim/asyncsim/cmd"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
)

// asyncsim runs the command on the module's scenarios.
func asyncsim(args ...string) (code int, stdout, stderr string) {
	var out, errs strings.Builder
	code = cmd.Main(scenarios.All(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestRunAllPrintsWhatCPythonPrinted(t *testing.T) {
	var want strings.Builder
	for _, name := range []string{"ex_5_1", "ex_5_2", "ex_5_3", "ex_5_4", "ex_5_5", "ex_5_6"} {
		text, err := os.ReadFile(filepath.Join("..", "testdata", "scenarios", name, "stdout.txt"))
		if err != nil {
			t.Fatal(err)
		}
		want.Write(text)
	}
	code, stdout, stderr := asyncsim("run", "all")
	if diff := cmp.Diff(want.String(), stdout); diff != "" || code != cmd.ExitOK || stderr != "" {
		t.Errorf("code %d, stderr %q, output (- CPython, + asyncsim):\n%s", code, stderr, diff)
	}
}

func TestCommandLines(t *testing.T) {
	for _, test := range []struct {
		args   string
		code   int
		stdout string // contained in it; "" stands for no output at all
		stderr string
	}{
		{"", 0, "Available Commands", ""},
		{"help trace", 0, "asyncsim trace ex_5_5 --format jsonl -o trace.jsonl", ""},
		{"list", 0, "ex_5_5                a producer feeds a consumer through a queue\n", ""},
		{"list --json", 0, `{"scenario":"ex_5_1_early","intent":"the exception of a task is asked for before the task has failed","fails":"invalid state"}`, ""},
		{"run ex_5_3", 0, "main(): cancel_me is cancelled now\n", ""},
		{"run ex_5_3 --json", 0, `{"scenario":"ex_5_3","output":"main(): cancel_me is cancelled now\n","virtual_time":0.01,`, ""},
		{"run ex_5_1_early", 1, "Main coroutine started!", "ex_5_1_early: invalid state: exception is not set (task \"shorter_task\", at 0s)\n"},
		{"run ex_5_1_early --json", 1, `"error":"invalid state: exception is not set`, ""},
		{"list", 0, "sees one of two writes that belong together (parameters: setters=2, checkers=1)\n", ""},
		{"list --json", 0, `"buggy":true,"params":[{"name":"setters","default":2,"min":1},{"name":"checkers","default":1,"min":1}]}`, ""},
		{"run sct/reorder --json", 0, `"steps":6}`, ""},
		{"run sct/reorder --json --param setters=9 --param checkers=2", 0, `"steps":14}`, ""},
		{"run races/lost_update --json", 0, `{"scenario":"races/lost_update","output":"","virtual_time":0,`, ""},
		{"list", 0, "clock/retry           a client backs off", ""},
		{"list --json", 0, `{"scenario":"clock/cron","intent":"jobs run by the calendar for a year, and not while they still run","apart":true}`, ""},
		{"run clock/cron --json", 0, `"virtual_time":31622400,`, ""},
		{"run clock/cache --param days=3", 0, "there were rates on each of 3 days\n", ""},
		{"explore clock/cache", 1, "asyncsim replay clock/cache 1.", ""},
		{"run sct/phase01", 1, "", "sct/phase01: deadlock at 0s"},
		{"run sct/reorder --param setters=0", 2, "", `scenario "sct/reorder": setters=0: it must be at least 1`},
		{"run sct/reorder --param seters=1", 2, "", `scenario "sct/reorder" has no parameter "seters": it has setters, checkers`},
		{"run sct/reorder --param setters", 2, "", `parameter "setters": write NAME=NUMBER`},
		{"run sct/reorder --param setters=many", 2, "", `parameter "setters": "many" is no whole number`},
		{"run sct/reorder --param setters=99999999999999999999", 2, "", "the number 99999999999999999999 is too large"},
		{"run sct/reorder --param setters=1 --param setters=2", 2, "", `parameter "setters" is given twice`},
		{"run ex_5_3 --param n=1", 2, "", `scenario "ex_5_3" has no parameter "n": it has none`},
		{"run all --param n=1", 2, "", `has no parameter "n"`},
		{"run", 2, "", "wrong number of arguments (0): write asyncsim run NAME...|all"},
		{"run all ex_5_1", 2, "", `"all" stands alone`},
		{"run ex51", 2, "", `unknown scenario "ex51": did you mean ex_5_1`},
		{"run early", 2, "", "did you mean ex_5_1_early?"},
		{"run something-else", 2, "", "asyncsim list shows what there is"},
		{"run --frob", 2, "", "unknown flag: --frob\nSee asyncsim run --help.\n"},
		{"rnu", 2, "", "Did you mean this?\n\trun"},
		{"trace ex_5_6", 0, "0s         main         print future status is done: False\n", ""},
		{"trace ex_5_6 --format jsonl", 0, `{"format":"asyncsim trace","version":1}`, ""},
		{"trace ex_5_6 --format xml", 2, "", `unknown format "xml"`},
		{"trace ex_5_1_early", 1, "failed: invalid state", "ex_5_1_early: invalid state"},
		{"trace ex_5_6 -o testdata/no/such/folder", 1, "", "no such file or directory"},
		{"trace sct/reorder --param setters=3", 0, "create setter 3\n", ""},
		{"trace sct/reorder --param seters=3", 2, "", `has no parameter "seters"`},
		{"version", 0, "asyncsim ", ""},
		{"version --json", 0, `"trace":1`, ""},
		{"__complete run ex_5_1 ex_5_", 0, "ex_5_6\ta future is completed by hand and then awaited\n", "ShellCompDirectiveNoFileComp"},
		{"__complete run ex", 0, "all\tevery scenario that is meant to succeed and has no bug\n", "ShellCompDirectiveNoFileComp"},
		{"__complete run sct/reorder --param s", 0, "setters=\ncheckers=\n", "ShellCompDirectiveNoSpace"},
		{"completion bash", 0, "bash completion", ""},
	} {
		t.Run(test.args, func(t *testing.T) {
			code, stdout, stderr := asyncsim(strings.Fields(test.args)...)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, stream := range []struct{ name, want, got string }{{"stdout", test.stdout, stdout}, {"stderr", test.stderr, stderr}} {
				if stream.want == "" && stream.got != "" || !strings.Contains(stream.got, stream.want) {
					t.Errorf("%s: want %q, got:\n%s", stream.name, stream.want, stream.got)
				}
			}
		})
	}
}

func TestTraceToFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace.txt")
	code, stdout, stderr := asyncsim("trace", "ex_5_4", "-o", file)
	if code != 0 || stdout != "" || stderr != "" {
		t.Errorf("code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := asyncsim("trace", "ex_5_4")
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestJSONLinesCarryEveryEvent(t *testing.T) {
	_, text, _ := asyncsim("trace", "ex_5_4")
	_, jsonl, _ := asyncsim("trace", "ex_5_4", "--format", "jsonl")
	lines := strings.Split(strings.TrimSpace(jsonl), "\n")
	if got, want := len(lines), strings.Count(text, "\n"); got != want {
		t.Errorf("%d lines of JSON, %d of text", got, want)
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

func TestOwnScenario(t *testing.T) {
	r := scenarios.All()
	if err := r.Add(scenarios.Scenario{
		Name: "mine", Intent: "it fails",
		Main: func(co *aio.Co) error { return errors.New("so it does") },
	}); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	code := cmd.Main(r, []string{"run", "mine"}, &stdout, &stderr)
	if code != cmd.ExitFailed || stderr.String() != "mine: so it does\n" {
		t.Errorf("code %d, stderr %q", code, stderr.String())
	}
}

func TestOutputThatCannotBeWritten(t *testing.T) {
	var stderr strings.Builder
	for _, args := range []string{"run ex_5_3", "run ex_5_3 --json", "trace ex_5_3", "list", "list --json", "version", "version --json"} {
		stderr.Reset()
		code := cmd.Main(scenarios.All(), strings.Fields(args), brokenPipe{}, &stderr)
		if code != cmd.ExitFailed || !strings.Contains(stderr.String(), "broken") {
			t.Errorf("%s: code %d, stderr %q", args, code, stderr.String())
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken") }
