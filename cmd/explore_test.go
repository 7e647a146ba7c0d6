package cmd_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/cmd"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
)

func TestExploreAndReplay(t *testing.T) {
	code, stdout, stderr := asyncsim("explore", "races/lost_update")
	if code != cmd.ExitFailed || stderr != "" || !strings.Contains(stdout, "away from asyncio's order") ||
		!strings.HasSuffix(stdout, "(stopped: failure)\n") {
		t.Fatalf("code %d, stderr %q:\n%s", code, stderr, stdout)
	}
	_, rest, _ := strings.Cut(stdout, "replay: asyncsim ")
	command, _, _ := strings.Cut(rest, "\n")
	code, _, again := asyncsim(strings.Fields(command)...)
	if code != cmd.ExitFailed || !strings.HasPrefix(again, "races/lost_update: ") {
		t.Errorf("asyncsim %s: code %d, stderr %q", command, code, again)
	}
	_, table, _ := strings.Cut(stdout, "\n\n  time ")
	table, _, _ = strings.Cut(table, "\n\nreplay: ")
	if !strings.Contains(again, table) || !strings.Contains(again, "runs ahead of") || !strings.Contains(again, "replayed: ") {
		t.Errorf("the replay is told as\n%s\ninstead of\n%s", again, stdout)
	}
}

// TestExploreReplaysWithItsChoices: the command that is printed has the flags without which it makes another run.
func TestExploreReplaysWithItsChoices(t *testing.T) {
	const flags = "--strict --slack 2s --cancel"
	code, stdout, stderr := asyncsim(strings.Fields("explore races/timeout_retry " + flags)...)
	_, rest, _ := strings.Cut(stdout, "replay: asyncsim ")
	command, _, _ := strings.Cut(rest, "\n")
	if code != cmd.ExitFailed || stderr != "" || !strings.HasSuffix(command, " "+flags) {
		t.Fatalf("code %d, stderr %q:\n%s", code, stderr, stdout)
	}
	code, _, stderr = asyncsim(strings.Fields(command)...)
	if code != cmd.ExitFailed || strings.Contains(stderr, "expected") || strings.Contains(stderr, "never came") {
		t.Errorf("asyncsim %s: code %d, stderr %q", command, code, stderr)
	}
}

func TestExploreJSON(t *testing.T) {
	code, stdout, stderr := asyncsim("explore", "sct/reorder", "--param", "setters=2", "--strategy", "random", "--all",
		"--schedules", "2000", "--seed", "7", "--workers", "2", "--json")
	got := decoded(t, stdout)
	if code != cmd.ExitFailed || stderr != "" {
		t.Fatalf("code %d, stderr %q:\n%s", code, stderr, stdout)
	}
	if got.Scenario != "sct/reorder" || got.Strategy != "random" || got.Seed != 7 || got.Schedules != 2000 || got.Stopped != "budget" ||
		!slices.Equal(got.Params, []string{"setters=2", "checkers=1"}) ||
		got.Failures < 50 || got.Failures > 150 || got.FirstFailure < 1 || got.Failure.Token == "" || got.Failure.Switches < 1 {
		t.Errorf("%+v", got)
	}
}

func TestExploreCommandLines(t *testing.T) {
	for _, test := range []struct {
		args           string
		code           int
		stdout, stderr string
	}{
		{"explore ex_5_6", 0, "ex_5_6: proved: all ", ""},
		{"explore ex_5_6 --json", 0, `"stopped":"exhausted","failure":null}`, ""},
		{"explore ex_5_6 --workers 0 --schedules 0", 0, "and none fails (stopped: exhausted)", ""},
		{"explore ex_5_6 --workers -1", 2, "", "workers = -1"},
		{"explore ex_5_6 --schedules -5", 2, "", "schedules = -5"},
		{"explore ex_5_6 --time -1s", 2, "", "time = -1s"},
		{"explore ex_5_6 --time soon", 2, "", `--time "soon": it must be a duration, like 500ms`},
		{"explore ex_5_6 --seed -1", 2, "", `--seed "-1": it must be a whole number that is not negative`},
		{"explore ex_5_6 --schedules x", 2, "", `--schedules "x": it must be a whole number`},
		{"explore ex_5_6 --schedules 99999999999999999999", 2, "", "the number is too large"},
		{"explore ex_5_6 --strict=maybe", 2, "", `--strict "maybe": it must be true or false`},
		{"explore ex_5_6 --nope", 2, "", "unknown flag: --nope"},
		{"explore", 2, "", "wrong number of arguments (0): write asyncsim explore NAME [flags]"},
		{"explore all", 2, "", `"all" is for run: here one scenario is named`},
		{"trace all", 2, "", `"all" is for run`},
		{"explore ex_5_6 --param x=1", 2, "", `scenario "ex_5_6" has no parameter "x"`},
		{"explore sct/reorder --param setters", 2, "", "write NAME=NUMBER"},
		{"explore sct/reorder --strategy fifo", 0, "asyncio's own order was tried alone, and none fails", ""},
		{"explore sct/reorder --strategy random --all --time 1ns", 0, "the time is up (stopped: deadline)", ""},
		{"explore ex_5_6 --strategy best", 2, "", `unknown strategy "best"`},
		{"explore nothing_like_it", 2, "", "unknown scenario"},
		{"explore ex_5_6 --slack -1s", 2, "", "slack"},
		{"replay ex_5_6 mistyped", 2, "", "token"},
		{"replay ex_5_6 1.AgFwAXEAAAEBkPfPiQ", 2, "", "it does not fit this program: none of its decisions (1)"},
		{"replay nothing_like_it 1.x", 2, "", "unknown scenario"},
	} {
		code, stdout, stderr := asyncsim(strings.Fields(test.args)...)
		if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", test.args, code, stdout, stderr)
		}
	}
}

// decoded returns the one JSON object of explore --json, which must have the keys that are promised and no others.
func decoded(t *testing.T, stdout string) (got struct {
	Scenario, Strategy, Stopped         string
	Params                              []string
	Seed, Schedules, Failures, Distinct int
	FirstFailure                        int `json:"first_failure"`
	Steps                               int64
	Seconds                             float64
	Failure                             struct {
		Error, Token       string
		Switches, Schedule int
	}
}) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(stdout))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil || d.More() {
		t.Fatalf("%v:\n%s", err, stdout)
	}
	for _, key := range []string{"scenario", "params", "strategy", "seed", "schedules", "failures", "first_failure", "distinct",
		"steps", "seconds", "stopped", "failure"} {
		if strings.Count(stdout, `"`+key+`":`) != 1 {
			t.Errorf("there is not one %q:\n%s", key, stdout)
		}
	}
	return got
}

// custom runs the command with one scenario of that name.
func custom(t *testing.T, main func(co *aio.Co) error, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	r := new(scenarios.Registry)
	if err := r.Add(scenarios.Scenario{Name: "custom", Intent: "test", Main: main}); err != nil {
		t.Fatal(err)
	}
	var out, log strings.Builder
	code = cmd.Main(r, args, &out, &log)
	return code, out.String(), log.String()
}

// TestInterruptedExploration tells what it has found until then.
func TestInterruptedExploration(t *testing.T) {
	for _, test := range []struct {
		fails bool
		code  int
		want  []string
	}{
		{false, cmd.ExitInterrupted, []string{"and none fails: the search was cancelled: interrupt signal received (stopped: cancelled)"}},
		{true, cmd.ExitFailed, []string{"one of many", "asyncio's own order fails", "fail, number 1 first: the search was cancelled: interrupt signal received (stopped: cancelled)"}},
	} {
		var runs atomic.Int64
		code, stdout, stderr := custom(t, func(co *aio.Co) error {
			co.Choose("value", 1000)
			if runs.Add(1) == 50 {
				interruptMyself(t)
			}
			if test.fails {
				return errors.New("one of many")
			}
			return nil
		}, "explore", "custom", "--all", "--schedules", "100000000", "--strategy", "random")
		for _, want := range test.want {
			if code != test.code || stderr != "" || !strings.Contains(stdout, want) {
				t.Errorf("code %d, stderr %q, not %q:\n%s", code, stderr, want, stdout)
			}
		}
	}
}

// TestASlowScheduleIsInterrupted, by the user or because the time is up, which is what the user wanted.
func TestASlowScheduleIsInterrupted(t *testing.T) {
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{nil, cmd.ExitInterrupted, `the search was cancelled: interrupt signal received (stopped: cancelled)`},
		{[]string{"--json"}, cmd.ExitInterrupted, `"stopped":"cancelled"`},
		{[]string{"--time", "50ms"}, cmd.ExitOK, `the time is up (stopped: deadline)`},
	} {
		var once sync.Once
		code, stdout, stderr := custom(t, func(co *aio.Co) error {
			for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
				once.Do(func() {
					if !slices.Contains(test.args, "--time") {
						interruptMyself(t)
					}
				})
				time.Sleep(time.Millisecond) // or it would come to the limit of steps
				if err := aio.Sleep(co, time.Second); err != nil {
					return err
				}
			}
			return nil
		}, append([]string{"explore", "custom"}, test.args...)...)
		if code != test.code || stderr != "" || !strings.Contains(stdout, test.want) {
			t.Errorf("%q: code %d, stderr %q:\n%s", test.args, code, stderr, stdout)
		}
	}
}

func interruptMyself(t *testing.T) {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(os.Interrupt)
	}
	if err != nil {
		t.Error(err)
	}
}

// TestExploringWhatIsNotDeterministic is a failure of its own, also as JSON.
func TestExploringWhatIsNotDeterministic(t *testing.T) {
	runs := 0
	main := func(*aio.Co) error {
		if runs++; runs == 2 {
			return errors.New("now and then")
		}
		return nil
	}
	code, stdout, _ := custom(t, main, "explore", "custom", "--workers", "1", "--strategy", "random")
	if code != cmd.ExitFailed || !strings.HasPrefix(stdout, "the program is not deterministic") || !strings.HasSuffix(stdout, "(stopped: failure)\n") {
		t.Errorf("code %d:\n%s", code, stdout)
	}
	runs = 0
	code, stdout, _ = custom(t, main, "explore", "custom", "--workers", "1", "--strategy", "random", "--json")
	if got := decoded(t, stdout); code != cmd.ExitFailed || !strings.HasPrefix(got.Failure.Error, "the program is not deterministic") ||
		got.FirstFailure != 2 || got.Failure.Schedule != 2 || got.Failure.Token != "" {
		t.Errorf("code %d, %+v", code, got)
	}
}

// TestReplayShowsTheOutput on stdout, and nothing else there.
func TestReplayShowsTheOutput(t *testing.T) {
	main := func(co *aio.Co) error {
		co.Printf("%s\n", strings.Repeat("long ", 20))
		return errors.New("always")
	}
	_, stdout, _ := custom(t, main, "explore", "custom", "--json")
	token := decoded(t, stdout).Failure.Token
	code, stdout, stderr := custom(t, main, "replay", "custom", token)
	if code != cmd.ExitFailed || stdout != strings.Repeat("long ", 20)+"\n" || !strings.HasPrefix(stderr, "custom: always\n\nreplayed: ") {
		t.Errorf("code %d, stdout %q, stderr:\n%s", code, stdout, stderr)
	}
	passes := func(co *aio.Co) error {
		co.Printf("short\n")
		return nil
	}
	code, stdout, stderr = custom(t, passes, "replay", "custom", token)
	if code != cmd.ExitOK || stdout != "short\n" || !strings.HasPrefix(stderr, "custom: the run passes\n") {
		t.Errorf("code %d, stdout %q, stderr:\n%s", code, stdout, stderr)
	}
}
