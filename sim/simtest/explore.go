package simtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// Flags of the test binary.
var (
	schedules = flag.Int("sim.schedules", 0, "how many orders Explore tries (default 10000, or fewer if nothing new comes; with -short 1000)")
	limit     = flag.Duration("sim.time", 0, "how long Explore searches (default until shortly before the test's deadline)")
	seed      = flag.Uint64("sim.seed", 0, "the seed of Explore's search")
	replay    = flag.String("sim.replay", "", "the token of a run: Explore makes that run alone")
)

// replayVariable is the environment's way to say -sim.replay.
const replayVariable = "ASYNCSIM_REPLAY"

// Explore runs main in other orders until a run fails, as [explore.Run] does, and fails the test with the simplest run
// that shows the failure. That is told as a table of what each task did, with the command that replays it; its token is
// kept in testdata/sim, and tried first the next time. main is run many times, by several goroutines at a time: it must
// make what its tasks share itself. What it prints is shown for the simplest run alone.
//
// A run fails with the error that main returns, with a panic, and with t.FailNow and its like, whose message is then
// logged by every run that fails so. t.Error makes no run fail.
//
// On a terminal a line tells how far the search is, where go test shows the test's output as it comes: when no package is
// named, or with -v and a single one. It is not shown where the environment variable CI is set.
func Explore(t testing.TB, main func(co *aio.Co) error) {
	t.Helper()
	ExploreWith(t, explore.Config{}, main)
}

// ExploreWith is [Explore] with a configuration. The flags -sim.schedules, -sim.time and -sim.seed come before what it
// says of these, and with -short there are 1000 schedules at most.
func ExploreWith(t testing.TB, config explore.Config, main func(co *aio.Co) error) {
	t.Helper()
	if token := chosenToken(); token != "" {
		replayOne(t, config, token, main)
		return
	}
	if stillFails(t, config, main) {
		return
	}
	ctx, cancel := deadline(t)
	defer cancel()
	config = budgeted(config)
	failed := t.Failed()
	result, err := explore.Run(ctx, config, main)
	if err != nil {
		t.Fatal(err)
	}
	if result.First == nil {
		t.Logf("%s (%v)", result.Text(), result.Elapsed.Round(time.Millisecond))
		if !failed && t.Failed() {
			t.Log("a run called t.Error, which tells nothing of its order: return an error instead, and it is found and explained")
		}
		return
	}
	if errors.Is(result.First.Err, explore.ErrGoexit) && t.Skipped() {
		t.SkipNow()
	}
	report, err := explore.Explain(ctx, config, result.First, main)
	if err != nil {
		t.Fatal(err)
	}
	write(t, tokenFile(t), []byte(report.Token+"\n"))
	t.Error(report.Text(replayCommand(t, report.Token)))
}

// budgeted returns the configuration with what the flags say, and with the progress on the terminal.
func budgeted(config explore.Config) explore.Config {
	if *schedules != 0 {
		config.Schedules = *schedules
	} else if short := 1000; testing.Short() && (config.Schedules == 0 || config.Schedules > short) {
		config.Schedules = short
	}
	if *limit != 0 {
		config.Time = *limit
	}
	if *seed != 0 {
		config.Seed = *seed
	}
	if config.Progress == nil {
		config.Progress = explore.Terminal(os.Stderr)
	}
	return config
}

func chosenToken() string {
	if *replay != "" {
		return *replay
	}
	return os.Getenv(replayVariable)
}

// replayOne makes the run that a token describes, and fails the test if that fails.
func replayOne(t testing.TB, config explore.Config, token string, main func(co *aio.Co) error) {
	t.Helper()
	r, err := explore.Replay(config, token, main)
	if err != nil {
		t.Fatal(err)
	}
	if r.Err == nil {
		t.Log(r.Text(""))
		return
	}
	t.Error(r.Text(replayCommand(t, token)))
}

// stillFails replays the failure that is kept from an earlier search, and reports whether it is still there.
func stillFails(t testing.TB, config explore.Config, main func(co *aio.Co) error) bool {
	t.Helper()
	data, err := os.ReadFile(tokenFile(t))
	if err != nil {
		return false
	}
	r, err := explore.Replay(config, strings.TrimSpace(string(data)), main)
	if err != nil {
		t.Logf("%s: %v", tokenFile(t), err)
		return false
	}
	if r.Err == nil {
		t.Log(strings.TrimRight(tokenFile(t)+": that run passes now\n"+r.MisfitText(), "\n"))
		return false
	}
	t.Error(r.Text(replayCommand(t, r.Token)))
	return true
}

func replayCommand(t testing.TB, token string) string {
	parts := strings.Split(t.Name(), "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	pattern := strings.ReplaceAll(strings.Join(parts, "/"), "'", `'\''`) // for the shell
	return fmt.Sprintf("go test -run='%s' -sim.replay=%s", pattern, token)
}

func tokenFile(t testing.TB) string {
	return filepath.Join("testdata", "sim", filepath.FromSlash(t.Name()), "failure.token")
}

// deadline returns a context that ends shortly before the test would be killed.
func deadline(t testing.TB) (context.Context, context.CancelFunc) {
	if d, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		if end, ok := d.Deadline(); ok {
			return context.WithDeadline(context.Background(), end.Add(-time.Until(end)/10))
		}
	}
	return context.WithCancel(context.Background())
}
