package aio_test

import (
	"errors"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func TestWAI_03_WrongArguments(t *testing.T) {
	inMain(t, func(co *aio.Co) {
		f := aio.NewFuture[int](co, "f")
		for _, when := range []aio.When{aio.FirstException + 1, 255} {
			_, _, err := aio.Wait(co, []aio.Awaitable{f}, sec, when)
			wantRefusal(t, "an unknown When", err, `wait`, `task "main" at 0s`)
		}
		for _, bad := range []aio.Awaitable{nil, (*aio.Future[int])(nil), new(aio.Task[int])} {
			_, _, err := aio.Wait(co, []aio.Awaitable{f, bad}, sec, aio.AllCompleted)
			wantRefusal(t, "no awaitable", err, `wait an awaitable in task "main" at 0s`)
		}
		if by := aio.AwaitedBy(f); len(by) != 0 {
			t.Errorf("the good future has callbacks of %v", by)
		}
		if err := aio.Sleep(co, 2*sec); err != nil || co.Now() != 2*sec { // a timer that was set would come here
			t.Errorf("the task goes on with %v at %v", err, co.Now())
		}
	})
}

// finishing returns a task that is done after three seconds, a future that is after one, and a task after two.
func finishing(co *aio.Co) (a *aio.Task[int], b *aio.Future[int], c *aio.Task[int]) {
	b = aio.NewFuture[int](co, "b")
	co.Loop().CallLater("b", sec, func() { _ = b.SetResult(1) })
	return aio.Spawn(co, "a", valued(3*sec, 3)), b, aio.Spawn(co, "c", valued(2*sec, 2))
}

func TestACO_02_TheVeryAwaitables(t *testing.T) {
	inMain(t, func(co *aio.Co) {
		a, b, c := finishing(co)
		want := []aio.AwaitableOf[int]{b, c, a}
		all := aio.AsCompleted(co, aio.Forever, a, b, c)
		var got []aio.AwaitableOf[int]
		for x, err := range all.All(co) {
			got = append(got, x)
			if err != nil {
				t.Error(err)
			}
		}
		again := aio.AsCompleted(co, aio.Forever, want...) // all are done: in the order given
		for range want {
			x, err := again.Next(co)
			got = append(got, x)
			if err != nil {
				t.Error(err)
			}
		}
		if len(got) != 6 {
			t.Fatalf("there are %d", len(got))
		}
		for i, x := range got {
			if x != want[i%3] {
				t.Errorf("the %d. is %v, not the very %v", i+1, x, want[i%3])
			}
		}
	})
}

func TestACO_05_LeftAndTakenUpAgain(t *testing.T) {
	checkBody(t, `
		0s left 4
		1s all: b, left 3
		2s next: c, left 2
		3s all: a, left 1
		4s all: d, left 0`, func(co *aio.Co) {
		a, b, c := finishing(co)
		all := aio.AsCompleted(co, aio.Forever, a, b, c, aio.Spawn(co, "d", valued(4*sec, 4)))
		co.Printf("left %d\n", all.Left())
		for x := range all.All(co) {
			co.Printf("all: %s, left %d\n", x.Name(), all.Left())
			break
		}
		x, _ := all.Next(co)
		co.Printf("next: %s, left %d\n", x.Name(), all.Left())
		for x := range all.All(co) {
			co.Printf("all: %s, left %d\n", x.Name(), all.Left())
		}
		for x := range all.All(co) {
			co.Printf("once more: %s\n", x.Name())
		}
	})
}

func TestACO_07_SeveralConsumers(t *testing.T) {
	checkBody(t, `
		1s x has b
		2s y has c
		2.5s x: as completed in task "x" timed out at 2.5s
		2.5s y: as completed in task "y" timed out at 2.5s
		3s left 0, a done`, func(co *aio.Co) {
		a, b, c := finishing(co)
		all := aio.AsCompleted(co, 2500*ms, a, b, c, aio.Spawn(co, "d", valued(4*sec, 4)))
		for _, who := range []string{"x", "y"} {
			aio.Go(co, who, func(co *aio.Co) error {
				for {
					f, err := all.Next(co)
					if err != nil {
						co.Printf("%s: %v\n", who, err)
						return nil
					}
					co.Printf("%s has %s\n", who, f.Name())
				}
			})
		}
		_ = aio.Sleep(co, 3*sec)
		settle(co)
		co.Printf("left %d, %s\n", all.Left(), states(a))
	})
}

func TestGAT_07_TwoLoops(t *testing.T) {
	other, err := aio.NewRunner(quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	foreign := aio.NewFuture[int](other.Loop(), "foreign")
	inMain(t, func(co *aio.Co) {
		good := aio.NewFuture[int](co, "good")
		for what, gather := range map[string]func(){
			"Gather":         func() { aio.Gather(co, good, foreign) },
			"GatherOutcomes": func() { aio.GatherOutcomes(co, good, foreign) },
			"AsCompleted":    func() { aio.AsCompleted(co, sec, good, foreign) },
		} {
			err := refusal(gather)
			wantUsage(t, err, aio.ErrOtherLoop)
			wantRefusal(t, what, err, `future "foreign" in task "main"`)
		}
		if by := aio.FormatCallGraph(good); by != `* future "good"` || len(aio.AwaitedBy(foreign)) != 0 {
			t.Errorf("callbacks are left:\n%s\n%v", by, aio.AwaitedBy(foreign))
		}
	})
}

func TestGAT_11_NoTraceOfTheGoodOne(t *testing.T) {
	check(t, `
		0s gather an awaitable in task "main" at 0s: it is nil
		0s good is awaited by [], result 1 <nil>
		main: <nil>`, func(co *aio.Co) error {
		co.Loop().SetExceptionHandler(func(l *aio.Loop, c sim.ExceptionContext) { t.Errorf("the handler is told: %v", c) })
		good := aio.NewFuture[int](co, "good")
		err := refusal(func() { aio.Gather(co, good, nil) })
		wantRefusal(t, "Gather", err)
		co.Printf("%v\n", brief(err))
		by := aio.AwaitedBy(good)
		_ = good.SetResult(1)
		n, err := good.Await(co)
		settle(co)
		co.Printf("good is awaited by %v, result %d %v\n", by, n, err)
		return nil
	})
}

func TestWFR_02_NoTimeToStart(t *testing.T) {
	for _, timeout := range []time.Duration{0, -1, -sec, -aio.Forever} {
		inMain(t, func(co *aio.Co) {
			ran := false
			n, err := aio.WaitForFunc(co, timeout, func(*aio.Co) (int, error) { ran = true; return 1, nil })
			var expired *aio.TimeoutError
			if !errors.As(err, &expired) || expired.Task != "main" || expired.Time != 0 || n != 0 || ran {
				t.Errorf("with a timeout of %v: %d, %v, ran %t", timeout, n, err, ran)
			}
			settle(co)
			if ran || co.Now() != 0 || len(aio.AllTasks(co)) != 1 {
				t.Errorf("with a timeout of %v it is left behind: ran %t, %v", timeout, ran, aio.AllTasks(co))
			}
		})
	}
}

func TestTMO_08_WhatATimeoutSays(t *testing.T) {
	inMain(t, func(co *aio.Co) {
		_ = aio.Sleep(co, sec)
		task := aio.Go(co, "slow", func(co *aio.Co) error {
			err := errBoom // which is being dealt with
			return errors.Join(aio.Timeout(co, 2*sec, func(*aio.TimeoutScope) error { return aio.Sleep(co, 5*sec) }), err)
		})
		_, err := task.Await(co)
		var expired *aio.TimeoutError
		if !errors.As(err, &expired) || *expired != (aio.TimeoutError{Op: "timeout", Task: "slow", Time: 3 * sec}) {
			t.Fatalf("the task ends with %v", err)
		}
		if errors.Is(err, aio.ErrCancelled) || !errors.Is(err, errBoom) || task.Cancelled() {
			t.Errorf("%v is a cancellation, or has replaced the other error", err)
		}
		if text := expired.Error(); text != `timeout in task "slow" timed out at 3s` {
			t.Error(text)
		}
	})
}

func TestTMO_21_TimeoutNeedsATask(t *testing.T) {
	ran := false
	body := func(*aio.TimeoutScope) error { ran = true; return nil }
	inMain(t, func(co *aio.Co) {
		var ended *aio.Co
		_, _ = aio.Go(co, "ended", func(co *aio.Co) error { ended = co; return nil }).Await(co)
		f := aio.NewFuture[int](co, "f")
		for what, co := range map[string]*aio.Co{"a nil co": nil, "a zero co": new(aio.Co), "that of an ended task": ended} {
			wantRefusal(t, what, refusal(func() { _ = aio.Timeout(co, sec, body) }), "timeout with ")
			wantRefusal(t, what, refusal(func() { _ = aio.TimeoutAt(co, sec, body) }), "timeout with ")
			wantRefusal(t, what, refusal(func() { _, _ = aio.WaitFor(co, f, sec) }), "wait for with ")
		}
		wantUsage(t, refusal(func() { _ = aio.Timeout(ended, sec, body) }), sim.ErrFinishedCo, `task "ended"`, `task "main"`)
		if ran {
			t.Error("the body ran")
		}
	})
}
