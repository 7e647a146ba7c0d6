package clock_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	benbjohnson "github.com/benbjohnson/clock"
	"github.com/google/go-cmp/cmp"

	aio "github.com/asyncsim/asyncsim/primitives"
)

var scripts = flag.Int("clock.scripts", 1000, "how many random scripts the clock of a loop is compared with package time by")

// script is what a program does with a clock: one action after another, each at its time.
type script []action

type action struct {
	at     time.Duration
	do     string
	object int
	d      time.Duration
}

// randomScript returns a script whose times are all different, so that package time has one order for them, and which
// takes a value out of a timer's channel before it stops or resets that timer: in that the two differ by intent.
func randomScript(random *rand.Rand) script {
	var s script
	at, made := time.Duration(0), 0
	for range 1 + random.IntN(25) {
		at += 1 + time.Duration(random.IntN(80))*whole
		a := action{at: at, object: made, d: time.Duration(random.IntN(180)) * whole}
		switch kind := random.IntN(10); {
		case made == 0 || kind < 4:
			a.do = []string{"timer", "func", "ticker", "after"}[random.IntN(4)]
			if a.do == "ticker" {
				a.d += 2 * whole
			}
			made++
		case kind < 7:
			a.do, a.object = "stop", random.IntN(made)
		default:
			a.do, a.object, a.d = "reset", random.IntN(made), a.d+2*whole
		}
		s = append(s, a)
	}
	return append(s, action{at: at + 20_000, do: "end"})
}

// Between two actions the channels are looked at in such steps: often enough that no value of a ticker is overwritten, and
// never when something fires.
const (
	half  time.Duration = 50
	whole               = 2 * half
)

// player plays a script with a clock, and logs what fires and what Stop and Reset return.
type player struct {
	c       benbjohnson.Clock
	start   time.Time
	timers  map[int]*benbjohnson.Timer
	tickers map[int]*benbjohnson.Ticker
	chans   []<-chan time.Time
	mu      sync.Mutex // functions of package time's AfterFunc have goroutines of their own
	log     []string
}

func newPlayer(c benbjohnson.Clock) *player {
	return &player{c: c, start: c.Now(), timers: map[int]*benbjohnson.Timer{}, tickers: map[int]*benbjohnson.Ticker{}}
}

func (p *player) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, fmt.Sprintf("%d ", p.c.Since(p.start))+fmt.Sprintf(format, args...))
}

// drain logs what the channels hold.
func (p *player) drain() {
	for i, ch := range p.chans {
		select {
		case at := <-ch:
			p.note("%d fired at %d", i, at.Sub(p.start))
		default:
		}
	}
}

func (p *player) play(a action) {
	p.drain()
	var ch <-chan time.Time
	switch a.do {
	case "timer":
		p.timers[a.object] = p.c.Timer(a.d)
		ch = p.timers[a.object].C
	case "after":
		ch = p.c.After(a.d)
	case "func":
		p.timers[a.object] = p.c.AfterFunc(a.d, func() { p.note("%d called", a.object) })
	case "ticker":
		p.tickers[a.object] = p.c.Ticker(a.d)
		ch = p.tickers[a.object].C
	case "stop":
		if t := p.timers[a.object]; t != nil {
			p.note("stop %d: %v", a.object, t.Stop())
		} else if t := p.tickers[a.object]; t != nil {
			t.Stop()
		}
		return
	case "reset":
		if t := p.timers[a.object]; t != nil {
			p.note("reset %d: %v", a.object, t.Reset(a.d))
		} else if t := p.tickers[a.object]; t != nil {
			t.Reset(a.d)
		}
		return
	default:
		return
	}
	p.chans = append(p.chans, ch)
}

// onLoop plays a script in a task of a loop.
func (s script) onLoop() (log []string, err error) {
	err = aio.Run(with(func(co *aio.Co, c benbjohnson.Clock) error {
		p := newPlayer(c)
		for _, a := range s {
			for step := half; co.Now() < a.at; step = whole {
				if err := aio.Sleep(co, min(a.at-co.Now(), step)); err != nil {
					return err
				}
				p.drain()
			}
			p.play(a)
		}
		log = p.log
		return nil
	}))
	return log, err
}

// inBubble plays it with package time in a bubble.
func (s script) inBubble(t *testing.T) (log []string) {
	synctest.Test(t, func(*testing.T) {
		c := benbjohnson.New()
		p := newPlayer(c)
		for _, a := range s {
			for step := half; c.Since(p.start) < a.at; step = whole {
				c.Sleep(min(a.at-c.Since(p.start), step))
				synctest.Wait()
				p.drain()
			}
			p.play(a)
		}
		for _, t := range p.tickers {
			t.Stop()
		}
		for _, t := range p.timers {
			t.Stop()
		}
		log = p.log
	})
	return log
}

// TestLikePackageTime plays random scripts on both.
func TestLikePackageTime(t *testing.T) {
	for seed := range *scripts {
		s := randomScript(rand.New(rand.NewPCG(uint64(seed), 0)))
		want := s.inBubble(t)
		got, err := s.onLoop()
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Fatalf("script %d, %v: %v (-package time +loop)\n%s", seed, s, err, d)
		}
	}
}
