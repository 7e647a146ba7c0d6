package explore

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/asyncsim/asyncsim/sim"
)

var (
	numberPattern  = regexp.MustCompile(`[0-9][0-9a-zµ.]*`)
	addressPattern = regexp.MustCompile(`0x[0-9a-f]{6,}`)
)

// signature returns what two failures have in common that count as the same one: the types of the errors and their
// text, with every number and duration left out, because how far a counter came is what changes from order to order. A
// deadlock is known by the tasks of its circle: who waits in line besides is chance. A panic is known by its value.
func signature(err error) string {
	var deadlock *sim.DeadlockError
	var panicked *sim.PanicError
	switch {
	case errors.As(err, &panicked):
		return fmt.Sprintf("panic %T %s", panicked.Value, withoutNumbers(fmt.Sprint(panicked.Value)))
	case errors.As(err, &deadlock):
		return fmt.Sprintf("deadlock %q", slices.Sorted(slices.Values(deadlock.Cycle)))
	}
	return fmt.Sprintf("%T %s", err, withoutNumbers(textOf(err)))
}

// textOf returns what the error says, less stacks, which are never the same.
func textOf(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n\ngoroutine ")
	return text
}

func withoutNumbers(s string) string {
	return numberPattern.ReplaceAllString(s, "#")
}

// withoutAddresses leaves out what printing a pointer gives: it may differ where nothing else does.
func withoutAddresses(s string) string {
	return addressPattern.ReplaceAllString(s, "0x#")
}
