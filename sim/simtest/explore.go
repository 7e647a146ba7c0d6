package simtest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// Flags of the test binary.
var (
	schedules = flag.Int("sim.schedules", 0, "how many orders Explore tries (default 10000, with -short 1000)")
	limit     = flag.Duration("sim.time", 0, "how long Explore searches (default until shortly before the test's deadline)")
	seed      = flag.Uint64("sim.seed", 0, "the seed of Explore's search")
	replay    = flag.String("sim.replay", "", "the token of a run: Explore makes that run alone")
)

// replayVariable is the environment's way to say -sim.replay.
const replayVariable = "ASYNCSIM_REPLAY"

// Explore runs main in other orders until a run fails, as [explore.Run] does, and fails the test with the simplest run
// that shows the failure. That is told as a table of what each task did, with the command that replays it; its token is
// kept in testdata/sim, and tried first the next time. main is run many times, by several goroutines at a time: it must
// make what its tasks share itself. What it prints is not shown.
func Explore(t testing.TB, main func(co *aio.Co) error) {
	t.Helper()
	if token := chosenToken(); token != "" {
		replayOne(t, token, main)
		return
	}
	if stillFails(t, main) {
		return
	}
	ctx, cancel := deadline(t)
	defer cancel()
	config := explore.Config{Schedules: budget(), Time: *limit, Seed: *seed}
	result, err := explore.Run(ctx, config, main)
	if err != nil {
		t.Fatal(err)
	}
	if result.First == nil {
		t.Logf("%d orders tried, %d of them different, none failed; stopped: %s (%v)",
			result.Schedules, result.Distinct, result.Stopped, result.Elapsed.Round(time.Millisecond))
		return
	}
	report, err := explore.Explain(ctx, config, result.First, main)
	if err != nil {
		t.Fatal(err)
	}
	write(t, tokenFile(t), []byte(report.Token+"\n"))
	t.Error(report.Text(replayCommand(t, report.Token)))
}

func chosenToken() string {
	if *replay != "" {
		return *replay
	}
	return os.Getenv(replayVariable)
}

// replayOne makes the run that a token describes, and fails the test if that fails.
func replayOne(t testing.TB, token string, main func(co *aio.Co) error) {
	t.Helper()
	r, err := explore.Replay(explore.Config{}, token, main)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range r.Misfits {
		t.Logf("the run is not the one of the token: %v", m)
	}
	fail(t, r, token)
}

// stillFails replays the failure that is kept from an earlier search, and reports whether it is still there.
func stillFails(t testing.TB, main func(co *aio.Co) error) bool {
	t.Helper()
	data, err := os.ReadFile(tokenFile(t))
	if err != nil {
		return false
	}
	r, err := explore.Replay(explore.Config{}, strings.TrimSpace(string(data)), main)
	if err != nil {
		t.Logf("%s: %v", tokenFile(t), err)
		return false
	}
	fail(t, r, r.Token)
	return r.Err != nil
}

// fail fails the test with a replayed run's error, what the program printed in that run, and how to make it again.
func fail(t testing.TB, r *explore.Replayed, token string) {
	t.Helper()
	if r.Err == nil {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n\n%d switches away from asyncio's order\n\n", r.Err, r.Switches)
	for _, e := range r.Events {
		if e.Kind == sim.Output {
			fmt.Fprintf(&b, "%v %s: %s\n", e.Time, e.Task, e.Text)
		}
	}
	fmt.Fprintf(&b, "replay: %s", replayCommand(t, token))
	t.Error(b.String())
}

func replayCommand(t testing.TB, token string) string {
	return fmt.Sprintf("go test -run='^%s$' -sim.replay=%s", strings.ReplaceAll(t.Name(), "/", "$/^"), token)
}

func tokenFile(t testing.TB) string {
	return filepath.Join("testdata", "sim", filepath.FromSlash(t.Name()), "failure.token")
}

func budget() int {
	switch {
	case *schedules > 0:
		return *schedules
	case testing.Short():
		return 1000
	}
	return 0
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
