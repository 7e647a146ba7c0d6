package aio

import (
	"errors"
	"fmt"

	"github.com/asyncsim/asyncsim/sim"
)

// ContextVar is a variable whose value belongs to the running task or callback (contextvars.ContextVar). A task starts
// with a copy of its creator's values and a callback with a copy of those where it was registered; what they set stays
// with them.
type ContextVar[T any] struct {
	name     string
	fallback T
}

// NewContextVar returns a variable that has the given value wherever it was not set. It may be a package's variable:
// it holds no values itself.
func NewContextVar[T any](name string, fallback T) *ContextVar[T] {
	return &ContextVar[T]{name: name, fallback: fallback}
}

// Name returns the name that the variable was made with.
func (v *ContextVar[T]) Name() string { return v.name }

// Get returns the variable's value in the current context.
func (v *ContextVar[T]) Get(on HasLoop) T {
	return v.In(worldOf(on, "ContextVar.Get").loop.Context())
}

// In returns the variable's value in a context, such as [CopyContext] returned: on any goroutine, where there is no
// current one.
func (v *ContextVar[T]) In(c *sim.Context) T {
	if value, ok := c.Get(v); ok {
		return value.(T)
	}
	return v.fallback
}

// Set changes the variable's value in the current context, and returns what [ContextVar.Reset] needs to undo that.
func (v *ContextVar[T]) Set(on HasLoop, value T) Token[T] {
	c := worldOf(on, "ContextVar.Set").loop.Context()
	old, was := c.Get(v)
	c.Set(v, value)
	if !was {
		return Token[T]{of: v}
	}
	return Token[T]{of: v, old: old.(T), was: true}
}

// Reset gives the variable the value that it had before the Set which returned the token. It panics with a
// *sim.UsageError for the token of another variable.
func (v *ContextVar[T]) Reset(on HasLoop, token Token[T]) {
	l := worldOf(on, "ContextVar.Reset").loop
	if token.of != v {
		panic(l.Usage("reset", fmt.Sprintf("context variable %q", v.name), errForeignToken))
	}
	c := l.Context()
	if token.was {
		c.Set(v, token.old)
	} else {
		c.Unset(v)
	}
}

// Token remembers the value that a variable had before a Set.
type Token[T any] struct {
	of  *ContextVar[T]
	old T
	was bool // it had one
}

var errForeignToken = errors.New("the token is of another variable")

// CopyContext returns a copy of the current context, for [TaskConfig].
func CopyContext(on HasLoop) *sim.Context {
	return worldOf(on, "CopyContext").loop.Context().Copy()
}
