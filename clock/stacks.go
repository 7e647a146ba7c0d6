package clock

import (
	"fmt"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/asyncsim/asyncsim/sim"
)

// deadlock returns the error for a bubble in which all goroutines wait and nothing that is set would wake one.
func (c bubbleClock) deadlock() error {
	err := &sim.DeadlockError{Time: c.elapsed(), Vain: len(c.view.timers)}
	return fmt.Errorf("%w%s", err, waitsIn(thisBubble()))
}

// thisBubble returns the bubble that it is called in.
func thisBubble() string {
	var buf [128]byte
	_, bubble := header(string(buf[:runtime.Stack(buf[:], false)]))
	return bubble
}

// waitsIn tells for each goroutine of a bubble where it waits, in an order that is the same in every run, and without
// numbers of goroutines, which are not.
func waitsIn(bubble string) string {
	buf := make([]byte, 1<<16)
	n := runtime.Stack(buf, true)
	for n == len(buf) {
		buf = make([]byte, 2*len(buf))
		n = runtime.Stack(buf, true)
	}
	var all []string
	for stack := range strings.SplitSeq(strings.TrimSpace(string(buf[:n])), "\n\n") {
		state, of := header(stack)
		if of != bubble || state == "running" || strings.Contains(stack, "created by testing/synctest.Test") {
			continue
		}
		if function, at := place(stack); function != "" {
			all = append(all, fmt.Sprintf("\n\tgoroutine waits in %s: %s, at %s", function, state, at))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "")
}

// header returns the state of a goroutine and its bubble, from "goroutine 7 [chan receive (durable), synctest bubble 1]:".
func header(stack string) (state, bubble string) {
	_, rest, _ := strings.Cut(stack, "[")
	rest, _, _ = strings.Cut(rest, "]")
	state, _, _ = strings.Cut(rest, ",")
	if i := strings.Index(rest, "synctest bubble "); i >= 0 {
		bubble = rest[i:]
	}
	return strings.TrimSuffix(state, " (durable)"), bubble
}

// inside matches the functions that a wait, or a timer, is made of, and that say nothing to who wants to know which it is.
var inside = regexp.MustCompile(`^(runtime|sync|time|context|testing|internal/.*|testing/.*|.*/asyncsim/clock(/clockworkclock|/k8sclock)?|.*/benbjohnson/clock)\.`)

// place returns the function of the program that waits, and the file and line of the wait; where there is none, as in
// "go wait.Wait()", what has started the goroutine.
func place(stack string) (function, at string) {
	lines := strings.Split(stack, "\n")[1:]
	for i := 0; i+1 < len(lines); i += 2 {
		name, started := strings.CutPrefix(lines[i], "created by ")
		name, _, _ = strings.Cut(name, " in goroutine")
		if !started {
			name = name[:max(strings.LastIndex(name, "("), 0)]
		}
		if inside.MatchString(name) {
			continue
		}
		at, _, _ = strings.Cut(strings.TrimSpace(lines[i+1]), " ")
		return path.Base(name), at
	}
	return "", ""
}
