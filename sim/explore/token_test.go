package explore

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func whos() *rapid.Generator[who] {
	return rapid.Custom(func(t *rapid.T) who {
		w := who{
			kind: sim.CandidateKind(rapid.IntRange(0, int(sim.Call)).Draw(t, "kind")),
			task: abbreviated(rapid.OneOf(rapid.SampledFrom([]string{"", "a", "a#2", "ü"}), rapid.String()).Draw(t, "task")),
		}
		if w.kind == sim.Call {
			w.name = abbreviated(rapid.String().Draw(t, "name"))
		}
		return w
	})
}

func someDecisions() *rapid.Generator[[]decision] {
	return rapid.SliceOf(rapid.Custom(func(t *rapid.T) (d decision) {
		d.at.kind = sim.ChoiceKind(rapid.IntRange(0, int(sim.Cancel)).Draw(t, "kind"))
		d.at.who = whos().Draw(t, "at")
		if !d.at.isSwitch() {
			d.at.who.kind = sim.TaskStep
			d.at.who.name = abbreviated(rapid.String().Draw(t, "for"))
			d.at.nth = rapid.Uint32().Draw(t, "nth")
			d.value = rapid.Uint32().Draw(t, "value")
			return d
		}
		if d.at.who.kind == sim.Call {
			d.at.nth = rapid.Uint32().Draw(t, "nth")
		} else {
			d.at.step = rapid.Uint32().Draw(t, "step")
		}
		if d.run = whos().Draw(t, "run"); d.run.kind == sim.Call {
			d.same = rapid.Uint32().Draw(t, "same")
		}
		return d
	}))
}

func TestTokensRoundTrip(t *testing.T) {
	alphabet := regexp.MustCompile(`^[0-9A-Za-z._-]+$`)
	rapid.Check(t, func(t *rapid.T) {
		want := someDecisions().Draw(t, "decisions")
		token := encode(want)
		if !alphabet.MatchString(token) {
			t.Errorf("the token %q needs quotes", token)
		}
		got, err := decode(token)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %+v, %v, want %+v", token, got, err, want)
		}
	})
}

// TestMutatedTokens are refused, with a reason, or replay like any other.
func TestMutatedTokens(t *testing.T) {
	token := explained(t, pairs).Token
	refused := 0
	mutated := func(text string) {
		_, err := Replay(Config{Strategy: RandomWalk}, text, pairs)
		var reason *TokenError
		switch {
		case errors.As(err, &reason):
			refused++
		case err != nil:
			t.Errorf("%q: %v", text, err)
		case text != token:
			t.Errorf("%q is taken for %q", text, token)
		}
	}
	for i := range token {
		mutated(token[:i])
		mutated(token[:i] + token[i+1:])
		mutated(token[:i] + token[i:i+1] + token[i:])
		if i > 0 {
			mutated(token[:i-1] + token[i:i+1] + token[i-1:i] + token[i+1:])
		}
		for _, c := range "09AZaz._-+/= \n\x00é" {
			mutated(token[:i] + string(c) + token[i+1:])
			mutated(token[:i] + string(c) + token[i:])
		}
	}
	if refused < 30*len(token) {
		t.Errorf("only %d of the tokens next to %q are refused", refused, token)
	}
}

// TestForgedTokens have a right checksum: whatever they say, they are refused or replay.
func TestForgedTokens(t *testing.T) {
	played := 0
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		if _, err := decode(sealed(body)); err != nil && !errors.Is(err, ErrTokenContent) {
			t.Error(err)
		}
		r, err := Replay(Config{Strategy: RandomWalk}, encode(someDecisions().Draw(t, "decisions")), pairs)
		if errors.Is(err, ErrTokenMisfit) {
			played++
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if panicked := new(sim.PanicError); errors.As(r.Err, &panicked) {
			t.Error(r.Err)
		}
		played += len(r.Misfits)
	})
	if played == 0 {
		t.Error("no decision was a misfit")
	}
}

func TestTokenErrors(t *testing.T) {
	good := encode([]decision{{at: key{who: who{task: "a"}}, run: who{task: "b"}}})
	for _, test := range []struct {
		token string
		want  error
	}{
		{"", ErrTokenVersion},
		{"2" + good[1:], ErrTokenVersion},
		{"1.", ErrTokenText},
		{"1.!", ErrTokenText},
		{good + "\n", ErrTokenText},
		{good[:len(good)-4], ErrTokenText},
		{good[:len(good)-2], ErrTokenChecksum},
		{strings.Replace(good, "A", "B", 1), ErrTokenChecksum},
		{sealed([]byte{1}), ErrTokenContent},
		{sealed([]byte{0x80, 0}), ErrTokenContent}, // no strings and no decisions, in another way
		{sealed([]byte{0, 0, 0, 0, 0, 0}), ErrTokenContent},
		{sealed([]byte{1, 1, 'a', 0xff, 0, 0, 0}), ErrTokenContent},
	} {
		_, err := Replay(Config{Strategy: RandomWalk}, test.token, pairs)
		if !errors.Is(err, test.want) || !strings.Contains(fmt.Sprint(err), fmt.Sprintf("%q", test.token)) {
			t.Errorf("%q: got %v, want %v", test.token, err, test.want)
		}
	}
	if _, err := Replay(Config{Schedules: -1}, good, pairs); err == nil {
		t.Error("a negative limit is taken")
	}
}

// TestTokensAreShort even where the failing run was long: a thousand steps in ten tasks.
func TestTokensAreShort(t *testing.T) {
	report := explained(t, func(co *aio.Co) error {
		sum := aio.NewShared("sum", 0)
		var tasks []*aio.Task[aio.None]
		for i := range 10 {
			tasks = append(tasks, aio.Go(co, fmt.Sprintf("POST /v1/orders/%d/reserve", i), func(co *aio.Co) error {
				for range 50 {
					sum.Store(co, sum.Load(co)+1)
				}
				return nil
			}))
		}
		for _, task := range tasks {
			if _, err := task.Await(co); err != nil {
				return err
			}
		}
		if sum.Load(co) < 480 {
			return fmt.Errorf("the sum is %d", sum.Load(co))
		}
		return nil
	})
	if report.Found < 100 || report.Switches < 1 || len(report.Token) >= 200 {
		t.Errorf("from %d to %d switches; the token has %d characters: %s", report.Found, report.Switches, len(report.Token), report.Token)
	}
}
