package simtest

import (
	"io"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// Rapid runs main once, in an order that rapid draws, and fails rt with the error that it ends with. Rapid's shrinker
// makes the order simpler, as it does the other values that the property has drawn; asyncio's own order is the simplest.
// What main prints is not shown.
func Rapid(rt *rapid.T, main func(co *aio.Co) error) {
	rt.Helper()
	config := aio.Config{Output: io.Discard, Log: io.Discard, Choose: func(c *sim.Choice) int {
		return rapid.IntRange(0, c.N-1).Draw(rt, c.Kind.String())
	}}
	if err := aio.RunWith(config, main); err != nil {
		rt.Fatalf("%v", err)
	}
}
