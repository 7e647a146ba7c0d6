package aio_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func ExampleRecv() {
	_ = aio.Run(func(co *aio.Co) error {
		ticks := make(chan time.Duration, 1) // as that of a timer: with room for one
		loop := co.Loop()
		loop.CallLater("timer", time.Hour, func() { ticks <- loop.Now() })
		at, _, err := aio.Recv(co, ticks)
		if err != nil {
			return err
		}
		co.Printf("received %v at %v\n", at, co.Now())
		return nil
	})
	// Output: received 1h0m0s at 1h0m0s
}

func ExampleSelect() {
	_ = aio.Run(func(co *aio.Co) error {
		words, done := make(chan string, 8), make(chan struct{})
		aio.Go(co, "speaker", func(co *aio.Co) error {
			defer close(done)
			for _, word := range []string{"one", "two"} {
				words <- word // there is room
				if err := aio.Sleep(co, time.Second); err != nil {
					return err
				}
			}
			return nil
		})
		for {
			var word string
			switch chosen, _, err := aio.Select(co, aio.From(words, &word), aio.From(done, nil)); {
			case err != nil:
				return err
			case chosen == 0:
				co.Printf("%v: %s\n", co.Now(), word)
			default:
				co.Printf("%v: done\n", co.Now())
				return nil
			}
		}
	})
	// Output:
	// 0s: one
	// 1s: two
	// 2s: done
}

// receiver is a task function that says what it received, as often as it can.
func receiver(ch chan int, times int) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		for range times {
			value, ok, err := aio.Recv(co, ch)
			co.Printf("%s: %d %t %v\n", name(co), value, ok, err)
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func TestRecv(t *testing.T) {
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"what is there does not suspend", `
			0s main: 1 true <nil>
			0s main: 0 false <nil>
			0s main ends
			0s other runs`, func(co *aio.Co) {
			ch := make(chan int, 1)
			ch <- 1
			close(ch)
			aio.Go(co, "other", func(co *aio.Co) error { co.Printf("other runs\n"); return nil })
			_ = receiver(ch, 2)(co)
			co.Printf("main ends\n")
		}},
		{"in the order of waiting", `
			0s sent
			0s a: 1 true <nil>
			0s b: 2 true <nil>
			1s sent
			1s c: 3 true <nil>
			1s a: 4 true <nil>
			1s closed
			1s b: 0 false <nil>
			1s c: 0 false <nil>`, func(co *aio.Co) {
			ch := make(chan int, 4)
			for _, name := range []string{"a", "b", "c"} {
				aio.Go(co, name, receiver(ch, 2))
			}
			settle(co)
			for i := 1; i < 5; i += 2 {
				ch <- i
				ch <- i + 1
				co.Printf("sent\n")
				if i == 1 {
					_ = aio.Sleep(co, sec)
				}
			}
			settle(co)
			co.Printf("closed\n")
			close(ch)
			settle(co)
		}},
		{"a sender that does not block", `
			0s no room
			0s a: 7 true <nil>`, func(co *aio.Co) {
			ch := make(chan int, 1)
			aio.Go(co, "a", receiver(ch, 1))
			settle(co)
			for _, i := range []int{7, 8} {
				select {
				case ch <- i:
				default:
					co.Printf("no room\n")
				}
			}
			settle(co)
		}},
		{"one that is cancelled while it waits leaves the value to others", `
			0s a: 0 false cancelled
			0s b: 1 true <nil>`, func(co *aio.Co) {
			ch := make(chan int, 1)
			a := aio.Go(co, "a", receiver(ch, 1))
			aio.Go(co, "b", receiver(ch, 1))
			settle(co)
			a.Cancel()
			ch <- 1
			settle(co)
		}},
		{"one that was cancelled before it waits", `
			0s a: 0 false cancelled: early`, func(co *aio.Co) {
			ch := make(chan int, 1)
			aio.Go(co, "a", func(co *aio.Co) error {
				aio.CurrentTask(co).Cancel("early")
				ch <- 1
				<-ch
				return receiver(ch, 1)(co)
			})
			settle(co)
		}},
		{"one that is cancelled when the value was received keeps it", `
			0s a: 1 true <nil>
			0s a: 0 false cancelled: late`, func(co *aio.Co) {
			ch := make(chan int, 1)
			a := aio.Go(co, "a", receiver(ch, 2))
			settle(co)
			co.Loop().CallSoon("send", func() { ch <- 1 })
			_ = aio.Sleep(co, 0) // the value is received, and a is behind main
			_ = aio.Sleep(co, 0)
			a.Cancel("late")
			settle(co)
		}},
		{"a timeout ends the wait", `
			1s timeout`, func(co *aio.Co) {
			err := aio.Timeout(co, sec, func(*aio.TimeoutScope) error { _, _, err := aio.Recv(co, make(chan int)); return err })
			if errors.Is(err, aio.ErrTimeout) {
				co.Printf("timeout\n")
			}
		}},
		{"a timer's channel", `
			3s main: 1 true <nil>`, func(co *aio.Co) {
			ch := make(chan int, 1)
			co.Loop().CallLater("timer", 3*sec, func() { ch <- 1 })
			_ = receiver(ch, 1)(co)
		}},
		{"a deadlock", `
			main: deadlock at 1s: nothing can run and no timer is set
			task "main" waits for select of <-chan int, nil <-chan string since 1s
			task "a" waits for recv from <-chan int since 0s
			task "b" waits for recv from nil <-chan int since 0s`, func(co *aio.Co) {
			ch := make(chan int, 1)
			aio.Go(co, "a", receiver(ch, 1))
			aio.Go(co, "b", receiver(nil, 1))
			_ = aio.Sleep(co, sec)
			_, _, _ = aio.Select(co, aio.From(ch, nil), aio.From[string](nil, nil))
		}},
	} {
		t.Run(test.name, func(t *testing.T) { checkBody(t, test.want, test.run) })
	}
}

func TestSelect(t *testing.T) {
	for _, test := range []struct {
		name, want string
		run        func(co *aio.Co)
	}{
		{"the first of several that have something", `
			0s 1 true <nil>, -1 20 30
			0s 0 false <nil>, 0 20 30
			0s 0 false <nil>, 0 20 30`, func(co *aio.Co) {
			a, b, c := make(chan int), make(chan int, 1), make(chan int, 1)
			x, y, z := -1, -2, 30
			b <- 20
			c <- 30
			for range 3 {
				chosen, ok, err := aio.Select(co, aio.From(a, &x), aio.From(b, &y), aio.From(c, nil))
				co.Printf("%d %t %v, %d %d %d\n", chosen, ok, err, x, y, z)
				if chosen == 1 {
					close(a)
				}
			}
		}},
		{"waits", `
			1s 1 true <nil>
			2s 0 false <nil>`, func(co *aio.Co) {
			a, b := make(chan int), make(chan int, 1)
			co.Loop().CallLater("send", sec, func() { b <- 1 })
			co.Loop().CallLater("close", 2*sec, func() { close(a) })
			for range 2 {
				chosen, ok, err := aio.Select(co, aio.From(a, nil), aio.From(b, nil))
				co.Printf("%d %t %v\n", chosen, ok, err)
			}
		}},
		{"is cancelled", `
			0s -1 false cancelled: enough`, func(co *aio.Co) {
			task := aio.Go(co, "task", func(co *aio.Co) error {
				chosen, ok, err := aio.Select(co, aio.From(make(chan int), nil))
				co.Printf("%d %t %v\n", chosen, ok, err)
				return err
			})
			settle(co)
			task.Cancel("enough")
			settle(co)
		}},
		{"misused", `
			0s -1 false select in task "main" at 0s: there are no cases
			0s -1 false select case 1 in task "main" at 0s: a case is nil`, func(co *aio.Co) {
			for _, cases := range [][]aio.Case{nil, {aio.From(make(chan int), nil), nil}} {
				chosen, ok, err := aio.Select(co, cases...)
				co.Printf("%d %t %v\n", chosen, ok, err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) { checkBody(t, test.want, test.run) })
	}
}

// TestSelectIsExplored: which of the channels that have something is taken is the chooser's, in the task and where it
// waits; a variable of a case that is not chosen stays as it was.
func TestSelectIsExplored(t *testing.T) {
	for _, wait := range []time.Duration{0, sec} {
		var asked []string
		config := aio.Config{Choose: func(c *sim.Choice) int {
			if c.Kind != sim.Value {
				return 0
			}
			asked = append(asked, fmt.Sprintf("%s, %d of them, task %d", c.For, c.N, c.Asker()))
			return c.N - 1
		}}
		got := record(t, config, func(co *aio.Co) error {
			a, b, c, d := make(chan int, 1), make(chan int), make(chan int), make(chan int, 1)
			feed := func() { a <- 1; close(c); d <- 4 }
			if wait == 0 {
				feed()
			} else {
				co.Loop().CallLater("feed", wait, feed)
			}
			for range 3 {
				x, y, z := -1, -1, -1
				chosen, ok, err := aio.Select(co, aio.From(a, &x), aio.From(b, nil), aio.From(c, &y), aio.From(d, &z))
				co.Printf("%d %t %v: %d %d %d\n", chosen, ok, err, x, y, z)
			}
			return nil
		})
		want := fmt.Sprintf("[%[1]v 3 true <nil>: -1 -1 4 %[1]v 2 false <nil>: -1 0 -1 %[1]v 2 false <nil>: -1 0 -1 main: <nil>]", wait)
		if fmt.Sprint(got) != want {
			t.Errorf("got  %v\nwant %v", got, want)
		}
		if want := "[select, 3 of them, task 1 select, 2 of them, task 1 select, 2 of them, task 1]"; fmt.Sprint(asked) != want {
			t.Errorf("asked %v\nwant  %v", asked, want)
		}
	}
}

// TestRecvOfWhatCameBetweenTwoRuns: the loop looks at the channels before it finds a deadlock.
func TestRecvOfWhatCameBetweenTwoRuns(t *testing.T) {
	r, err := aio.NewRunner(aio.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ch := make(chan int, 1)
	task, err := aio.RunIn(r, func(co *aio.Co) (*aio.Task[int], error) {
		return aio.Spawn(co, "waits", func(co *aio.Co) (int, error) { value, _, err := aio.Recv(co, ch); return value, err }), aio.Sleep(co, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	ch <- 5
	if value, err := aio.RunUntilComplete(r, task); value != 5 || err != nil {
		t.Errorf("got %d, %v", value, err)
	}
}

// TestRawReceiveIsTold: a task that blocks on a channel of Go's is told what to do instead.
func TestRawReceiveIsTold(t *testing.T) {
	for _, test := range []struct {
		block func(ch chan int)
		want  string
	}{
		{func(ch chan int) { <-ch }, "use the simulation's own primitives, here aio.Recv(co, ch)"},
		{func(ch chan int) {
			select {
			case <-ch:
			case <-make(chan int):
			}
		}, "use the simulation's own primitives, here aio.Select(co, cases...)"},
		{func(ch chan int) { ch <- 1 }, "use the simulation's own primitives\n"},
	} {
		ch := make(chan int)
		err := aio.RunWith(aio.Config{Watchdog: 10 * ms}, func(co *aio.Co) error { test.block(ch); return nil })
		if blocked := new(sim.BlockedError); !errors.As(err, &blocked) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v\nwant %q", err, test.want)
		}
		select { // let the goroutine end
		case ch <- 1:
		case <-ch:
		}
	}
}
