package clock_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	benbjohnson "github.com/benbjohnson/clock"

	"github.com/asyncsim/asyncsim/clock"
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// poller has a ticker, as a method of production code sets it.
type poller struct {
	clock benbjohnson.Clock
	ticks <-chan time.Time
}

func (p *poller) start() { p.ticks = p.clock.Ticker(time.Minute).C }

// TestReportsNameTimers after what they are and who has set them, and their tokens still make the same run.
func TestReportsNameTimers(t *testing.T) {
	expired := func(c benbjohnson.Clock, rest func(p *poller) error) error {
		p := &poller{clock: c}
		p.start()
		return rest(p)
	}
	wrong := errors.New("the tick is late")
	for name, program := range map[string]func(co *aio.Co) error{
		"in a loop": with(func(co *aio.Co, c benbjohnson.Clock) error {
			return expired(c, func(p *poller) error {
				late := false
				c.AfterFunc(time.Minute, func() { late = len(p.ticks) == 0 })
				if err := aio.Sleep(co, 90*time.Second); err != nil || !late {
					return err
				}
				return wrong
			})
		}),
		"in a bubble": clock.Bubble(t, func(c benbjohnson.Clock) error {
			return expired(c, func(p *poller) error {
				c.Sleep(time.Minute)
				if len(p.ticks) == 0 {
					return wrong
				}
				return nil
			})
		}),
	} {
		t.Run(name, func(t *testing.T) {
			config := explore.Config{Workers: 1}
			r, err := explore.Run(t.Context(), config, program)
			if err != nil || r.First == nil {
				t.Fatalf("%+v, %v", r, err)
			}
			report, err := explore.Explain(t.Context(), config, r.First, program)
			if err != nil {
				t.Fatal(err)
			}
			text := report.Text("")
			for _, want := range []string{`runs ahead of callback "`, "in TestReportsNameTimers"} {
				if !strings.Contains(text, want) {
					t.Errorf("it does not say %s:\n%s", want, text)
				}
			}
			if name == "in a bubble" && !strings.Contains(text,
				`callback "Sleep in TestReportsNameTimers" runs ahead of callback "ticker in (*poller).start"`) {
				t.Error(text)
			}
			if again, err := explore.Replay(config, report.Token, program); err != nil || !errors.Is(again.Err, wrong) || len(again.Misfits) > 0 {
				t.Errorf("replayed: %+v, %v", again, err)
			}
		})
	}
}
