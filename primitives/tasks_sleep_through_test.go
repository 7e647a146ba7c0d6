package aio_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestTheEndOfARunEndsASleepThrough has tasks that sleep for ever when main returns, one of which has caught a
// cancellation before.
func TestTheEndOfARunEndsASleepThrough(t *testing.T) {
	var got []string
	var ctx context.Context
	var outcomes []error
	var poller *aio.Task[aio.None]
	forever := func(co *aio.Co, name string) error {
		l := co.Loop()
		defer func() {
			got = append(got, name+" at "+l.Now().String())
			l.Printf("%s ends\n", name)
			aio.SleepThrough(l, time.Hour)
			t.Error("it sleeps on")
		}()
		for {
			aio.SleepThrough(l, time.Minute)
		}
	}
	var out strings.Builder
	err := aio.RunWith(aio.Config{Output: &out}, func(co *aio.Co) error {
		poller = aio.Go(co, "poller", func(co *aio.Co) error {
			ctx = aio.Context(co)
			return forever(co, "poller")
		})
		stubborn := aio.Go(co, "stubborn", func(co *aio.Co) error {
			_ = aio.Sleep(co, time.Hour)
			return forever(co, "stubborn")
		})
		poller.AddDoneCallback("note", func(p *aio.Future[aio.None]) { outcomes = append(outcomes, p.Exception()) })
		aio.SleepThrough(co, 90*time.Second)
		stubborn.Cancel()
		aio.SleepThrough(co, 90*time.Second)
		return nil
	})
	if want := "[poller at 3m0s stubborn at 3m0s]"; err != nil || fmt.Sprint(got) != want || out.String() != "poller ends\nstubborn ends\n" {
		t.Errorf("%v: %v, printed %q", err, got, out.String())
	}
	if !poller.Cancelled() || len(outcomes) != 1 || !errors.Is(outcomes[0], aio.ErrCancelled) || ctx.Err() == nil {
		t.Errorf("the task ended with %v, its context with %v", outcomes, ctx.Err())
	}
}

// TestSleepThroughNeedsATask: it cannot suspend a callback, nor what comes after the run.
func TestSleepThroughNeedsATask(t *testing.T) {
	var l *aio.Loop
	sleep := func() (err error) {
		defer func() { err, _ = recover().(error) }()
		aio.SleepThrough(l, time.Second)
		return nil
	}
	err := aio.Run(func(co *aio.Co) error {
		l = co.Loop()
		l.CallSoon("callback", func() { wantUsage(t, sleep(), aio.ErrNoTask, "1s") })
		return aio.Sleep(co, time.Second)
	})
	if err != nil {
		t.Error(err)
	}
	if err := sleep(); !errors.As(err, new(*sim.UsageError)) {
		t.Errorf("after the run: %v", err)
	}
}
