package clock

import (
	"regexp"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/asyncsim/asyncsim/sim"
)

// names is what traces and reports call the timers of a clock: what each is, and the function that has set it, which
// stays the same when lines move.
type names struct {
	mu        sync.Mutex
	timers    map[unsafe.Pointer]string
	functions map[calls]string
}

// calls are the latest of a goroutine, which are looked through for the one that is not of a clock's.
type calls [6]uintptr

// namesFor returns names where somebody learns what things are called: a tracer, a chooser or an observer.
func namesFor(config sim.Config) *names {
	if config.Trace == nil && config.Choose == nil && config.Observe == nil {
		return nil
	}
	return &names{timers: map[unsafe.Pointer]string{}, functions: map[calls]string{}}
}

// note names a timer that is being set. Where nobody asks for names, n is nil.
func (n *names) note(timer unsafe.Pointer, kind string) {
	if n == nil {
		return
	}
	var at calls
	runtime.Callers(3, at[:])
	n.mu.Lock()
	defer n.mu.Unlock()
	function, known := n.functions[at]
	if !known {
		function = caller(at)
		n.functions[at] = function
	}
	n.timers[timer] = kind + function
}

// of returns the name of a timer, or else its kind.
func (n *names) of(timer unsafe.Pointer, kind string) string {
	if n != nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		if name := n.timers[timer]; name != "" {
			return name
		}
	}
	return kind
}

// caller returns " in " and the function of the program that has made the calls.
func caller(at calls) string {
	frames := runtime.CallersFrames(at[:])
	for {
		frame, more := frames.Next()
		if frame.Function != "" && !inside.MatchString(frame.Function) {
			return " in " + declared(frame.Function)
		}
		if !more {
			return ""
		}
	}
}

var (
	literal = regexp.MustCompile(`(\.func\d+|\.gowrap\d+|\.\d+|-fm|-range\d+)+$`)
	named   = regexp.MustCompile(`(\(\*\w+\)\.)?\w+$`)
)

// declared returns the name of a function, or of the one that a function literal stands in: no package, and nothing that
// depends on what the compiler has inlined.
func declared(function string) string {
	function = strings.ReplaceAll(function, "[...]", "")
	return named.FindString(literal.ReplaceAllString(function, ""))
}
