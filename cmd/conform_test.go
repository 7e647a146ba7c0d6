package cmd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/asyncsim/asyncsim/cmd"
	"github.com/asyncsim/asyncsim/scenarios"
)

const (
	good = `{"program":{"name":"good","coroutines":{"main":[["sleep",2]]}},"python":"3.14.2",` +
		`"trace":["0 main start","2 main sleep 2","2 main end = null","2 - main = null"]}`
	bad = `{"program":{"name":"bad","coroutines":{"main":[["sleep",2],["log","x"]]}},` +
		`"trace":["0 main start","3 main sleep 2","2 main log x","2 main end = null"]}`
	bare   = `{"name": "bare", "coroutines": {"main": [["log", "<a & b>"], ["return", [1, 2]]]}}`
	broken = `{"program":{"name":"broken","coroutines":{"main":[["await","t"]]}},"trace":["0 main start"]}`
	none   = `{"name":"none","coroutines":{"main":[["frob"]]}}`

	bareTraced = `{"program":{"name":"bare","coroutines":{"main":[["log","<a & b>"],["return",[1,2]]]}},` +
		`"trace":["0 main start","0 main log <a & b>","0 main end = [1,2]","0 - main = [1,2]"]}` + "\n"
	badDiffers = "bad: line 2:\n  want 3 main sleep 2\n  got  2 main sleep 2\n"
)

// lines writes a file.
func lines(t *testing.T, name string, all ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(strings.Join(all, "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestConform(t *testing.T) {
	fine, mixed := lines(t, "fine.jsonl", good, "", good), lines(t, "mixed.jsonl", good, bad, bare, broken, none)
	mixedSays := badDiffers + bareTraced +
		mixed + `, line 4: program "broken": task "main" at 0: await: nothing has the name "t"` + "\n" +
		mixed + `, line 5: program "none": main: operation 1: there is no operation "frob" (byte 44 of the line)` + "\n"
	missing := filepath.Join(t.TempDir(), "missing.jsonl")
	for _, test := range []struct {
		what   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"no mismatch", []string{fine}, cmd.ExitOK, "2 programs, 0 mismatches\n", ""},
		{"mismatches", []string{mixed}, cmd.ExitFailed, mixedSays + "5 programs, 3 mismatches\n", ""},
		{"several files", []string{fine, mixed, fine}, cmd.ExitFailed, mixedSays + "9 programs, 3 mismatches\n", ""},
		{"an empty file", []string{lines(t, "empty.jsonl")}, cmd.ExitOK, "0 programs, 0 mismatches\n", ""},
		{"no file", nil, cmd.ExitUsage, "", "asyncsim: wrong number of arguments (0): write asyncsim conform FILE... [flags]\nSee asyncsim conform --help.\n"},
		{
			"a missing file", []string{lines(t, "one.jsonl", bad), missing}, cmd.ExitFailed, badDiffers,
			"asyncsim: open " + missing + ": no such file or directory\n",
		},
		{
			"a broken file", []string{lines(t, "broken.gz", "\x1f\x8b")}, cmd.ExitFailed, "",
			"broken.gz: unexpected EOF\n",
		},
		{
			"a program side by side", []string{mixed, "--program", "bad"}, cmd.ExitFailed,
			"   bad: CPython       asyncsim\n" +
				"   0 main start       0 main start\n" +
				"!  3 main sleep 2     2 main sleep 2\n" +
				"   2 main log x       2 main log x\n" +
				"   2 main end = null  2 main end = null\n" +
				"!                     2 - main = null\n" +
				"1 programs, 1 mismatches\n", "",
		},
		{
			"one that breaks the format", []string{mixed, "--program", "broken"}, cmd.ExitFailed,
			"  broken: CPython  asyncsim\n  0 main start     0 main start\n" +
				mixed + `, line 4: program "broken": task "main" at 0: await: nothing has the name "t"` + "\n1 programs, 1 mismatches\n", "",
		},
		{
			"one without a trace", []string{mixed, "--program", "bare"}, cmd.ExitOK,
			"  bare: CPython  asyncsim\n                 0 main start\n                 0 main log <a & b>\n" +
				"                 0 main end = [1,2]\n                 0 - main = [1,2]\n1 programs, 0 mismatches\n", "",
		},
		{
			"an unknown one", []string{fine, mixed, "--program", "none"}, cmd.ExitUsage, "",
			`asyncsim: no program "none" in ` + fine + ", " + mixed + "\nSee asyncsim conform --help.\n",
		},
	} {
		t.Run(test.what, func(t *testing.T) {
			code, stdout, stderr := asyncsim(append([]string{"conform"}, test.args...)...)
			if diff := cmp.Diff(test.stdout, stdout); diff != "" || code != test.code {
				t.Errorf("code %d, want %d (- want, + have):\n%s", code, test.code, diff)
			}
			if !strings.HasSuffix(stderr, test.stderr) || test.stderr == "" && stderr != "" {
				t.Errorf("want %q, have %q", test.stderr, stderr)
			}
		})
	}
}

// stdin makes a file the standard input.
func stdin(t *testing.T, name string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdin
	os.Stdin = f
	t.Cleanup(func() {
		os.Stdin = before
		f.Close()
	})
}

// TestConformReadsWhatItPrints feeds the traces that it prints back, by standard input.
func TestConformReadsWhatItPrints(t *testing.T) {
	code, stdout, _ := asyncsim("conform", lines(t, "bare.jsonl", bare, strings.Replace(bare, "bare", "again", 1)))
	printed, ok := strings.CutSuffix(stdout, "2 programs, 0 mismatches\n")
	if code != cmd.ExitOK || !ok {
		t.Errorf("code %d: %s", code, stdout)
	}
	stdin(t, lines(t, "printed.jsonl", printed))
	code, stdout, stderr := asyncsim("conform", "-")
	if code != cmd.ExitOK || stdout != "2 programs, 0 mismatches\n" || stderr != "" {
		t.Errorf("code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

func TestConformHelpIsTrue(t *testing.T) {
	_, help, _ := asyncsim("conform", "--help")
	for _, said := range []string{
		"NAME: line 7:\n    want 3 main sleep 3\n    got  2", `{"program":…,"trace":[…]} is printed`,
		"FILE, line 12: ", `"N programs, M mismatches"`, "Exit codes: 0 ",
	} {
		if !strings.Contains(help, said) {
			t.Errorf("it does not say %q:\n%s", said, help)
		}
	}
}

func TestConformToABrokenPipe(t *testing.T) {
	many := strings.Repeat(bare+"\n", 200)
	for _, text := range []string{good, bad, many} {
		var stderr strings.Builder
		code := cmd.Main(scenarios.All(), []string{"conform", lines(t, "x.jsonl", text)}, brokenPipe{}, &stderr)
		if code != cmd.ExitFailed || stderr.String() != "asyncsim: broken\n" {
			t.Errorf("code %d, stderr %q", code, stderr.String())
		}
	}
}
