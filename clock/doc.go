// Package clock lets code that was not written for asyncsim run on a simulation's time: code that takes the clock.Clock of
// github.com/benbjohnson/clock.
//
// [New] gives such a clock to what a loop runs: its tasks and callbacks. No timer needs a goroutine, no advance a nap, and
// which of several timers fires first that are due together is a choice like every other. A task receives from a timer's
// channel with aio.Recv and aio.Select. [Bubble] and [Test] are for code that starts goroutines of its own. [Real] is the
// clock for production. In a bubble time begins at the loop's date, and goes as fast as can be whatever [sim.Config].Speed
// says; a parent of a context that was made outside of the bubble must not be cancelled in it.
//
// # What differs from package time
//
// The timers are the library's own, with its Stop and Reset, so these have the rules of its Mock, which are those of Go
// before 1.23. A timer that has fired, and whose value nobody has received:
//
//	            here, and the library's Mock    package time since Go 1.23
//	Stop        false, and the value stays      true, and the channel is empty
//	Reset       false, and the value stays      true, and the channel is empty
//	len(C)      1                               0
//
// Besides:
//
//	AfterFunc          its function is a task of the loop; it runs one turn after the timer
//	Timer(0)           fires when nothing is ready any more
//	Ticker.Reset(0)    fires again and again while time stands still
//	a far timer        past the range of the loop's clock, 292 years, never fires
//	Sleep              is for tasks, and lasts as long as it says even where the task is cancelled meanwhile, also by a
//	                   Timeout; the end of the run ends the task where it sleeps, as that of a process does goroutines
//	a tie              is in the order of setting, unless a timer was stopped since; whether the loop's own timers come
//	                   before the clock's is the same in every run, and a choice under exploration
//	a closed loop      a timer that is set on it never fires, nor does one that another loop waits for
//	WithDeadline       ends in a step of the loop; a parent of package context is looked at when nothing is ready
//
// The clock belongs to its loop, which needs no more than one: other goroutines must not use it. One that does is not
// noticed but by the race detector, and what it sleeps may be slept by a task. On the wall clock ([sim.Config].Speed) a Reset shows when
// the loop looks up the next time; [Real] is better there.
//
// # Reading order
//
// clock.go (New), hidden.go and mirror.go (how timers are made that the library would not let anyone make), context.go
// (deadlines), synctest.go and ties.go (Bubble and Test), names.go (what reports call timers), stacks.go (where the
// goroutines of a bubble wait).
package clock
