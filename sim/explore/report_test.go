package explore_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

var updating = flag.Bool("update", false, "write golden reports instead of comparing with them")

func find(t testing.TB, seed uint64, main func(co *aio.Co) error) *explore.Failure {
	t.Helper()
	result, err := explore.Run(context.Background(), config(seed), main)
	if err != nil {
		t.Fatal(err)
	}
	if result.First == nil {
		t.Fatalf("no run fails: %+v", *result)
	}
	return result.First
}

func config(seed uint64) explore.Config {
	return explore.Config{Workers: 1, Seed: seed, Strategy: explore.RandomWalk}
}

func explain(t testing.TB, seed uint64, main func(co *aio.Co) error) *explore.Report {
	t.Helper()
	report, err := explore.Explain(context.Background(), config(seed), find(t, seed, main), main)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// both runs two functions as tasks and waits for both.
func both(co *aio.Co, a, b string, f func(co *aio.Co, name string) error) error {
	ta := aio.Go(co, a, func(co *aio.Co) error { return f(co, a) })
	tb := aio.Go(co, b, func(co *aio.Co) error { return f(co, b) })
	if _, err := ta.Await(co); err != nil {
		return err
	}
	_, err := tb.Await(co)
	return err
}

// lostUpdate reads, suspends and writes what it read plus one; asyncio's order shows nothing of it.
func lostUpdate(co *aio.Co) error {
	balance := 0
	deposit := func(co *aio.Co, name string) error {
		if name == "late" {
			if err := aio.Sleep(co, 0); err != nil {
				return err
			}
		}
		seen := balance
		co.Printf("reads %d\n", seen)
		if err := aio.Sleep(co, 0); err != nil {
			return err
		}
		balance = seen + 1
		co.Printf("writes %d\n", balance)
		return nil
	}
	early := aio.Go(co, "early", func(co *aio.Co) error { return deposit(co, "early") })
	if err := aio.Sleep(co, 0); err != nil {
		return err
	}
	if err := aio.Sleep(co, 0); err != nil {
		return err
	}
	late := aio.Go(co, "late", func(co *aio.Co) error { return deposit(co, "late") })
	if _, err := early.Await(co); err != nil {
		return err
	}
	if _, err := late.Await(co); err != nil {
		return err
	}
	if balance != 2 {
		return fmt.Errorf("the balance is %d", balance)
	}
	return nil
}

// cache fills what is missing after it looked: both may.
func cache(co *aio.Co) error {
	filled := 0
	get := func(co *aio.Co, name string) error {
		if name == "b" {
			if err := aio.Sleep(co, time.Second); err != nil {
				return err
			}
		}
		if filled > 0 {
			co.Printf("hit\n")
			return nil
		}
		co.Printf("miss\n")
		if err := aio.Sleep(co, time.Second); err != nil {
			return err
		}
		filled++
		co.Printf("fill %d\n", filled)
		return nil
	}
	if err := both(co, "a", "b", get); err != nil {
		return err
	}
	if filled > 1 {
		return fmt.Errorf("filled %d times", filled)
	}
	return nil
}

// locks takes two locks in two orders.
func locks(co *aio.Co) error {
	left, right := aio.NewLock("left"), aio.NewLock("right")
	return both(co, "a", "b", func(co *aio.Co, name string) error {
		first, second := left, right
		if name == "b" {
			first, second = right, left
			for range 4 {
				if err := aio.Sleep(co, 0); err != nil {
					return err
				}
			}
		}
		return first.With(co, func() error {
			co.Printf("has %v\n", first)
			if err := aio.Sleep(co, 0); err != nil {
				return err
			}
			return second.With(co, func() error { return nil })
		})
	})
}

var errGaveUp = errors.New("gave up on an answer that came in time")

// timeoutRace answers at the very moment at which the patience ends.
func timeoutRace(co *aio.Co) error {
	answer := aio.NewFuture[int](co, "answer")
	aio.Go(co, "server", func(co *aio.Co) error {
		if err := aio.Sleep(co, time.Second); err != nil {
			return err
		}
		co.Printf("answers\n")
		if answer.Done() {
			return nil
		}
		return answer.SetResult(42)
	})
	patience := aio.Go(co, "patience", func(co *aio.Co) error {
		if err := aio.Sleep(co, time.Second); err != nil {
			return err
		}
		if !answer.Done() {
			co.Printf("gives up\n")
			answer.Cancel()
		}
		return nil
	})
	if _, err := answer.Await(co); errors.Is(err, aio.ErrCancelled) {
		return errGaveUp
	}
	_, err := patience.Await(co)
	return err
}

// torn reads a pair of variables between the writes.
func torn(co *aio.Co) error {
	low, high := aio.NewShared("low", 0), aio.NewShared("high", 0)
	writer := aio.Go(co, "writer", func(co *aio.Co) error {
		low.Store(co, 7)
		high.Store(co, 7)
		return nil
	})
	reader := aio.Go(co, "reader", func(co *aio.Co) error {
		if l, h := low.Load(co), high.Load(co); l != h {
			return fmt.Errorf("torn: %d and %d", l, h)
		}
		return nil
	})
	if _, err := writer.Await(co); err != nil {
		return err
	}
	_, err := reader.Await(co)
	return err
}

// guesses fails when two values and some random bits are what they rarely are.
func guesses(co *aio.Co) error {
	return both(co, "a", "b", func(co *aio.Co, name string) error {
		jitter := co.Choose("jitter", 10)
		co.Printf("jitter %d\n", jitter)
		if name == "b" && jitter >= 3 && co.Rand().IntN(2) == 1 {
			panic("jitter is " + fmt.Sprint(jitter))
		}
		return nil
	})
}

func TestReports(t *testing.T) {
	for name, main := range map[string]func(co *aio.Co) error{
		"lost update": lostUpdate, "cache": cache, "locks": locks, "timeout": timeoutRace, "torn": torn, "values": guesses,
		"reorder": tornAmong(9, 1),
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			report := explain(t, 7, main)
			if took := time.Since(began); took > time.Second {
				t.Errorf("it took %v", took)
			}
			// How the failure was found is the strategy's; what it comes to is not.
			search := regexp.MustCompile(`(schedule|from|in) [0-9]+`)
			text := search.ReplaceAllString(report.Text("asyncsim replay "+report.Token), "$1 N")
			text = regexp.MustCompile(`_test.go:[0-9]+`).ReplaceAllString(text, "_test.go:N")
			golden(t, filepath.Join("testdata", "report", strings.ReplaceAll(name, " ", "_")+".txt"), text)
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *updating {
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (- the file, + this run):\n%s", file, diff)
	}
}
