package explore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// brute counts through every order of a program, the last choice fastest.
type brute struct {
	digits, bases []int
	at            int
}

func (b *brute) choose(c *sim.Choice) int {
	if b.at == len(b.digits) {
		b.digits, b.bases = append(b.digits, 0), append(b.bases, c.N)
	}
	b.at++
	return b.digits[b.at-1]
}

func (b *brute) start(int, *chance, scheduler) scheduler { return b }
func (b *brute) learn([]outcome) bool                    { return true }
func (b *brute) plan(int) int                            { return 1 }
func (b *brute) observer() func(uint32, sim.Op)          { return nil }
func (b *brute) report() any                             { return nil }

// next turns to the order after the one that was used, and reports whether there is one.
func (b *brute) next() bool {
	b.at = 0
	for i := len(b.digits) - 1; i >= 0; i-- {
		if b.digits[i]++; b.digits[i] < b.bases[i] {
			return true
		}
		b.digits, b.bases = b.digits[:i], b.bases[:i]
	}
	return false
}

// fewest returns how many switches the failing run with the fewest has, among all runs.
func fewest(t interface{ Fatal(...any) }, main func(co *aio.Co) error) int {
	least := -1
	w := newWorker(Config{}, main)
	defer w.close()
	b := new(brute)
	runs := 0
	for more := true; more; more = b.next() {
		if runs++; runs > 200_000 {
			t.Fatal("there are too many orders")
		}
		if o := w.run(b, 0); o.err != nil {
			n := 0
			for _, k := range b.digits[:b.at] {
				n += min(k, 1)
			}
			if least < 0 || n < least {
				least = n
			}
		}
	}
	return least
}

func update(counter *aio.Shared[int]) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		seen := counter.Load(co)
		counter.Store(co, seen+1)
		return nil
	}
}

func lost(tasks, want int) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		counter := aio.NewShared("counter", 0)
		var made []*aio.Task[aio.None]
		for range tasks {
			made = append(made, aio.Go(co, "adder", update(counter)))
		}
		if err := all(co, made...); err != nil {
			return err
		}
		if counter.Load(co) < want {
			return fmt.Errorf("%d of %d", counter.Load(co), tasks)
		}
		return nil
	}
}

func setAndCheck(co *aio.Co) error {
	a, b := aio.NewShared("a", 0), aio.NewShared("b", 0)
	set := func(co *aio.Co) error {
		a.Store(co, 1)
		b.Store(co, -1)
		return nil
	}
	first, second := aio.Go(co, "setter", set), aio.Go(co, "setter", set)
	checker := aio.Go(co, "checker", func(co *aio.Co) error {
		if a.Load(co) == 0 && b.Load(co) == 0 || a.Load(co) == 1 && b.Load(co) == -1 {
			return nil
		}
		return errMixed
	})
	return all(co, first, second, checker)
}

// embrace takes two locks in two orders, one of them late.
func embrace(pauses int) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		left, right := aio.NewLock("left"), aio.NewLock("right")
		hold := func(first, second *aio.Lock, pauses int) func(co *aio.Co) error {
			return func(co *aio.Co) error {
				for range pauses {
					if err := aio.Sleep(co, 0); err != nil {
						return err
					}
				}
				return first.With(co, func() error {
					if err := aio.Sleep(co, 0); err != nil {
						return err
					}
					return second.With(co, func() error { return nil })
				})
			}
		}
		return all(co, aio.Go(co, "a", hold(left, right, 0)), aio.Go(co, "b", hold(right, left, pauses)))
	}
}

func TestShrunkToTheMinimum(t *testing.T) {
	for name, main := range map[string]func(co *aio.Co) error{
		"reorder": setAndCheck, "lost update": lost(2, 2), "two lost updates": lost(3, 2), "pairs": pairs,
		"deadlock": embrace(2), "late deadlock": embrace(4),
	} {
		t.Run(name, func(t *testing.T) {
			want := fewest(t, main)
			if want < 1 {
				t.Fatalf("the fewest switches are %d", want)
			}
			failures := 0
			for seed := range uint64(20) {
				config := Config{Workers: 1, Seed: seed, Strategy: RandomWalk}
				result, err := Run(context.Background(), config, main)
				if err != nil || result.First == nil {
					t.Fatalf("%+v, %v", result, err)
				}
				var tokens []string
				for range 2 {
					began := time.Now()
					report, err := Explain(context.Background(), config, result.First, main)
					if err != nil {
						t.Fatal(err)
					}
					if report.Switches != want || !report.Shrunk.Minimal || report.Shrunk.Bound != "" {
						t.Errorf("shrunk to %d switches, not %d: %+v", report.Switches, want, report.Shrunk)
					}
					if took := time.Since(began); took > time.Second {
						t.Errorf("it took %v", took)
					}
					tokens = append(tokens, report.Token)
				}
				if tokens[0] != tokens[1] {
					t.Errorf("one failure is shrunk to %q", tokens)
				}
				failures++
			}
			if failures != 20 {
				t.Errorf("%d failures", failures)
			}
		})
	}
}

// TestFewestOfAnyOrders: of any set of orders that fail, the report shows one with the fewest switches.
func TestFewestOfAnyOrders(t *testing.T) {
	shorter := 0
	rapid.Check(t, func(t *rapid.T) {
		failing := rapid.SliceOfN(rapid.Permutation([]byte("abcd")), 1, 4).Draw(t, "failing orders")
		main := func(co *aio.Co) error {
			var order []byte
			var tasks []*aio.Task[aio.None]
			for _, name := range "abcd" {
				tasks = append(tasks, aio.Go(co, string(name), func(*aio.Co) error {
					order = append(order, byte(name))
					return nil
				}))
			}
			if err := all(co, tasks...); err != nil {
				return err
			}
			if slices.ContainsFunc(failing, func(f []byte) bool { return string(f) == string(order) }) {
				return errMixed
			}
			return nil
		}
		config := Config{Workers: 1, Seed: rapid.Uint64().Draw(t, "seed"), Strategy: RandomWalk}
		result, err := Run(context.Background(), config, main)
		if err != nil || result.First == nil {
			t.Fatalf("%+v, %v", result, err)
		}
		report, err := Explain(context.Background(), config, result.First, main)
		if err != nil {
			t.Fatal(err)
		}
		want := fewest(t, main)
		if report.Switches != want || want > 0 && !report.Shrunk.Minimal {
			t.Errorf("%d switches, not %d: %+v", report.Switches, want, report.Shrunk)
		}
		shorter += report.Found - report.Switches
	})
	if shorter == 0 {
		t.Error("no run was made simpler")
	}
}

// TestSwitchesAreEarly: whatever run was found, the switch is at the first choice at which it can be.
func TestSwitchesAreEarly(t *testing.T) {
	tokens := map[string]bool{}
	for seed := range uint64(30) {
		config := Config{Workers: 1, Seed: seed, Strategy: RandomWalk}
		result, err := Run(context.Background(), config, pairs)
		if err != nil || result.First == nil {
			t.Fatalf("%+v, %v", result, err)
		}
		report, err := Explain(context.Background(), config, result.First, pairs)
		if err != nil {
			t.Fatal(err)
		}
		tokens[report.Token] = true
	}
	if len(tokens) != 1 {
		t.Errorf("one bug has %d simplest runs", len(tokens))
	}
}

// TestValuesAreShrunk to the least that still fail.
func TestValuesAreShrunk(t *testing.T) {
	report := explained(t, func(co *aio.Co) error {
		sum := co.Choose("useless", 1000)
		for range 5 {
			sum += co.Choose("part", 100)
		}
		bits := co.Rand().Uint64()
		if sum >= 123 && bits >= 1<<40+7 {
			return fmt.Errorf("the sum is %d", sum)
		}
		return nil
	})
	got := map[string]uint32{}
	total := 0
	for _, d := range report.player.made {
		got[d.at.kind.String()] += d.value
		total += int(d.value)
	}
	if got["value"] != 123 || report.Switches != 0 || !strings.Contains(report.Err.Error(), "123") || got["random"] > 300 {
		t.Errorf("shrunk to %v: %v", got, report.Err)
	}
}

// TestOtherFailuresAreNotTaken: the simplest run fails in the same way, though another failure is simpler to have.
func TestOtherFailuresAreNotTaken(t *testing.T) {
	rare, common := errors.New("rare"), errors.New("common 1")
	main := func(co *aio.Co) error {
		x := co.Choose("x", 100)
		switch {
		case x >= 50:
			return fmt.Errorf("at %d: %w", x, rare)
		case x > 0:
			return common
		}
		return nil
	}
	config := Config{Strategy: RandomWalk}
	report, err := Explain(context.Background(), config, &Failure{Schedule: 1, Err: fmt.Errorf("at 77: %w", rare), Decisions: []uint32{77}}, main)
	if err != nil {
		t.Fatal(err)
	}
	if want := "at 50: rare"; report.Err.Error() != want {
		t.Errorf("got %v, want %s", report.Err, want)
	}
}

// TestBounds: a search that is cut off says so, and what it has by then fails all the same.
func TestBounds(t *testing.T) {
	config := Config{Workers: 1, Seed: 7, Strategy: RandomWalk}
	main := lost(12, 4)
	result, err := Run(context.Background(), config, main)
	if err != nil || result.First == nil {
		t.Fatalf("%+v, %v", result, err)
	}
	report, err := Explain(context.Background(), config, result.First, main)
	if err != nil {
		t.Fatal(err)
	}
	if report.Shrunk.Minimal || !slices.Contains([]string{"runs", "steps", "time"}, report.Shrunk.Bound) || report.Switches < 2 {
		t.Errorf("%d switches: %+v", report.Switches, report.Shrunk)
	}
	if want := "the limit of " + report.Shrunk.Bound; !strings.Contains(report.Text(""), want) {
		t.Errorf("the report does not say %q:\n%s", want, report.Text(""))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	slow := func(co *aio.Co) error {
		time.Sleep(5 * time.Millisecond)
		return main(co)
	}
	began := time.Now()
	report, err = Explain(ctx, config, result.First, slow)
	if err != nil || report.Shrunk.Bound != "cancelled" || report.Err == nil {
		t.Errorf("%+v, %v", report, err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it goes on for %v after it is cancelled", took)
	}
}
