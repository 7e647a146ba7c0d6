package sim

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Chooser is asked for a number below c.N where c.N things, at least two, are possible. Always 0 is asyncio's own order,
// with every value that the program asks for at its least and random ones as they are without a chooser. Any other number in the range is one that some loop, latency
// or version could show.
type Chooser func(c *Choice) int

// Choice is one choice point. It is valid during the call of the chooser.
type Choice struct {
	Kind  ChoiceKind
	N     int
	For   string // of a Value: what it is for
	delay bool   // it is a Value, and a delay of so many nanoseconds
	least int64  // more than these
	loop  *Loop
	items []int // the candidates' places in the ready queue; nil: all that is there
}

// ChoiceKind says what a [Choice] is about.
type ChoiceKind uint8

// The kinds of choices.
const (
	Next   ChoiceKind = iota // which of the candidates runs next
	Tie                      // which of the timers that are due together fires next
	Value                    // a number that the program asked for: see [Co.Choose]
	Random                   // bits of [Co.Rand]
	Late                     // how many deadlines further the clock goes on: see [Config].Slack
	Cancel                   // whether the task that suspends is cancelled there, which is 1: see [Config].Cancel
)

var choiceKindNames = [...]string{
	Next: "next", Tie: "tie", Value: "value", Random: "random", Late: "late", Cancel: "cancel",
}

// String returns the kind's name.
func (k ChoiceKind) String() string { return choiceKindNames[k] }

// Op is what a coroutine is about to do at a switch point: see [Co.Switch]. The zero Op is unknown.
type Op struct {
	Object uint32 // the number of the object that is read or written, from [Loop.NewObject]
	Write  bool
}

// Candidate is what a choice of the kinds Next and Tie is between: a task's step, the end of its sleep, or a callback.
type Candidate struct {
	item item
}

// Candidate returns the i-th candidate, in the order in which they became ready; the task that has come to a switch point
// is the first.
func (c *Choice) Candidate(i int) Candidate {
	if c.items != nil {
		i = c.items[i]
	}
	return Candidate{c.loop.ready.At(i)}
}

// OnlySteps reports whether all candidates are steps of tasks. It does not look at them.
func (c *Choice) OnlySteps() bool { return c.Kind == Next && c.items == nil }

// String names the candidate.
func (x Candidate) String() string {
	switch it := x.item.(type) {
	case *Co:
		return fmt.Sprintf("task %q", it.name)
	case *alarm:
		return fmt.Sprintf("timer of task %q", it.name)
	default:
		return fmt.Sprintf("callback %q", it.(*job).name)
	}
}

// Task returns the number of the task whose step it is, and 0 for the end of a sleep and a callback.
func (x Candidate) Task() uint32 {
	if co, ok := x.item.(*Co); ok {
		return co.id
	}
	return 0
}

// Timer returns the number of the callback among those that were set for a time, from 1; 0 where it is no such callback.
func (x Candidate) Timer() uint32 {
	if j, ok := x.item.(*job); ok && j.timed {
		return j.number
	}
	return 0
}

// Owner returns the number of the task whose step or sleep it is, or that registered the callback; 0 where no task did.
func (x Candidate) Owner() uint32 {
	var co *Co
	switch it := x.item.(type) {
	case *Co:
		co = it
	case *alarm:
		co = (*Co)(it)
	case *job:
		co = it.source
	}
	if co == nil {
		return 0
	}
	return co.id
}

// Op returns what the task is about to do, if it is at a switch point.
func (x Candidate) Op() Op {
	if co, ok := x.item.(*Co); ok && co.worker != nil {
		return co.worker.op
	}
	return Op{}
}

// choose returns the place in the ready queue of what runs next. Every ready task and every timer that is due is a
// candidate; callbacks that one task scheduled keep their order, as asyncio promises: only the first is. What would do
// nothing, because it was cancelled, is none: it goes when it is first in the queue. Where only tasks are ready a choice
// takes the same time whatever their number.
func (l *Loop) choose() int {
	c := &l.choice
	c.loop, c.Kind, c.items = l, Next, nil
	if l.others == 0 {
		if c.N = l.ready.n; c.N == 1 {
			return 0
		}
		return l.ask()
	}
	if l.ready.At(0).void() {
		return 0
	}
	l.listCandidates()
	if c.N == 1 {
		return c.items[0]
	}
	return c.items[l.ask()]
}

// listCandidates puts the candidates' places into the choice.
func (l *Loop) listCandidates() {
	c := &l.choice
	items := l.candidates[:0]
	l.mark++
	orphans := false // a callback that no task scheduled is among the candidates
	for i := range l.ready.n {
		it := l.ready.At(i)
		if it.void() {
			continue
		}
		if j, ok := it.(*job); ok && !j.timed {
			if j.source == nil {
				if orphans {
					continue
				}
				orphans = true
			} else {
				if j.source.mark == l.mark {
					continue
				}
				j.source.mark = l.mark
			}
		}
		items = append(items, i)
	}
	l.candidates, c.items, c.N = items, items, len(items)
}

// chooseTies makes the timers that are due ready, those of one deadline in an order that the chooser decides. In the
// scope of [Config].Strict that is all that is decided about what runs next: a real program cannot tell which of two
// deadlines that fall on the same instant comes first. With slack it cannot tell it of two in the same window either.
func (l *Loop) chooseTies() {
	for len(l.timers.nodes) > 0 && l.timers.nodes[0].when <= l.now {
		first, until := l.ready.n, l.timers.nodes[0].when
		if l.config.Slack > 0 && until >= l.idled {
			until = l.now
		}
		for len(l.timers.nodes) > 0 && l.timers.nodes[0].when <= until {
			l.ready.Push(l.timers.pop())
			l.others++
		}
		for ; l.ready.n-first > 1; first++ {
			for at := first + l.askTie(first); at > first; at-- {
				it := l.ready.At(at)
				l.ready.set(at, l.ready.At(at-1))
				l.ready.set(at-1, it)
			}
		}
	}
}

// askTie returns which of the timers in the ready queue, from the given place on, fires first.
func (l *Loop) askTie(first int) int {
	c := &l.choice
	items := l.candidates[:0]
	for i := first; i < l.ready.n; i++ {
		items = append(items, i)
	}
	c.loop, c.Kind, c.items, c.N, l.candidates = l, Tie, items, len(items), items
	return l.ask()
}

// ask returns what the chooser says to the choice.
func (l *Loop) ask() int {
	c := &l.choice
	l.asking = true
	k := l.config.Choose(c)
	if uint(k) >= uint(c.N) {
		panic(fmt.Sprintf("chose %d of %d", k, c.N))
	}
	l.asking = false
	return k
}

// askFor asks the chooser for a number below n, or returns 0 where there is no chooser.
func (l *Loop) askFor(kind ChoiceKind, n int, what string) int {
	if l.config.Choose == nil || n == 1 {
		return 0
	}
	c := &l.choice
	c.loop, c.Kind, c.N, c.For, c.items = l, kind, n, what, nil
	k := l.ask()
	c.For = ""
	return k
}

// Switch is a switch point: under exploration another task may run before co goes on to do op. Where nothing is explored
// it does nothing. What a task does between two switch points, or from where it is resumed to the first, is one step.
func (co *Co) Switch(op Op) {
	co.Check("switch")
	l := co.loop
	if !l.choosing {
		return
	}
	if !co.fresh {
		co.worker.op = op
		if co.cross() {
			co.worker.yield(struct{}{}) // here and not deeper: each function to return from costs a misprediction
			co.arrive()
		}
		co.worker.op = Op{}
	}
	co.observe(op)
}

// cross lets the chooser decide whether co goes on. If something else comes first the caller must give the stack back.
func (co *Co) cross() (left bool) {
	l := co.loop
	l.ready.PushFront(co)
	i := l.choose()
	if i == 0 && (l.steps < l.config.MaxSteps || l.config.MaxSteps == 0) {
		l.ready.Pop() // it goes on, without the cost of a switch
		l.steps++
		co.worker.begun++
		return false
	}
	l.decided = i + 1
	co.leave(switching{})
	return true
}

// observe tells of the step that has begun with op, or that is over and had no switch point.
func (co *Co) observe(op Op) {
	co.fresh = false
	if observe := co.loop.config.Observe; observe != nil {
		observe(co.id, op)
	}
}

// switching is what a task waits for at a switch point.
type switching struct{}

func (switching) String() string { return "its turn" }

// NewObject returns a number for an object that tasks share: see [Op].
func (l *Loop) NewObject() uint32 {
	l.objects++
	return l.objects
}

// Choose returns a number below n, at least 1 and at most 1<<32, that the run's chooser determines; 0 where there is none.
// The text says what the number is for.
func (co *Co) Choose(what string, n int) int {
	co.mustHaveChoice(what, n)
	return co.loop.askFor(Value, n, what)
}

// ChooseDelay is [Co.Choose] for a delay of so many nanoseconds more than the least: see [Choice.Tie].
func (co *Co) ChooseDelay(what string, least time.Duration, n int) int {
	co.mustHaveChoice(what, n)
	c := &co.loop.choice
	c.delay, c.least = true, int64(least)
	k := co.loop.askFor(Value, n, what)
	c.delay = false
	return k
}

func (co *Co) mustHaveChoice(what string, n int) {
	co.Check("choose")
	if n < 1 || uint64(n) > 1<<32 {
		panic(co.loop.usage("choose", fmt.Sprintf("%q of %d", what, n), errNothingToChoose))
	}
}

// randomness returns the source of random values, which Config.Seed determines and the chooser.
func (l *Loop) randomness() *rand.Rand {
	if l.rand == nil {
		var source rand.Source = rand.NewPCG(l.config.Seed, l.config.Seed)
		if l.config.Choose != nil {
			source = chosenBits{l, source}
		}
		l.rand = rand.New(source)
	}
	return l.rand
}

// chosenBits makes random bits of choices: the chooser says which bits of the source to turn over. So a chooser that
// always says 0 leaves them as they are without one. Were the bits its own, all 0 would be: from such bits no number
// below 6 can be drawn, because package rand rejects what is not uniform, and asks again.
type chosenBits struct {
	l      *Loop
	source rand.Source
}

// Uint64 asks about 64 bits, in halves that fit a choice. They are scattered, because a chooser may draw from such a source
// itself.
func (b chosenBits) Uint64() uint64 {
	high := b.l.askFor(Random, 1<<32, "")
	chosen := uint64(high)<<32 | uint64(b.l.askFor(Random, 1<<32, ""))
	return b.source.Uint64() ^ chosen*scatter
}

// scatter is an odd number, so that every chosen number comes to other bits, and 0 to none.
const scatter = 0x9e3779b97f4a7c15
