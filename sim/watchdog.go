package sim

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// The watchdog is, beside the wall clock, the one place of the kernel that knows real time and, beside the executor,
// goroutines. The loop runs on a goroutine of its own and the caller of Run looks now and then whether turns still begin.
// If not, and if the goroutine that should be running is blocked, the run is given up.

// watch is the watchdog's part of a loop.
type watch struct {
	watched bool
	lost    *BlockedError      // what the run was given up for; the watcher's
	signal  atomic.Uint32      // set by the watcher, heeded by the loop between two steps
	running atomic.Pointer[Co] // the coroutine that was resumed last
	seen    atomic.Int64       // the virtual time
	awaits  atomic.Bool        // the loop waits for the wall clock
}

const (
	asked uint32 = 1 << iota // are you there? The loop clears it.
	ended                    // the loop's goroutine is done.
	given                    // the run was given up. It stays.
)

// outcome is how the loop's goroutine ended.
type outcome struct {
	err    error
	goexit bool // by runtime.Goexit, as from t.FailNow
}

func (l *Loop) runWatched() error {
	done := make(chan outcome, 1)
	go func() {
		out := outcome{goexit: true}
		defer func() {
			for {
				switch s := l.signal.Load(); {
				case s == given: // nobody else may touch the loop any more: it closes itself
					l.shut()
					return
				case l.signal.CompareAndSwap(s, ended):
					done <- out
					return
				}
			}
		}()
		out.err = l.turns()
		out.goexit = false
	}()
	// A turn that has not begun within two ticks makes the watcher look, and seeing the same twice makes it give up.
	ticker := time.NewTicker(max(1, l.config.Watchdog/2))
	defer ticker.Stop()
	var before *BlockedError
	for {
		select {
		case out := <-done:
			l.signal.Store(0)
			if out.goexit {
				runtime.Goexit() // what ended the loop's goroutine was meant for its caller
			}
			return out.err
		case <-ticker.C:
			if l.awaits.Load() || l.signal.CompareAndSwap(0, asked) {
				before = nil
				continue
			}
			now := l.blocked()
			if now.same(before) {
				l.lost = now
				if l.signal.CompareAndSwap(asked, given) {
					return now
				}
			}
			before = now
		}
	}
}

// heed answers the watcher, on the loop's goroutine. It returns false when the run was given up: then what the loop was
// given, the trace, the output, the handler, the pool, is the caller's of Run again and must not be used.
func (l *Loop) heed() bool { return l.signal.Load() == 0 || l.signal.CompareAndSwap(asked, 0) }

// goroutines returns the pool to use. A run that was given up ends on goroutines of its own.
func (l *Loop) goroutines() *Pool {
	if !l.heed() && l.config.Pool != nil {
		l.config.Pool, l.pool = nil, NewPool()
	}
	return l.pool
}

// abandoned reports whether the watchdog gave the run up.
func (l *Loop) abandoned() bool { return l.signal.Load() == given }

// blocked returns an error when the goroutine that should be running waits for something outside the simulation.
func (l *Loop) blocked() *BlockedError {
	stacks := allStacks()
	if co := l.running.Load(); co != nil {
		if state, stack := find(stacks, fmt.Sprintf("sim.carry(%p", co)); isBlocked(state) {
			return &BlockedError{Task: co.name, Time: time.Duration(l.seen.Load()), Wait: l.config.Watchdog, State: state, Stack: stack}
		}
	}
	if state, stack := find(stacks, fmt.Sprintf("sim.(*Loop).turns(%p", l)); isBlocked(state) {
		return &BlockedError{Time: time.Duration(l.seen.Load()), Wait: l.config.Watchdog, State: state, Stack: stack}
	}
	return nil
}

// same reports whether both are of one goroutine that has not moved.
func (e *BlockedError) same(before *BlockedError) bool {
	if e == nil || before == nil || e.State != before.State {
		return false
	}
	_, stack, _ := strings.Cut(e.Stack, "\n") // the first line tells for how many minutes
	_, stackBefore, _ := strings.Cut(before.Stack, "\n")
	return stack == stackBefore
}

// isBlocked tells a goroutine that waits from one that computes, and from one that has switched to a coroutine.
func isBlocked(state string) bool {
	switch state {
	case "", "running", "runnable", "coroutine", "waiting", "preempted", "stopping the world", "flushing proc caches",
		"garbage collection", "garbage collection scan", "wait for GC cycle":
		return false
	}
	return !strings.HasPrefix(state, "GC ")
}

// rightWaits is where a loop may wait: for a loop of its own, which has its own watcher, for an executed function, and
// for the wall clock. It is a constant in all but name.
var rightWaits = [...]string{"sim.(*Loop).runWatched(", "sim.(*Loop).awaitOutside(", "sim.(*pace).await("}

func allStacks() []string {
	buf := make([]byte, 1<<16)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			return strings.Split(string(bytes.TrimSpace(buf[:n])), "\n\n")
		}
		buf = make([]byte, 2*len(buf))
	}
}

// find returns the state and the stack of the goroutine that has the given call on its stack. A goroutine's first line
// reads "goroutine 7 [chan receive, 2 minutes]:".
func find(stacks []string, call string) (state, stack string) {
	for _, s := range stacks {
		if !strings.Contains(s, call) {
			continue
		}
		_, rest, _ := strings.Cut(s, "[")
		state, _, _ = strings.Cut(rest, "]")
		state, _, _ = strings.Cut(state, ",")
		if slices.ContainsFunc(rightWaits[:], func(call string) bool { return strings.Contains(s, call) }) {
			state = "running"
		}
		return state, s
	}
	return "", ""
}
