package explore_test

import (
	"errors"
	"fmt"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// A failing run that was found once becomes a test: its token fits also after small edits of the program.
func ExampleReplay() {
	const token = "1.AgZ3cml0ZXIGcmVhZGVyAAABAeLwcHo"
	r, err := explore.Replay(explore.Config{}, token, torn)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v, %d switch away from asyncio's order, %d misfits\n", r.Err, r.Switches, len(r.Misfits))

	_, err = explore.Replay(explore.Config{}, token, func(co *aio.Co) error { return nil })
	fmt.Println(errors.Is(err, explore.ErrTokenMisfit))

	_, err = explore.Replay(explore.Config{}, "1.AgZ3cml0ZXIGcmVhZGVyAAABAeLwcHO", torn)
	fmt.Println(errors.Is(err, explore.ErrTokenText) || errors.Is(err, explore.ErrTokenChecksum))
	// Output:
	// torn: 7 and 0, 1 switch away from asyncio's order, 0 misfits
	// true
	// true
}
