package explore

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// TestRecord: a run whose choices another search makes is told as one that was found here, and can be replayed.
func TestRecord(t *testing.T) {
	found := explained(t, mutexes)
	only, asked := found.player.made[0], -1
	switchOnce := func(*sim.Choice) int {
		if asked++; asked == only.choice {
			return only.take
		}
		return 0
	}
	r := Record(aio.Config{Output: io.Discard, Choose: switchOnce}, mutexes)
	if r.Token != found.Token || signature(r.Err) != signature(found.Err) {
		t.Errorf("token %s, %v, want %s, %v", r.Token, r.Err, found.Token, found.Err)
	}
	text := r.Text("")
	for _, want := range []string{"deadlock", "\n\nthis run: 1 switch away", "the circle:\n", "this run leaves asyncio's own order:\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
}

// TestRecordWhatBlocks: the run is given up, and what was known of it by then is told.
func TestRecordWhatBlocks(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	first := func(*sim.Choice) int { return 0 }
	r := Record(aio.Config{Output: io.Discard, Choose: first, Watchdog: 100 * time.Millisecond}, func(co *aio.Co) error {
		co.Printf("about to\n")
		<-release
		return nil
	})
	if blocked := new(sim.BlockedError); !errors.As(r.Err, &blocked) || !strings.Contains(r.Text(""), "about to") {
		t.Errorf("%v:\n%s", r.Err, r.Text(""))
	}
	if r := Record(aio.Config{Choose: first}, nil); !errors.Is(r.Err, sim.ErrNilFunction) {
		t.Errorf("no program: %v", r.Err)
	}
}
