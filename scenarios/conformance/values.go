package conformance

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// parseValue makes a value of a program: nil, a bool, an int, a string, or a []any. What else JSON has stays as it is
// written.
func parseValue(raw jsontext.Value) (any, error) {
	switch raw.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return raw.Kind() == 't', nil
	case '"':
		return string(appendText(nil, raw)), nil
	case '0':
		if n, err := strconv.Atoi(string(raw)); err == nil {
			return n, nil
		}
	case '[':
		list := []any{}
		err := elements(raw, func(item jsontext.Value) error {
			value, err := parseValue(item)
			list = append(list, value)
			return err
		})
		return list, err
	}
	written := raw.Clone()
	return written, written.Compact()
}

// less orders the items of a priority queue: numbers, strings, and lists of them.
func less(a, b any) bool {
	switch a := a.(type) {
	case int:
		if b, ok := b.(int); ok {
			return a < b
		}
	case string:
		if b, ok := b.(string); ok {
			return a < b
		}
	case []any:
		if b, ok := b.([]any); ok {
			return lessList(a, b)
		}
	}
	panic(programError{fmt.Sprintf("%s and %s have no order", appendValue(nil, a), appendValue(nil, b))})
}

func lessList(a, b []any) bool {
	for i := range min(len(a), len(b)) {
		if less(a[i], b[i]) {
			return true
		}
		if less(b[i], a[i]) {
			return false
		}
	}
	return len(a) < len(b)
}

// maxText bounds a value as it is printed: those that gathers and groups make can double from one to the next.
const maxText = 1 << 20

func checkText(b []byte) {
	if len(b) > maxText {
		panic(programError{"a value grows without end"})
	}
}

// appendValue prints a value as compact JSON; an exception is its text.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case string:
		return appendQuoted(b, v)
	case error:
		return appendQuoted(b, string(appendError(nil, v)))
	case []string:
		return appendList(b, v, appendQuoted)
	case []any:
		return appendList(b, v, appendValue)
	case []aio.Outcome[any]:
		return appendList(b, v, func(b []byte, o aio.Outcome[any]) []byte {
			if o.Err != nil {
				return appendValue(b, o.Err)
			}
			return appendValue(b, o.Value)
		})
	case jsontext.Value:
		return append(b, v...)
	}
	panic(programError{fmt.Sprintf("a %T cannot be printed", v)})
}

func appendQuoted(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s) // which is good UTF-8, as all that was read
	return b
}

func appendList[T any](b []byte, list []T, item func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, x := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = item(b, x)
		checkText(b)
	}
	return append(b, ']')
}

// raised is an ErrA or ErrB of a program.
type raised struct{ kind, message string }

func (e *raised) Error() string { return e.kind + "(" + e.message + ")" }

// exception returns the exception that a raise names.
func exception(kind, message string) error {
	if kind == "CancelledError" {
		return &aio.CancelledError{Message: message}
	}
	return failure(kind, message)
}

// failure returns the exception that a set_exception names.
func failure(kind, message string) error {
	if kind != "ErrA" && kind != "ErrB" {
		panic(programError{fmt.Sprintf("there is no exception %q here", kind)})
	}
	return &raised{kind, message}
}

// sentinels are the exceptions that print as their name.
var sentinels = []struct {
	err  error
	name string
}{
	{aio.ErrTimeout, "TimeoutError"},
	{aio.ErrInvalidState, "InvalidStateError"},
	{aio.ErrQueueEmpty, "QueueEmpty"},
	{aio.ErrQueueFull, "QueueFull"},
	{aio.ErrQueueShutDown, "QueueShutDown"},
	{aio.ErrBrokenBarrier, "BrokenBarrierError"},
}

// exceptionNames are the names that a try can give, by themselves.
var exceptionNames = func() map[string]string {
	names := map[string]string{}
	for _, name := range []string{"ErrA", "ErrB", "CancelledError", "ExceptionGroup", "Misuse"} {
		names[name] = name
	}
	for _, s := range sentinels {
		names[s.name] = s.name
	}
	return names
}()

// errTime is a program that waits for longer than the clock goes. CPython's never ends.
var errTime = programError{"its time goes past the end of the clock"}

// nameOf returns an exception's name, as it is printed and as a try names what it catches; "" for what no program can
// meet.
func nameOf(err error) string {
	switch e := err.(type) {
	case *raised:
		return e.kind
	case *aio.CancelledError:
		return "CancelledError"
	case *aio.ExceptionGroup:
		return "ExceptionGroup"
	}
	for _, s := range sentinels {
		if errors.Is(err, s.err) {
			return s.name
		}
	}
	if _, ok := err.(*sim.UsageError); ok {
		if errors.Is(err, sim.ErrTimeRange) {
			panic(errTime)
		}
		return "Misuse"
	}
	return ""
}

// appendMessage prints the message of a cancellation as Python's str does.
func appendMessage(b []byte, message any) []byte {
	switch m := message.(type) {
	case string:
		return append(b, m...)
	case bool:
		if m {
			return append(b, "True"...)
		}
		return append(b, "False"...)
	}
	return appendValue(b, message)
}

// appendError prints an exception.
func appendError(b []byte, err error) []byte {
	name := nameOf(err)
	if name == "" {
		panic(programError{fmt.Sprintf("a %T cannot be printed: %v", err, err)})
	}
	b = append(b, name...)
	switch e := err.(type) {
	case *raised:
		return append(append(append(b, '('), e.message...), ')')
	case *aio.CancelledError:
		if e.Message != nil {
			b = append(appendMessage(append(b, '('), e.Message), ')')
		}
	case *aio.ExceptionGroup:
		b = append(b, '[')
		for i, x := range e.Errors {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = appendError(b, x)
			checkText(b)
		}
		b = append(b, ']')
	}
	return b
}

// catches reports whether a try that names exceptions, or all with nil, catches err.
func catches(on []string, err error) bool {
	if on == nil {
		return true
	}
	name := nameOf(err)
	for _, want := range on {
		if want == name {
			return true
		}
	}
	return false
}
