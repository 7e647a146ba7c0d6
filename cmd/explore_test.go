package cmd_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/asyncsim/asyncsim/cmd"
)

func TestExploreAndReplay(t *testing.T) {
	code, stdout, stderr := asyncsim("explore", "races/lost_update")
	if code != cmd.ExitFailed || stderr != "" || !strings.Contains(stdout, "away from asyncio's order") ||
		!strings.HasSuffix(stdout, "failed; stopped: failure\n") {
		t.Fatalf("code %d, stderr %q:\n%s", code, stderr, stdout)
	}
	_, rest, _ := strings.Cut(stdout, "replay: asyncsim ")
	command, _, _ := strings.Cut(rest, "\n")
	code, _, stderr = asyncsim(strings.Fields(command)...)
	if code != cmd.ExitFailed || !strings.HasPrefix(stderr, "races/lost_update: ") {
		t.Errorf("asyncsim %s: code %d, stderr %q", command, code, stderr)
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
	var got struct {
		Scenario, Strategy, Stopped         string
		Params                              []string
		Seed, Schedules, Failures, Distinct int
		FirstFailure                        int `json:"first_failure"`
		Failure                             struct {
			Error, Token       string
			Switches, Schedule int
		}
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != cmd.ExitFailed || stderr != "" {
		t.Fatalf("code %d, stderr %q, %v:\n%s", code, stderr, err, stdout)
	}
	if got.Scenario != "sct/reorder" || got.Strategy != "random" || got.Seed != 7 || got.Schedules != 2000 || got.Stopped != "budget" ||
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
		{"explore ex_5_6", 0, "0 failed; stopped: exhausted", ""},
		{"explore ex_5_6 --strategy best", 2, "", `unknown strategy "best"`},
		{"explore nothing_like_it", 2, "", "unknown scenario"},
		{"explore ex_5_6 --slack -1s", 2, "", "slack"},
		{"replay ex_5_6 mistyped", 2, "", "token"},
		{"replay nothing_like_it 1.x", 2, "", "unknown scenario"},
	} {
		code, stdout, stderr := asyncsim(strings.Fields(test.args)...)
		if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) {
			t.Errorf("%s: code %d, stdout %q, stderr %q", test.args, code, stdout, stderr)
		}
	}
}
