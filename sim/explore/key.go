package explore

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"unicode/utf8"

	"github.com/asyncsim/asyncsim/sim"
)

// decision is a choice that is not asyncio's, in words that a small edit of the program leaves as they are: where it is
// made, and what is chosen there.
type decision struct {
	at    key
	run   who    // what runs instead
	same  uint32 // how many candidates before it are called the same
	value uint32 // instead of run, for a value of any kind
}

// key tells where a decision is made. Choices between candidates are named after the one that asyncio's order would
// run, and how far that is: a task's own steps do not depend on which others are ready. Whatever else was chosen
// before, the task comes to this step once, and may be passed over there several times, in the order of the decisions.
type key struct {
	kind sim.ChoiceKind
	who  who    // the first candidate, or the task that asks and what for
	step uint32 // of the task, or of the sleep: see [sim.Identity]
	nth  uint32 // of a callback or a value: how many with the same key went before, see [player.nth]
}

// who is a candidate, or the task that asks for a value; where the loop asks how late it is, it is the time alone.
type who struct {
	kind sim.CandidateKind
	task string // the label of the task that it is or belongs to; empty: none
	name string // of the callback, or what the value is for, or the time
}

func (w who) String() string {
	switch {
	case w.kind == sim.TaskStep:
		return fmt.Sprintf("task %q", w.task)
	case w.kind == sim.SleepEnd:
		return fmt.Sprintf("the end of the sleep of task %q", w.task)
	case w.name == "" && w.task == "":
		return "a callback"
	case w.name == "":
		return fmt.Sprintf("a callback of task %q", w.task)
	case w.task == "":
		return fmt.Sprintf("callback %q", w.name)
	}
	return fmt.Sprintf("callback %q of task %q", w.name, w.task)
}

func (d decision) String() string {
	k := d.at
	switch {
	case k.kind == sim.Random:
		return fmt.Sprintf("random bits %#x, the %s of task %q", d.value, ordinal(k.nth+1), k.who.task)
	case k.kind == sim.Value:
		return fmt.Sprintf("%d for %q, the %s of task %q", d.value, k.who.name, ordinal(k.nth+1), k.who.task)
	case k.kind == sim.Late:
		return fmt.Sprintf("the clock on to %s, the %s time at %s", ahead(d.value), ordinal(k.nth+1), k.who.name)
	case k.kind == sim.Cancel:
		return fmt.Sprintf("a cancellation of task %q at its %s suspension", k.who.task, ordinal(k.nth+1))
	case k.who.kind == sim.TaskStep:
		return fmt.Sprintf("%v before the %s step of %v", d.run, ordinal(k.step+1), k.who)
	case k.who.kind == sim.SleepEnd:
		return fmt.Sprintf("%v before %v, after its %s step", d.run, k.who, ordinal(k.step))
	}
	return fmt.Sprintf("%v before %v, the %s of it", d.run, k.who, ordinal(k.nth+1))
}

// isSwitch reports whether it is about what runs next; else it is about a value.
func (k key) isSwitch() bool { return k.kind == sim.Next || k.kind == sim.Tie }

func ordinal(n uint32) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}

// maxName is how many bytes of a name a token carries.
const maxName = 14

// abbreviated returns a name that is short, and still another one for another name.
func abbreviated(name string) string {
	if len(name) <= maxName {
		return name
	}
	h := fnv.New32a()
	h.Write([]byte(name))
	kept := name[:maxName-5]
	for !utf8.ValidString(kept) && len(kept) > 0 {
		kept = kept[:len(kept)-1]
	}
	return kept + "~" + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:3])
}

// labels names the tasks of a run by the name that they were made with, and "name#2" for the second of that name.
type labels struct {
	byID    []string
	numbers map[string]uint32 // the inverse
	next    map[string]int    // the number for the next task of a name; 0: the name is free
	full    map[string]string // what was abbreviated
}

func (l *labels) reset() {
	l.byID = append(l.byID[:0], "")
	clear(l.next)
	clear(l.numbers)
	if l.next == nil {
		l.next, l.numbers, l.full = map[string]int{}, map[string]uint32{}, map[string]string{}
	}
}

// add is told of every task in the order of their creation.
func (l *labels) add(e sim.Event) {
	for len(l.byID) <= int(e.ObjectID) {
		l.byID = append(l.byID, "")
	}
	name := l.abbreviated(e.Object)
	label := name
	for l.next[label] > 0 { // also where a task is called "name#2" by its user
		l.next[name]++
		label = fmt.Sprintf("%s#%d", name, l.next[name])
	}
	if label != name {
		l.full[label] = e.Object + label[len(name):]
	}
	l.next[label] = 1
	l.byID[e.ObjectID], l.numbers[label] = label, e.ObjectID
}

func (l *labels) of(task uint32) string {
	if int(task) < len(l.byID) {
		return l.byID[task]
	}
	return ""
}

// number returns the task of that label; no label is task 0, which is none.
func (l *labels) number(label string) (task uint32, known bool) {
	if label == "" {
		return 0, true
	}
	task, known = l.numbers[label]
	return task, known
}

func (l *labels) who(id sim.Identity) who {
	w := who{kind: id.Kind, task: l.of(id.Task)}
	if id.Kind == sim.Call {
		w.name = l.abbreviated(id.Name)
	}
	return w
}

// abbreviated is the abbreviation of a name that it can be found by again: see long.
func (l *labels) abbreviated(name string) string {
	short := abbreviated(name)
	if short != name {
		l.full[short] = name
	}
	return short
}

// long returns a name as it was before it was abbreviated, if it was: reports have room for it.
func (l *labels) long(name string) string {
	if full, ok := l.full[name]; ok {
		return full
	}
	return name
}

// longWho is long for the names of a candidate.
func (l *labels) longWho(w who) who {
	w.task, w.name = l.long(w.task), l.long(w.name)
	return w
}
