package simtest

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// Rapid runs main once, in an order that rapid draws, and fails rt with the error that it ends with. The draw is a list
// of the switches away from asyncio's order, and what main asks for with co.Choose and co.Rand: rapid's shrinker leaves
// as few switches as it can, along with the other values that the property has drawn, before or in main. What main
// prints is not shown, but for the simplest run, which is told as [Explore] tells it. rt's own methods, also those that
// end the property, work in every task.
func Rapid(rt *rapid.T, main func(co *aio.Co) error) {
	rt.Helper()
	order := drawn{rt, rapid.SliceOfN(rapid.Custom(drawSwitch), 0, maxSwitches).Draw(rt, "switches")}
	config := aio.Config{Output: io.Discard, Log: io.Discard, MaxSteps: maxSteps, Choose: order.choose}
	run := explore.Record(config, main)
	err := run.Err
	var panicked *sim.PanicError
	errors.As(err, &panicked)
	// Rapid tells failures apart by where it catches them, which must not be the same place for two kinds of them.
	switch {
	case err == nil:
	case panicked == nil:
		rt.Log(course{run})
		rt.Fatalf("%v", err)
	case fmt.Sprintf("%T", panicked.Value) == "rapid.invalidData": // it is none: no value to draw, or rt.Skip
		panic(panicked.Value)
	case fmt.Sprintf("%T", panicked.Value) == "rapid.stopTest": // rt.Fatal
		rt.Log(course{run})
		rt.Fatalf("%v", panicked.Value)
	default:
		text, stack, _ := strings.Cut(err.Error(), "\n\n")
		rt.Log(course{run})
		rt.Log(stack) // which is never the same twice, as the text of a failure must be
		rt.Fatal(text)
	}
}

// course tells what the tasks of a run did, when rapid wants to see it: of the simplest run, and not of those before.
type course struct{ run *explore.Report }

func (c course) String() string { return "\n" + c.run.Course() }

// What rapid draws is at most this; most of it is small.
const (
	maxSteps    = 1_000_000 // of a run, which fails then: some order may be endless
	maxSwitches = 64
	maxAfter    = 1023
	maxOver     = 255
)

// aSwitch leaves asyncio's order, after so many choices that follow it: the first in line, and so many others, are
// passed over, and who is behind them runs.
type aSwitch struct{ After, Over int }

func drawSwitch(rt *rapid.T) aSwitch {
	return aSwitch{rapid.IntRange(0, maxAfter).Draw(rt, "after"), rapid.IntRange(0, maxOver).Draw(rt, "over")}
}

// drawn makes the choices that rapid drew.
type drawn struct {
	rt       *rapid.T
	switches []aSwitch
}

func (d *drawn) choose(c *sim.Choice) int {
	switch {
	case c.Kind == sim.Value:
		return rapid.IntRange(0, c.N-1).Draw(d.rt, c.For)
	case c.Kind == sim.Random:
		return rapid.IntRange(0, c.N-1).Draw(d.rt, "random bits")
	case len(d.switches) == 0:
		return 0
	case d.switches[0].After > 0:
		d.switches[0].After--
		return 0
	}
	over := d.switches[0].Over
	d.switches = d.switches[1:]
	return 1 + over%(c.N-1)
}
