package simtest

import (
	"errors"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// safeUpdate has two tasks that add to a balance, under a lock: no order loses an update.
func safeUpdate(co *aio.Co) error {
	var lock aio.Lock
	balance := 0
	deposit := func(co *aio.Co) error {
		return lock.With(co, func() error {
			read := balance
			if err := aio.Sleep(co, 0); err != nil {
				return err
			}
			balance = read + 1
			return nil
		})
	}
	a, b := aio.Go(co, "a", deposit), aio.Go(co, "b", deposit)
	if _, err := aio.Gather(co, a, b).Await(co); err != nil {
		return err
	}
	if balance != 2 {
		return errors.New("an update was lost")
	}
	return nil
}

// lostUpdate fails where two tasks read before one has written, which asyncio's order does not show.
func lostUpdate(co *aio.Co) error {
	balance := 0
	deposit := func(pause int) func(co *aio.Co) error {
		return func(co *aio.Co) error {
			for range pause {
				if err := aio.Sleep(co, 0); err != nil {
					return err
				}
			}
			read := balance
			if err := aio.Sleep(co, 0); err != nil {
				return err
			}
			balance = read + 1
			return nil
		}
	}
	a, b := aio.Go(co, "a", deposit(0)), aio.Go(co, "b", deposit(2))
	if _, err := aio.Gather(co, a, b).Await(co); err != nil {
		return err
	}
	if balance != 2 {
		return errors.New("an update was lost")
	}
	return nil
}

func TestExploreFindsReplaysAndKeeps(t *testing.T) {
	t.Chdir(t.TempDir())
	fresh := try(func(t testing.TB) { Explore(t, lostUpdate) })
	if len(fresh.errors) != 1 {
		t.Fatalf("want one failure, got %q", fresh.errors)
	}
	for _, want := range []string{"an update was lost", "2 switches away from asyncio's order", "go test -run='^TestFake$' -sim.replay="} {
		if !strings.Contains(fresh.errors[0], want) {
			t.Errorf("the report does not say %q:\n%s", want, fresh.errors[0])
		}
	}
	_, token, _ := strings.Cut(fresh.errors[0], "-sim.replay=")
	token = strings.TrimSpace(token)

	told := regexp.MustCompile(`(?s)\n(schedule [0-9]+|replayed): 2 switches away from asyncio's order[^\n]*`)
	likeAFreshOne := func(f *fake) bool {
		return len(f.errors) == 1 && told.ReplaceAllString(f.errors[0], "") == told.ReplaceAllString(fresh.errors[0], "")
	}
	if kept := try(func(t testing.TB) { Explore(t, lostUpdate) }); !likeAFreshOne(kept) {
		t.Errorf("the kept failure is told as\n%s\ninstead of\n%s", kept.errors, fresh.errors[0])
	}
	if mended := try(func(t testing.TB) { Explore(t, safeUpdate) }); len(mended.errors) > 0 ||
		!strings.Contains(strings.Join(mended.logs, "\n"), "that run passes now") {
		t.Errorf("the mended program is told as %q, %q", mended.errors, mended.logs)
	}
	half := func(co *aio.Co) error {
		a := aio.Go(co, "a", func(co *aio.Co) error { return aio.Sleep(co, 0) })
		b := aio.Go(co, "b", func(*aio.Co) error { return nil })
		_, err := aio.Gather(co, a, b).Await(co)
		return err
	}
	const misfits = "1 of the token's 2 decisions does not fit this program:\n"
	if other := try(func(t testing.TB) { Explore(t, half) }); len(other.errors) > 0 ||
		!strings.Contains(strings.Join(other.logs, "\n"), "that run passes now\n"+misfits) {
		t.Errorf("of half the program it is told %q, %q", other.errors, other.logs)
	}
	none := func(*aio.Co) error { return nil }
	if other := try(func(t testing.TB) { Explore(t, none) }); len(other.errors) > 0 ||
		!strings.Contains(strings.Join(other.logs, "\n"), "it does not fit this program: none of its decisions (2)") {
		t.Errorf("of another program it is told %q, %q", other.errors, other.logs)
	}
	if err := os.RemoveAll("testdata"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ASYNCSIM_REPLAY", token)
	if again := try(func(t testing.TB) { Explore(t, lostUpdate) }); !likeAFreshOne(again) {
		t.Errorf("the replay is told as\n%s\ninstead of\n%s", again.errors, fresh.errors[0])
	}
	misfit := try(func(t testing.TB) { Explore(t, safeUpdate) })
	if text := strings.Join(misfit.logs, "\n"); len(misfit.errors) > 0 || !strings.Contains(text, "the run passes") {
		t.Errorf("the replay of another program is told as %q, %q", misfit.errors, text)
	}
	if other := try(func(t testing.TB) { Explore(t, half) }); len(other.errors) > 0 ||
		!strings.Contains(strings.Join(other.logs, "\n"), misfits) {
		t.Errorf("the replay of half the program is told as %q, %q", other.errors, other.logs)
	}
	if other := try(func(t testing.TB) { Explore(t, none) }); len(other.errors) != 1 ||
		!strings.Contains(other.errors[0], "it does not fit this program: none of its decisions (2)") {
		t.Errorf("of another program it is told %q", other.errors)
	}
	t.Setenv("ASYNCSIM_REPLAY", "no token")
	if wrong := try(func(t testing.TB) { Explore(t, lostUpdate) }); len(wrong.errors) != 1 {
		t.Errorf("a wrong token is told as %q", wrong.errors)
	}
}

func TestExploreOfAProgramThatHolds(t *testing.T) {
	t.Chdir(t.TempDir())
	Explore(t, safeUpdate)
	for _, test := range []struct{ name, value string }{{"sim.schedules", "50"}, {"sim.time", "1m"}, {"sim.seed", "3"}} {
		if err := flag.Set(test.name, test.value); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = flag.Set(test.name, flag.Lookup(test.name).DefValue) }()
	}
	Explore(t, safeUpdate)
	if _, err := os.Stat("testdata"); !os.IsNotExist(err) {
		t.Errorf("something was kept: %v", err)
	}
}

// inHaste is a test whose deadline is near.
type inHaste struct{ *fake }

func (inHaste) Deadline() (time.Time, bool) { return time.Now(), true }

// TestTheDeadlineOfTheTestIsTold where it ends the search.
func TestTheDeadlineOfTheTestIsTold(t *testing.T) {
	t.Chdir(t.TempDir())
	f := try(func(t testing.TB) {
		ExploreWith(inHaste{t.(*fake)}, explore.Config{Strategy: explore.RandomWalk, Schedules: 1 << 40}, safeUpdate)
	})
	if got := strings.Join(f.logs, "\n"); len(f.errors) > 0 || !strings.Contains(got, ": the test's deadline is near (stopped: deadline)") {
		t.Errorf("%q, %s", f.errors, got)
	}
}

// TestExploreWith: what the test says counts, and the flags come before it.
func TestExploreWith(t *testing.T) {
	t.Chdir(t.TempDir())
	logs := func(config explore.Config) string {
		f := try(func(t testing.TB) { ExploreWith(t, config, safeUpdate) })
		if len(f.errors) > 0 {
			t.Fatalf("%+v: %q", config, f.errors)
		}
		return strings.Join(f.logs, "\n")
	}
	if got := logs(explore.Config{Strategy: explore.FIFO}); !strings.Contains(got, "asyncio's own order was tried alone") {
		t.Errorf("with fifo: %s", got)
	}
	config := explore.Config{Strategy: explore.RandomWalk, Schedules: 70}
	if got := logs(config); !strings.HasPrefix(got, "70 schedules tried") || !strings.Contains(got, "(stopped: budget)") {
		t.Errorf("with 70 schedules: %s", got)
	}
	if err := flag.Set("sim.schedules", "30"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = flag.Set("sim.schedules", "0") }()
	if got := logs(config); !strings.HasPrefix(got, "30 schedules tried") {
		t.Errorf("with 70 schedules, and the flag: %s", got)
	}
	strict := try(func(t testing.TB) { ExploreWith(t, explore.Config{Strict: true}, lostUpdate) })
	if len(strict.errors) > 0 {
		t.Errorf("real asyncio cannot show it: %q", strict.errors)
	}
	limited := try(func(t testing.TB) { ExploreWith(t, explore.Config{MaxSteps: 3}, safeUpdate) })
	if len(limited.errors) != 1 || !strings.Contains(limited.errors[0], "MaxSteps") {
		t.Errorf("with 3 steps: %q", limited.errors)
	}
	wrong := try(func(t testing.TB) { ExploreWith(t, explore.Config{Strategy: "best"}, safeUpdate) })
	if len(wrong.errors) != 1 || !strings.Contains(wrong.errors[0], "unknown strategy") {
		t.Errorf("with an unknown strategy: %q", wrong.errors)
	}
}

// TestFatalWhileExploring: a run that calls t.Fatal fails; what it says is logged by every one, and the report comes last.
func TestFatalWhileExploring(t *testing.T) {
	t.Chdir(t.TempDir())
	main := func(t testing.TB) func(co *aio.Co) error {
		return func(co *aio.Co) error {
			if err := lostUpdate(co); err != nil {
				t.FailNow()
			}
			return nil
		}
	}
	for _, what := range []string{"a search", "the kept failure"} {
		f := try(func(t testing.TB) { Explore(t, main(t)) })
		if len(f.errors) != 1 || !strings.HasPrefix(f.errors[0], "the program called runtime.Goexit") ||
			!strings.Contains(f.errors[0], "2 switches away") {
			t.Errorf("%s is told as %q", what, f.errors)
		}
	}
}
