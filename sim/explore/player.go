package explore

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// player makes the choices of one run after decisions that were made before, and writes down those that were not
// asyncio's. Elsewhere it takes asyncio's order. It is a strategy of one schedule.
type player struct {
	// What to do.
	wanted  []decision
	next    map[key]int32 // the place in wanted, from 1, of the next decision that is made there
	after   []int32       // by place: that of the next one with the same key; 0: there is none
	order   []who         // whose turns come first, in this order, before what is wanted; who is not ready is left out
	forced  []deviation   // by the number of the choice, ascending; they come before what is wanted
	script  []uint32      // instead of all that: every choice of a run
	chooser sim.Chooser   // who chooses instead of all that
	listing bool          // keep the events
	turns   *turns        // are written down here, if it is not nil

	// What was done.
	labels  labels
	counts  map[key]uint32
	timers  map[key]numbered // the callback that was set for a time and came first last, by key without nth
	choices []int            // how many candidates each choice had; 0 for a value
	made    []taken
	events  []sim.Event
	circle  []link // of the deadlock, where the events are kept
	misfits []Misfit
	strayed bool // the script did not fit
}

// deviation is the decision of one choice by its number.
type deviation struct{ choice, take int }

// taken is a decision as it was made.
type taken struct {
	decision
	deviation
	time  time.Duration // virtual time
	event int           // how many events there were before
}

// Misfit is a decision of a token that could not be made in the program as it is now. The run went on in asyncio's
// order.
type Misfit struct {
	Choice   int      // the number of the choice, from 1; 0 if the run never came to it
	Expected string   // the decision
	Ready    []string // what there was to choose from; for a value how many there were
}

func (m Misfit) String() string {
	if m.Choice == 0 {
		return fmt.Sprintf("the run never came to this: %s", m.Expected)
	}
	return fmt.Sprintf("choice %d: expected %s; there was %q", m.Choice, m.Expected, m.Ready)
}

func (p *player) start(int, *chance, scheduler) scheduler { return p }
func (p *player) learn([]outcome) bool                    { return false }
func (p *player) plan(int) int                            { return 1 }
func (p *player) report() any                             { return nil }

func (p *player) observer() func(uint32, sim.Op) { return nil }

// play runs main with the player's choices.
func (w *worker) play(p *player) outcome {
	runtime.Gosched() // the switches between coroutines pass the scheduler by, and a collection could not end
	p.reset()
	w.config.Trace = func(e sim.Event) {
		if p.record(e); p.listing && e.Kind == sim.RunFailed {
			p.circle = circleOf(w.runner.Loop())
		}
		w.noted.Store(true)
	}
	o := w.apart(p, 0)
	if len(p.choices) < len(p.script) {
		p.strayed = true
	}
	p.listUnused()
	return o
}

// reset begins a run.
func (p *player) reset() {
	p.labels.reset()
	clear(p.counts)
	clear(p.timers)
	if p.counts == nil {
		p.counts, p.timers = map[key]uint32{}, map[key]numbered{}
	}
	p.choices, p.made, p.events, p.circle, p.misfits, p.strayed = p.choices[:0], nil, nil, nil, nil, false
}

// want sets the decisions to make.
func (p *player) want(decisions []decision) {
	p.wanted, p.next, p.after = decisions, make(map[key]int32, len(decisions)), make([]int32, len(decisions))
	for i, d := range slices.Backward(decisions) {
		p.after[i] = p.next[d.at]
		p.next[d.at] = int32(i) + 1
	}
}

func (p *player) record(e sim.Event) {
	if e.Kind == sim.TaskCreated {
		p.labels.add(e)
	}
	if p.listing {
		p.events = append(p.events, e)
	}
}

func (p *player) choose(c *sim.Choice) int {
	at := p.keyOf(c)
	k := p.pick(c, at)
	if !at.isSwitch() || at.who.kind == sim.Call && k == 0 && c.Candidate(0).Timer() == 0 {
		base := at
		base.nth = 0
		p.counts[base]++
	}
	if p.turns != nil && at.isSwitch() {
		p.turns.add(p.labels.who(c.Candidate(k).Identity()), k != 0)
	}
	if k != 0 {
		d := decision{at: at}
		if at.isSwitch() {
			d.run, d.same = p.called(c, k)
		} else {
			d.value = uint32(k)
		}
		p.made = append(p.made, taken{d, deviation{len(p.choices), k}, c.Now(), len(p.events)})
	}
	n := c.N
	if !at.isSwitch() {
		n = 0
	}
	p.choices = append(p.choices, n)
	return k
}

// keyOf returns where the choice is.
func (p *player) keyOf(c *sim.Choice) key {
	at := key{kind: c.Kind}
	if at.isSwitch() {
		id := c.Candidate(0).Identity()
		at.who, at.step = p.labels.who(id), id.Step
		if id.Kind != sim.Call {
			return at
		}
	} else {
		at.who = who{task: p.labels.of(c.Asker()), name: p.labels.abbreviated(c.For)}
		if c.Kind == sim.Late { // the time, which other orders leave as it is, tells more than how often it was asked
			at.who.name = abbreviated(c.Now().String())
		}
	}
	if at.isSwitch() {
		at.nth = p.nth(at, c.Candidate(0).Timer())
	} else {
		at.nth = p.counts[at]
	}
	return at
}

// numbered is a callback that was set for a time, and how many with the same key went before.
type numbered struct{ timer, nth uint32 }

// nth returns how many callbacks of a key came first in a choice before this one did. One that was set for a time is
// counted once, however often it is passed over and whether or not it is chosen in the end: that depends on what else
// is due.
func (p *player) nth(at key, timer uint32) uint32 {
	n := p.counts[at]
	if timer == 0 {
		return n
	}
	if t := p.timers[at]; t.timer == timer {
		return t.nth
	}
	p.timers[at] = numbered{timer, n}
	p.counts[at]++
	return n
}

// called returns what candidate k is called, and how many before it are called the same.
func (p *player) called(c *sim.Choice, k int) (w who, same uint32) {
	w = p.labels.who(c.Candidate(k).Identity())
	if w.kind != sim.Call { // a label is one task's
		return w, 0
	}
	for i := range k {
		if p.labels.who(c.Candidate(i).Identity()) == w {
			same++
		}
	}
	return w, same
}

func (p *player) pick(c *sim.Choice, at key) int {
	i := len(p.choices)
	if p.chooser != nil {
		return p.chooser(c)
	}
	if p.script != nil {
		if i >= len(p.script) || int(p.script[i]) >= c.N {
			p.strayed = true
			return 0
		}
		return int(p.script[i])
	}
	for at.isSwitch() && len(p.order) > 0 {
		d := decision{at: at, run: p.order[0]}
		p.order = p.order[1:]
		if k, ok := p.find(c, d); ok {
			return k
		}
	}
	f := slices.IndexFunc(p.forced, func(d deviation) bool { return d.choice == i })
	if f >= 0 && p.forced[f].take < c.N {
		return p.forced[f].take
	}
	n := p.next[at]
	if n == 0 {
		return 0
	}
	d := p.wanted[n-1]
	p.next[at] = p.after[n-1]
	k, ok := p.find(c, d)
	if !ok {
		p.misfits = append(p.misfits, Misfit{i + 1, d.String(), p.ready(c)})
	}
	return k
}

// find returns the candidate, or the value, that is decided on.
func (p *player) find(c *sim.Choice, d decision) (k int, ok bool) {
	if !d.at.isSwitch() {
		if int(d.value) >= c.N {
			return 0, false
		}
		return int(d.value), true
	}
	task, known := p.labels.number(d.run.task)
	if !known {
		return 0, false
	}
	same := d.same
	for i := range c.N {
		if id := c.Candidate(i).Identity(); id.Task != task || p.labels.who(id) != d.run {
			continue
		}
		if same == 0 {
			return i, true
		}
		same--
	}
	return 0, false
}

// ready names what there is to choose from.
func (p *player) ready(c *sim.Choice) []string {
	if c.Kind != sim.Next && c.Kind != sim.Tie {
		return []string{fmt.Sprintf("a number below %d", c.N)}
	}
	var names []string
	for i := range c.N {
		names = append(names, p.labels.who(c.Candidate(i).Identity()).String())
	}
	return names
}

// decisions returns those that were made.
func (p *player) decisions() []decision {
	ds := make([]decision, len(p.made))
	for i := range p.made {
		ds[i] = p.made[i].decision
	}
	return ds
}

// listUnused adds the decisions that the run never came to, in no other order than that of their texts.
func (p *player) listUnused() {
	var left []string
	for _, n := range p.next {
		for ; n > 0; n = p.after[n-1] {
			left = append(left, p.wanted[n-1].String())
		}
	}
	slices.Sort(left)
	for _, text := range left {
		p.misfits = append(p.misfits, Misfit{Expected: text})
	}
}
