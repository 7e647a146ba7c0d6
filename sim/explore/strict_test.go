package explore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// TestStrict explores a program that depends on the order of two callbacks of one deadline, and one that depends on the
// order of ready tasks, which real asyncio determines.
func TestStrict(t *testing.T) {
	errSecond := errors.New("the second was first")
	ties := func(co *aio.Co) error {
		order := ""
		for _, name := range []string{"a", "b"} {
			co.Loop().CallLater(name, time.Second, func() { order += name })
		}
		if err := aio.Sleep(co, 2*time.Second); err != nil || order == "ab" {
			return err
		}
		return errSecond
	}
	tasks := func(co *aio.Co) error {
		order := ""
		for _, name := range []string{"a", "b"} {
			aio.Go(co, name, func(*aio.Co) error { order += name; return nil })
		}
		if err := aio.Sleep(co, time.Second); err != nil || order == "ab" {
			return err
		}
		return errSecond
	}
	for _, test := range []struct {
		name   string
		main   func(co *aio.Co) error
		strict bool
		fails  bool
	}{{"ties", ties, true, true}, {"ties, all orders", ties, false, true}, {"tasks", tasks, true, false}, {"tasks, all orders", tasks, false, true}} {
		t.Run(test.name, func(t *testing.T) {
			config := explore.Config{Strict: test.strict, Strategy: explore.Exhaustive}
			r, err := explore.Run(context.Background(), config, test.main)
			if err != nil || (r.First != nil) != test.fails {
				t.Fatalf("%+v, %v", r, err)
			}
			if r.First == nil {
				return
			}
			report, err := explore.Explain(context.Background(), config, r.First, test.main)
			if err != nil {
				t.Fatal(err)
			}
			again, err := explore.Replay(config, report.Token, test.main)
			if err != nil || !errors.Is(again.Err, errSecond) || len(again.Misfits) > 0 {
				t.Errorf("%+v, %v", again, err)
			}
		})
	}
}
