package conformance

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

func TestPrintedValues(t *testing.T) {
	for _, test := range []struct{ json, want string }{
		{"null", "null"},
		{"true", "true"},
		{"false", "false"},
		{"-3", "-3"},
		{"9223372036854775807", "9223372036854775807"},
		{"99999999999999999999", "99999999999999999999"},
		{"1.0", "1.0"},
		{"1e3", "1e3"},
		{`"a\"\u0062\n\u00e9<"`, `"a\"b\né<"`},
		{"[ ]", "[]"},
		{`[1, [null, "\u0062"], {"b": [ ]}]`, `[1,[null,"b"],{"b":[]}]`},
		{`{"b": 1, "a": [ 2 ]}`, `{"b":1,"a":[2]}`},
	} {
		raw := jsontext.Value(test.json)
		value, err := parseValue(raw)
		if err != nil {
			t.Errorf("%s: %v", test.json, err)
			continue
		}
		if got := string(appendValue(nil, value)); got != test.want {
			t.Errorf("%s prints as %s, not %s", test.json, got, test.want)
		}
		if string(raw) != test.json {
			t.Errorf("%s was changed to %s", test.json, raw)
		}
	}
}

func TestPrintedExceptions(t *testing.T) {
	a, cancelled := &raised{"ErrA", "m"}, &aio.CancelledError{}
	for _, test := range []struct {
		err  error
		want string
		name string
	}{
		{a, "ErrA(m)", "ErrA"},
		{&raised{"ErrB", ""}, "ErrB()", "ErrB"},
		{cancelled, "CancelledError", "CancelledError"},
		{&aio.CancelledError{Message: ""}, "CancelledError()", "CancelledError"},
		{&aio.CancelledError{Message: "m"}, "CancelledError(m)", "CancelledError"},
		{&aio.TimeoutError{}, "TimeoutError", "TimeoutError"},
		{aio.ErrInvalidState, "InvalidStateError", "InvalidStateError"},
		{aio.ErrQueueEmpty, "QueueEmpty", "QueueEmpty"},
		{aio.ErrQueueFull, "QueueFull", "QueueFull"},
		{aio.ErrQueueShutDown, "QueueShutDown", "QueueShutDown"},
		{aio.ErrBrokenBarrier, "BrokenBarrierError", "BrokenBarrierError"},
		{&sim.UsageError{Err: aio.ErrScopeState}, "Misuse", "Misuse"},
		{
			&aio.ExceptionGroup{Errors: []error{a, &aio.ExceptionGroup{Errors: []error{cancelled}}, &raised{"ErrB", "x"}}},
			"ExceptionGroup[ErrA(m), ExceptionGroup[CancelledError], ErrB(x)]", "ExceptionGroup",
		},
	} {
		if got := string(appendError(nil, test.err)); got != test.want {
			t.Errorf("have %s, want %s", got, test.want)
		}
		if got := string(appendValue(nil, test.err)); got != `"`+test.want+`"` {
			t.Errorf("as a value: have %s, want %q", got, test.want)
		}
		if !catches([]string{"Nothing", test.name}, test.err) || !catches(nil, test.err) || catches([]string{"Nothing"}, test.err) {
			t.Errorf("%s is not caught by its name and by nothing else", test.want)
		}
	}
	outcomes := []aio.Outcome[any]{{Value: []any{nil, "x"}}, {Err: a}}
	if got, want := string(appendValue(nil, outcomes)), `[[null,"x"],"ErrA(m)"]`; got != want {
		t.Errorf("have %s, want %s", got, want)
	}
	if got, want := a.Error(), "ErrA(m)"; got != want {
		t.Errorf("have %s, want %s", got, want)
	}
}

// broken returns what breaks the format when f is called.
func broken(t *testing.T, f func()) (text string) {
	t.Helper()
	defer func() {
		wrong, ok := recover().(programError)
		if !ok {
			t.Error("it does not break the format")
		}
		text = wrong.Error()
	}()
	f()
	return ""
}

func TestWhatCannotBePrinted(t *testing.T) {
	wide := []any{strings.Repeat("x", maxText)}
	wideGroup := &aio.ExceptionGroup{Errors: []error{&raised{"ErrA", strings.Repeat("x", maxText)}}}
	for _, test := range []struct {
		f    func()
		want string
	}{
		{func() { appendValue(nil, 1i) }, "a complex128 cannot be printed"},
		{func() { appendValue(nil, wide) }, "a value grows without end"},
		{func() { appendError(nil, wideGroup) }, "a value grows without end"},
		{func() { appendError(nil, errors.New("strange")) }, "a *errors.errorString cannot be printed: strange"},
		{func() { nameOf(&sim.UsageError{Err: sim.ErrTimeRange}) }, "its time goes past the end of the clock"},
	} {
		if got := broken(t, test.f); got != test.want {
			t.Errorf("have %q, want %q", got, test.want)
		}
	}
}

func TestOrder(t *testing.T) {
	list := func(items ...any) []any { return items }
	ascending := [][]any{{-1, 0, 5}, {"", "a", "b"}, {list(), list(0), list(1), list(1, "a"), list(1, "b"), list(2)}}
	for _, values := range ascending {
		for i, a := range values {
			for j, b := range values {
				if less(a, b) != (i < j) {
					t.Errorf("less(%v, %v) is %v", a, b, i >= j)
				}
			}
		}
	}
	for _, pair := range [][2]any{{1, "a"}, {"a", 1}, {nil, 1}, {true, false}, {list(1), 1}, {list(1), list("a")}} {
		if got := broken(t, func() { less(pair[0], pair[1]) }); !strings.HasSuffix(got, " have no order") {
			t.Errorf("%v: %q", pair, got)
		}
	}
}
