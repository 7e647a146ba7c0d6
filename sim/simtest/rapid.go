package simtest

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// Rapid runs main once, in an order that rapid draws, and fails rt with the error that it ends with. Rapid's shrinker
// makes the order simpler, as it does the other values that the property has drawn; asyncio's own order is the simplest.
// What main prints is not shown. rt's own methods, also those that end the property, work in every task.
func Rapid(rt *rapid.T, main func(co *aio.Co) error) {
	rt.Helper()
	config := aio.Config{Output: io.Discard, Log: io.Discard, Choose: func(c *sim.Choice) int {
		return rapid.IntRange(0, c.N-1).Draw(rt, c.Kind.String())
	}}
	err := aio.RunWith(config, main)
	var panicked *sim.PanicError
	errors.As(err, &panicked)
	// Rapid tells failures apart by where it catches them, which must not be the same place for two kinds of them.
	switch {
	case err == nil:
	case panicked == nil:
		rt.Fatalf("%v", err)
	case fmt.Sprintf("%T", panicked.Value) == "rapid.invalidData": // this run is none: there is no value to draw, or rt.Skip
		panic(panicked.Value)
	case fmt.Sprintf("%T", panicked.Value) == "rapid.stopTest": // rt.Fatal
		rt.Fatalf("%v", panicked.Value)
	default:
		text, stack, _ := strings.Cut(err.Error(), "\n\n")
		rt.Log(stack) // which is never the same twice, as the text of a failure must be
		rt.Fatal(text)
	}
}
