package explore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func explained(t testing.TB, main func(co *aio.Co) error) *Report {
	t.Helper()
	config := Config{Workers: 1, Seed: 7, Strategy: RandomWalk}
	result, err := Run(context.Background(), config, main)
	if err != nil || result.First == nil {
		t.Fatalf("%+v, %v", result, err)
	}
	report, err := Explain(context.Background(), config, result.First, main)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func replayed(t testing.TB, token string, main func(co *aio.Co) error) *Report {
	t.Helper()
	r, err := Replay(Config{Strategy: RandomWalk}, token, main)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// all waits for tasks and returns the first error.
func all(co *aio.Co, tasks ...*aio.Task[aio.None]) error {
	for _, task := range tasks {
		if _, err := task.Await(co); err != nil {
			return err
		}
	}
	return nil
}

var errMixed = errors.New("mixed")

// pairs writes a pair in one task and reads it in another, three times each.
func pairs(co *aio.Co) error {
	low, high := aio.NewShared("low", 0), aio.NewShared("high", 0)
	writer := aio.Go(co, "writer", func(co *aio.Co) error {
		for i := range 3 {
			low.Store(co, i+1)
			high.Store(co, i+1)
		}
		return nil
	})
	reader := aio.Go(co, "reader", func(co *aio.Co) error {
		for range 3 {
			if low.Load(co) != high.Load(co) {
				return errMixed
			}
		}
		return nil
	})
	return all(co, writer, reader)
}

// TestReplayIsExact: a thousand random failing schedules and more, of many programs, have the same trace when they are
// replayed from their tokens.
func TestReplayIsExact(t *testing.T) {
	schedules, switches := 0, 0
	check := func(t interface {
		Fatal(...any)
		Fatalf(string, ...any)
	}, seed uint64, main func(co *aio.Co) error) {
		result, err := Run(context.Background(), Config{Workers: 1, Seed: seed, Strategy: RandomWalk, Schedules: 200}, main)
		if err != nil {
			t.Fatal(err)
		}
		if result.First == nil {
			return
		}
		w := newWorker(Config{}, main)
		defer w.close()
		first, err := w.repeat(result.First)
		if err != nil {
			t.Fatal(err)
		}
		token := encode(first.decisions())
		r, err := Replay(Config{Strategy: RandomWalk}, token, main)
		if err != nil || len(r.Misfits) > 0 || r.Token != token {
			t.Fatalf("%s: %v, misfits %v", token, err, r.Misfits)
		}
		if !slices.Equal(r.Events, first.events) || textOf(r.Err) != textOf(result.First.Err) {
			t.Fatalf("the replay ends with %v, the run with %v", r.Err, result.First.Err)
		}
		schedules++
		switches += r.Switches
	}
	for seed := range uint64(500) {
		check(t, seed, pairs)
		check(t, seed, soup([]string{"shared", "soon", "sleep", "shared", "value", "timeout", "later", "random", "lock"}))
	}
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.SampledFrom(kinds()), 1, 12).Draw(t, "steps")
		check(t, rapid.Uint64().Draw(t, "seed"), soup(steps))
	})
	if schedules < 1000 || switches < 10*schedules {
		t.Errorf("only %d schedules with %d switches were replayed", schedules, switches)
	}
}

// edited is pairs with an edit.
func edited(edit string) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		low, high := aio.NewShared("low", 0), aio.NewShared("high", 0)
		name := map[bool]string{true: "author", false: "writer"}[edit == "renamed"]
		extra := func(when string) {
			if edit == when {
				aio.Go(co, "extra", func(co *aio.Co) error {
					for range 5 {
						if err := aio.Sleep(co, 0); err != nil {
							return err
						}
					}
					return nil
				})
			}
		}
		extra("task first")
		writer := aio.Go(co, name, func(co *aio.Co) error {
			for i := range 3 {
				low.Store(co, i+1)
				if edit == "print" {
					co.Printf("half of %d\n", i+1)
				}
				high.Store(co, i+1)
			}
			return nil
		})
		extra("task between")
		var reader *aio.Task[aio.None]
		if edit != "gone" {
			reader = aio.Go(co, "reader", func(co *aio.Co) error {
				for range 3 {
					if low.Load(co) != high.Load(co) {
						return errMixed
					}
				}
				return nil
			})
		}
		extra("task last")
		if reader == nil {
			return all(co, writer)
		}
		return all(co, writer, reader)
	}
}

func TestReplayAfterAnEdit(t *testing.T) {
	report := explained(t, edited(""))
	if report.Switches != 1 {
		t.Fatalf("%d switches", report.Switches)
	}
	for _, test := range []struct {
		edit    string
		want    error
		misfits []string
	}{
		{"", errMixed, nil},
		{"print", errMixed, nil},
		{"task first", errMixed, nil},
		{"task between", errMixed, nil},
		{"task last", errMixed, nil},
	} {
		r := replayed(t, report.Token, edited(test.edit))
		var misfits []string
		for _, m := range r.Misfits {
			misfits = append(misfits, m.String())
		}
		if !errors.Is(r.Err, test.want) || !slices.Equal(misfits, test.misfits) {
			t.Errorf("%q: ends with %v and the misfits %q", test.edit, r.Err, misfits)
		}
	}
}

// TestATokenOfAnotherProgram fits nothing there, which is an error and no run that passes.
func TestATokenOfAnotherProgram(t *testing.T) {
	token := explained(t, edited("")).Token
	fails := func(co *aio.Co) error {
		if err := edited("gone")(co); err != nil {
			return err
		}
		return errMixed
	}
	for _, test := range []struct {
		main func(co *aio.Co) error
		says string
	}{
		{edited("renamed"), "which passes"}, {edited("gone"), "which passes"}, {fails, "which ends with: mixed"},
	} {
		r, err := Replay(Config{Strategy: RandomWalk}, token, test.main)
		if !errors.Is(err, ErrTokenMisfit) || r != nil {
			t.Errorf("%+v, %v", r, err)
			continue
		}
		for _, want := range []string{
			"it does not fit this program: none of its decisions (1) can be made, and asyncio's own order is run, " + test.says + "\n",
			"\n  the run never came to this: task \"reader\" before the 2nd step of task \"writer\"",
		} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v\ndoes not say %q", err, want)
			}
		}
	}
	if r, err := Replay(Config{}, encode(nil), edited("gone")); err != nil || r.Err != nil {
		t.Errorf("the token of asyncio's order: %+v, %v", r, err)
	}
}

// TestSomeMisfits are told, with their number, whether the run passes or not.
func TestSomeMisfits(t *testing.T) {
	passed := who{task: "writer"}
	token := encode([]decision{
		{at: key{kind: sim.Next, who: passed}, run: who{task: "reader"}},
		{at: key{kind: sim.Next, who: passed, step: 99}, run: who{task: "reader"}},
		{at: key{kind: sim.Next, who: passed, step: 98}, run: who{task: "reader"}},
	})
	for _, fails := range []bool{false, true} {
		r := replayed(t, token, func(co *aio.Co) error {
			if err := edited("")(co); err != nil || !fails {
				return nil
			}
			return errMixed
		})
		want := "\n2 of the token's 3 decisions do not fit this program:\n  the run never came to this: "
		if text := r.Text(""); !strings.Contains(text, want) || (r.Err != nil) != fails {
			t.Errorf("%v: it does not say %q:\n%s", r.Err, want, text)
		}
	}
}

// TestMisfitsNameWhatWasReady where the task that should run is not there, and a value is too great.
func TestMisfitsNameWhatWasReady(t *testing.T) {
	program := func(rival string, values int) func(co *aio.Co) error {
		return func(co *aio.Co) error {
			value := 0
			a := aio.Go(co, "a", func(co *aio.Co) error { value = co.Choose("value", values); return nil })
			b := aio.Go(co, rival, func(co *aio.Co) error {
				if value == 4 {
					return nil
				}
				return errMixed
			})
			return all(co, a, b)
		}
	}
	fails := encode([]decision{
		{at: key{kind: sim.Next, who: who{task: "a"}}, run: who{task: "b"}},
		{at: key{kind: sim.Value, who: who{task: "a", name: "value"}}, value: 4},
	})
	if r := replayed(t, fails, program("b", 5)); !errors.Is(r.Err, errMixed) || len(r.Misfits) != 0 {
		t.Errorf("unedited, it ends with %v, misfits %v", r.Err, r.Misfits)
	}
	_, err := Replay(Config{}, fails, program("c", 3))
	want := `
  choice 1: expected task "b" before the 1st step of task "a"; there was ["task \"a\"" "task \"c\""]
  choice 2: expected 4 for "value", the 1st of task "a"; there was ["a number below 3"]`
	if !errors.Is(err, ErrTokenMisfit) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

// TestCallbacksArePassedOver any number of times: a decision that is gone leaves the next one as it is.
func TestCallbacksArePassedOver(t *testing.T) {
	order := ""
	main := func(co *aio.Co) error {
		order = ""
		for range 2 {
			co.Loop().CallSoon("c", func() { order += "c" })
		}
		task := func(name string) *aio.Task[aio.None] {
			return aio.Go(co, name, func(*aio.Co) error { order += name; return nil })
		}
		return all(co, task("a"), task("b"))
	}
	first := key{who: who{kind: sim.Call, task: "main", name: "c"}}
	second := first
	second.nth = 1
	a, b := who{task: "a"}, who{task: "b"}
	for want, decisions := range map[string][]decision{
		"abcc": {{at: first, run: a}, {at: first, run: b}},
		"bcca": {{at: first, run: b}},
		"bcac": {{at: first, run: b}, {at: second, run: a}},
		"cbca": {{at: second, run: b}},
		"cbac": {{at: second, run: b}, {at: second, run: a}},
	} {
		if r := replayed(t, encode(decisions), main); order != want || len(r.Misfits) > 0 {
			t.Errorf("the order is %s, not %s; misfits %v", order, want, r.Misfits)
		}
	}
}

// TestTiesKeepTheirKeys where an earlier tie has a timer more: a key does not count how often a callback was passed over.
func TestTiesKeepTheirKeys(t *testing.T) {
	program := func(more bool) func(co *aio.Co) error {
		return func(co *aio.Co) error {
			order := ""
			at := func(name string, when time.Duration) {
				co.Loop().CallLater(name, when, func() { order += name })
			}
			for _, when := range []time.Duration{1, 2, 3} {
				at("a", when)
				at("b", when)
				if more && when < 3 {
					at("c", when)
				}
			}
			if err := aio.Sleep(co, 4); err != nil {
				return err
			}
			if strings.HasSuffix(order, "ba") {
				return errMixed
			}
			return nil
		}
	}
	a, b := who{kind: sim.Call, task: "main", name: "a"}, who{kind: sim.Call, task: "main", name: "b"}
	for _, strict := range []bool{false, true} {
		kind := sim.Next
		if strict {
			kind = sim.Tie
		}
		early := decision{at: key{kind: kind, who: a}, run: b}
		late := decision{at: key{kind: kind, who: a, nth: 2}, run: b}
		for _, test := range []struct {
			more      bool
			decisions []decision
		}{
			{false, []decision{early, late}}, {true, []decision{early, late}}, {false, []decision{late}}, {true, []decision{late}},
		} {
			r, err := Replay(Config{Strict: strict}, encode(test.decisions), program(test.more))
			if err != nil || !errors.Is(r.Err, errMixed) || len(r.Misfits) > 0 || r.Token != encode(test.decisions) {
				t.Errorf("strict %t, %+v: %v, %+v", strict, test, err, r)
			}
		}
	}
}

func TestAbbreviated(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range []string{"", "a", "exactly 14 b.", "fifteen bytes!!", "fifteen bytes!?", "ääääääääää", strings.Repeat("x", 1000)} {
		short := abbreviated(name)
		if len(short) > maxName || seen[short] || len(name) <= maxName && short != name {
			t.Errorf("%q is shortened to %q", name, short)
		}
		seen[short] = true
	}
}
