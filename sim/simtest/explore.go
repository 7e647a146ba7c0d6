package simtest

import (
	"context"
	"errors"
	"flag"
	"os"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// Flags of the test binary.
var (
	schedules = flag.Int("sim.schedules", 0, "how many orders Explore tries (default 10000, or as many as -sim.time "+
		"allows; fewer if nothing new comes; with -short 1000)")
	limit = flag.Duration("sim.time", 0,
		"how long Explore searches (default until shortly before the test's deadline)")
	seed   = flag.Uint64("sim.seed", 0, "the seed of Explore's search")
	replay = flag.String("sim.replay", "", "the token of a run: Explore makes that run alone")
)

// replayVariable is the environment's way to say -sim.replay.
const replayVariable = "ASYNCSIM_REPLAY"

// Explore runs main in other orders until a run fails, as [explore.Run] does, and fails the test with the simplest run
// that shows the failure. That is told as a table of what each task did, with the command that replays it; its token is
// kept in testdata/sim, and tried first the next time. A test may call Explore several times: the second call has a
// token file of its own, and so on. main is run many times, by several goroutines at a time: it must make what its
// tasks share itself. What it prints is shown for the simplest run alone.
//
// A run fails with the error that main returns, which is best, with a panic, and with t.FailNow and its like, whose
// message is then logged by every run that fails so, also those that look for a simpler one. t.Error cannot be told
// from another run's: the first that calls it ends the search, with no report.
//
// t.Skip in the first run, which is the one in asyncio's order unless the strategy is random, skips the test. In
// another run it ends that run, which counts as passed, and the search goes on. If no run fails, go test calls the test
// skipped all the same, and the log says how many orders were tried. From a task other than main, and once a run has
// failed by t.FailNow, t.Skip counts as t.FailNow does.
//
// On a terminal a line tells how far the search is, where go test shows the test's output as it comes: when no package
// is named, or with -v and a single one. It is not shown where the environment variable CI is set.
func Explore(t testing.TB, main func(co *aio.Co) error) {
	t.Helper()
	ExploreWith(t, explore.Config{}, main)
}

// ExploreWith is [Explore] with a configuration. The flags -sim.schedules, -sim.time and -sim.seed come before what it
// says of these, and with -short there are 1000 schedules at most.
func ExploreWith(t testing.TB, config explore.Config, main func(co *aio.Co) error) {
	t.Helper()
	needs(t, main)
	c := newCall(t)
	ctx, cancel := deadline(t)
	defer cancel()
	o := &outcomes{t: t, ignoring: true}
	if config.Skipped == nil {
		config.Skipped = o.isSkipped
	}
	main = o.watch(main)
	if token := chosenToken(); token != "" {
		c.replayOne(config, token, main)
		return
	}
	if c.stillFails(config, main) {
		return
	}
	o.search(cancel)
	config = budgeted(config)
	result, err := explore.Run(ctx, config, main)
	if err == nil && result.First != nil && errors.Is(result.First.Err, errTestFailed) && o.left.Load() {
		o.ignoring = true // another run has left by t.FailNow, and can be explained
		result, err = explore.Run(ctx, config, main)
	}
	switch {
	case err != nil:
		t.Fatal(err)
	case o.first.Load():
		t.SkipNow()
	case result.First == nil:
		t.Logf("%s (%v)", result.Text(), result.Elapsed.Round(time.Millisecond))
		if n := o.skipped.Load(); n > 0 {
			t.Logf("%d of these called t.Skip, which ended them and counts as passed", n)
		}
	case errors.Is(result.First.Err, errTestFailed):
		t.Log("a run called t.Error, which tells nothing of its order: " +
			"return an error instead, and it is found and explained")
	default:
		o.ignoring = true
		c.explain(ctx, config, result.First, main)
	}
}

// explain fails the test with the simplest run that fails as the given one does, and keeps its token.
func (c call) explain(ctx context.Context, config explore.Config, f *explore.Failure, main func(co *aio.Co) error) {
	c.t.Helper()
	report, err := explore.Explain(ctx, config, f, main)
	if err != nil {
		c.t.Fatal(err)
	}
	write(c.t, c.tokenFile(), []byte(report.Token+"\n"))
	c.t.Error(report.Text(c.replayCommand(report.Token)))
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

var errDeadlineNear = errors.New("the test's deadline is near")

// deadline returns a context that ends shortly before the test would be killed.
func deadline(t testing.TB) (context.Context, context.CancelFunc) {
	if d, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		if end, ok := d.Deadline(); ok {
			return context.WithDeadlineCause(context.Background(), end.Add(-time.Until(end)/10), errDeadlineNear)
		}
	}
	return context.WithCancel(context.Background())
}
