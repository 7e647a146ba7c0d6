package aio_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// On the wall clock a program serves other goroutines until one of them ends it.
func ExampleRunCoroutineThreadsafe_wallClock() {
	r, err := aio.NewRunner(aio.Config{Speed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	l := r.Loop()
	go func() {
		answer := aio.RunCoroutineThreadsafe(l, "request", func(co *aio.Co) (string, error) {
			return "served", aio.Sleep(co, time.Millisecond)
		})
		fmt.Println(answer.Result())
		_ = l.CallSoonThreadsafe("stop", l.Stop)
	}()
	err = r.Run(func(co *aio.Co) error { return aio.Sleep(co, aio.Forever/2) })
	fmt.Println(errors.Is(err, aio.ErrStopped))
	// Output:
	// served <nil>
	// true
}

// TestInterrupt cancels the main task from another goroutine, as asyncio's runner does at a signal.
func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		r, err := aio.NewRunner(aio.Config{Speed: 10, Output: &j, Log: &j})
		if err != nil {
			t.Fatal(err)
		}
		j.loop = r.Loop()
		started := make(chan aio.AnyTask, 1)
		go func() {
			main := <-started
			time.Sleep(sec)
			_ = j.loop.CallSoonThreadsafe("interrupt", func() { main.Cancel("interrupted") })
		}()
		begin := time.Now()
		err = r.Run(func(co *aio.Co) error {
			started <- aio.CurrentTask(co)
			aio.Go(co, "background", sleeper(time.Hour, nil))
			_, err := aio.NewFuture[int](co, "never").Await(co)
			co.Printf("main ends\n")
			return err
		})
		j.add(fmt.Sprintf("main: %v after %v", err, time.Since(begin)))
		j.add(fmt.Sprintf("close: %v after %v", r.Close(), time.Since(begin)))
		want := "[0s background starts 10s main ends main: cancelled: interrupted after 1s " +
			"10s background ends: cancelled close: <nil> after 1s]"
		if got := fmt.Sprint(j.lines); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}
