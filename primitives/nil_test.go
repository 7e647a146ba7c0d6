package aio_test

import (
	"errors"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func TestNilFunctionsAreRefused(t *testing.T) {
	for name, use := range map[string]func(co *aio.Co){
		"task":     func(co *aio.Co) { aio.Go(co, "x", nil) },
		"callback": func(co *aio.Co) { co.Loop().CallSoon("x", nil) },
	} {
		err := aio.Run(func(co *aio.Co) error { use(co); return nil })
		var panicked *sim.PanicError
		if !errors.As(err, &panicked) || !errors.Is(err, sim.ErrNilFunction) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCancelOfAFutureIsTraced also looks at a gathering, which passes the cancellation on.
func TestCancelOfAFutureIsTraced(t *testing.T) {
	var cancelled []string
	trace := func(e sim.Event) {
		if e.Kind == sim.CancelRequested {
			cancelled = append(cancelled, e.Object)
		}
	}
	err := aio.RunWith(aio.Config{Trace: trace}, func(co *aio.Co) error {
		f := aio.NewFuture[int](co, "f")
		aio.Gather(co, f).Cancel()
		f.Cancel() // it is cancelled already
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(cancelled) != 2 || cancelled[0] != "gather-1" || cancelled[1] != `future "f"` {
		t.Errorf("cancelled %q", cancelled)
	}
}
