package simtest

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
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
	f := try(func(t testing.TB) { Explore(t, lostUpdate) })
	if len(f.errors) != 1 {
		t.Fatalf("want one failure, got %q", f.errors)
	}
	for _, want := range []string{"an update was lost", "2 switches away from asyncio's order", "go test -run='^TestFake$' -sim.replay="} {
		if !strings.Contains(f.errors[0], want) {
			t.Errorf("the report does not say %q:\n%s", want, f.errors[0])
		}
	}
	_, token, _ := strings.Cut(f.errors[0], "-sim.replay=")
	token = strings.TrimSpace(token)

	kept := try(func(t testing.TB) { Explore(t, lostUpdate) })
	if len(kept.errors) != 1 || !strings.Contains(kept.errors[0], "an update was lost") || !strings.Contains(kept.errors[0], token) {
		t.Errorf("the kept failure is told as %q", kept.errors)
	}
	if err := os.RemoveAll("testdata"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ASYNCSIM_REPLAY", token)
	again := try(func(t testing.TB) { Explore(t, lostUpdate) })
	if len(again.errors) != 1 || !strings.Contains(again.errors[0], "an update was lost") {
		t.Errorf("the replay is told as %q", again.errors)
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
