package looptime_test

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jonboulle/clockwork"
	k8s "k8s.io/utils/clock"
	"pgregory.net/rapid"

	"github.com/asyncsim/asyncsim/clock/clockworkclock"
	"github.com/asyncsim/asyncsim/clock/k8sclock"
	aio "github.com/asyncsim/asyncsim/primitives"
)

// timer is a timer or ticker of any library. What a ticker has no result for is false.
type timer struct {
	c     <-chan time.Time
	stop  func() bool
	reset func(d time.Duration) bool // nil where the library has none
}

// source is a clock of any library, and how the script that uses it waits.
type source struct {
	now       func() time.Time
	newTimer  func(d time.Duration) timer
	newTicker func(d time.Duration) timer
	afterFunc func(d time.Duration, f func()) timer
	sleep     func(d time.Duration)
	settle    func() // until everything has been done that is due
	receive   func(c <-chan time.Time) time.Time
}

func ofClockwork(c clockwork.Clock) source {
	of := func(t clockwork.Timer) timer { return timer{t.Chan(), t.Stop, t.Reset} }
	return source{
		now:       c.Now,
		newTimer:  func(d time.Duration) timer { return of(c.NewTimer(d)) },
		afterFunc: func(d time.Duration, f func()) timer { return of(c.AfterFunc(d, f)) },
		newTicker: func(d time.Duration) timer {
			t := c.NewTicker(d)
			stop := func() bool { t.Stop(); return false }
			reset := func(d time.Duration) bool { t.Reset(max(d, time.Millisecond)); return false }
			return timer{t.Chan(), stop, reset}
		},
		sleep: c.Sleep,
	}
}

func ofK8s(c k8s.WithTickerAndDelayedExecution) source {
	of := func(t k8s.Timer) timer { return timer{t.C(), t.Stop, t.Reset} }
	return source{
		now:       c.Now,
		newTimer:  func(d time.Duration) timer { return of(c.NewTimer(d)) },
		afterFunc: func(d time.Duration, f func()) timer { return of(c.AfterFunc(d, f)) },
		newTicker: func(d time.Duration) timer {
			t := c.NewTicker(d)
			return timer{c: t.C(), stop: func() bool { t.Stop(); return false }}
		},
		sleep: c.Sleep,
	}
}

type kind int

const (
	newTimer kind = iota
	newTicker
	afterFunc
	stop
	reset
	poll    // receive, if something is there
	receive // wait for the next tick, of a ticker that goes
	sleep
	kinds
)

// step is what a script does next, to one of the timers that it has made by then.
type step struct {
	Kind  kind
	Which int
	For   time.Duration
}

var scripts = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
	return step{
		Kind:  kind(rapid.IntRange(0, int(kinds)-1).Draw(t, "kind")),
		Which: rapid.IntRange(0, 5).Draw(t, "which"),
		For:   time.Duration(rapid.IntRange(-1, 10).Draw(t, "for")) * time.Millisecond,
	}
}), 1, 40)

// entry is a timer as the script knows it.
type entry struct {
	timer
	ticker bool
	ticks  bool
	again  int // how often its function sets it again
}

// player plays a script, and notes what comes of it.
type player struct {
	source
	begin   time.Time
	mu      sync.Mutex // the functions of AfterFunc may have goroutines
	entries []*entry
	results []string
	calls   []call
}

type call struct {
	At    time.Duration
	Which int
}

func (p *player) play(script []step) (results []string, calls []call) {
	p.begin = p.now()
	for i, s := range script {
		result := p.do(s)
		p.settle()
		p.mu.Lock()
		p.results = append(p.results, fmt.Sprintf("%d at %v: %s", i, p.now().Sub(p.begin), result))
		p.mu.Unlock()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.entries {
		e.stop()
	}
	slices.SortFunc(p.calls, func(a, b call) int { return cmp.Or(cmp.Compare(a.At, b.At), a.Which-b.Which) })
	return p.results, p.calls
}

func (p *player) do(s step) string {
	switch s.Kind {
	case sleep:
		p.sleep(s.For)
		return "slept"
	case newTimer, newTicker, afterFunc:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.entries = append(p.entries, p.make(s))
		return "made"
	}
	if len(p.entries) == 0 {
		return "nothing to do it to"
	}
	e := p.entries[s.Which%len(p.entries)]
	switch s.Kind {
	case stop:
		e.ticks = false
		return fmt.Sprint("stop ", e.stop())
	case reset:
		if e.timer.reset != nil {
			e.ticks = e.ticker
			return fmt.Sprint("reset ", e.reset(s.For))
		}
	case poll:
		select {
		case at := <-e.c:
			return fmt.Sprint("took ", at.Sub(p.begin))
		default:
		}
	case receive:
		if e.ticks {
			return fmt.Sprint("received ", p.receive(e.c).Sub(p.begin))
		}
	}
	return "nothing"
}

func (p *player) make(s step) *entry {
	switch s.Kind {
	case newTimer:
		return &entry{timer: p.newTimer(s.For)}
	case newTicker:
		return &entry{timer: p.newTicker(max(s.For, time.Millisecond)), ticker: true, ticks: true}
	}
	e, id := &entry{again: s.Which % 3}, len(p.entries)
	e.timer = p.afterFunc(s.For, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.calls = append(p.calls, call{p.now().Sub(p.begin), id})
		if e.again > 0 {
			e.again--
			e.reset(3 * time.Millisecond)
		}
	})
	return e
}

// TestLikeTheRealClocks plays random scripts on the loop's time and on the libraries' own real clocks, in a bubble. Each
// is settled after every step, so that what is due at the same instant as the next step has been done on both sides.
func TestLikeTheRealClocks(t *testing.T) {
	for _, test := range []struct {
		name string
		real func() source
		ours func(co *aio.Co) source
	}{
		{"clockwork", func() source { return ofClockwork(clockwork.NewRealClock()) },
			func(co *aio.Co) source { return ofClockwork(clockworkclock.New(co)) }},
		{"k8s", func() source { return ofK8s(k8s.RealClock{}) },
			func(co *aio.Co) source { return ofK8s(k8sclock.New(co)) }},
	} {
		t.Run(test.name, rapid.MakeCheck(func(rt *rapid.T) {
			script := scripts.Draw(rt, "script")
			var want, got player
			synctest.Test(t, func(*testing.T) {
				want.source = test.real()
				want.settle = synctest.Wait
				want.receive = func(c <-chan time.Time) time.Time { return <-c }
				want.sleep = func(d time.Duration) { time.Sleep(d); synctest.Wait() }
				want.play(script)
			})
			err := aio.RunWith(aio.Config{Output: io.Discard}, func(co *aio.Co) error {
				got.source = test.ours(co)
				got.settle = func() {
					for range 3 { // the timer, its task, the task that this one runs beside
						_ = aio.Sleep(co, 0)
					}
				}
				got.receive = func(c <-chan time.Time) time.Time {
					at, _, _ := aio.Recv(co, c)
					return at
				}
				got.play(script)
				return nil
			})
			if err != nil {
				rt.Fatal(err)
			}
			if diff := gocmp.Diff(want.results, got.results); diff != "" {
				rt.Errorf("results (-real +ours):\n%s", diff)
			}
			if diff := gocmp.Diff(want.calls, got.calls); diff != "" {
				rt.Errorf("calls (-real +ours):\n%s", diff)
			}
		}))
	}
}
