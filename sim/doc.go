// Package sim is the kernel of asyncsim: an event loop on virtual time, and coroutines that it runs one at a time.
//
// # Rules
//
// A run is determined by the program and the [Config]: nothing here reads the machine's clock, starts a goroutine that
// could run beside another, or walks a map. (The watchdog does, and only looks; and so does the executor, for functions
// that block: when their results come is determined, when they call CallSoonThreadsafe is not. And a loop with
// Config.Speed waits for the wall clock.)
//
// A turn of the loop is asyncio's _run_once: if nothing is ready, the clock jumps to the next timer; timers that are
// due go behind what is ready; what is ready now runs, and what becomes ready meanwhile waits for the next turn. Time
// is a whole number of nanoseconds since the loop's start.
//
// A coroutine is an iter.Pull function. Resuming it and parking it are two direct switches. When the loop closes, what
// is unfinished is unwound by a private panic, so that deferred functions run and no goroutine is left. A program must
// not recover that panic and go on: every further wait panics again. One that does so without end is left where it is, with
// its goroutine, and told in an error.
//
// Where more than one thing could come next, a [Chooser] may be asked. Without one the order is asyncio's.
//
// What cannot be right fails where it happens: a *[UsageError] names the operation, the object, the task and the time.
//
// # Reading order
//
// loop.go has the turn; handle.go, ring.go and timers.go what a turn moves about; co.go how a coroutine suspends and
// resumes, and poll.go how where nobody wakes it; pool.go what carries it; close.go how it all ends; choose.go the choice
// point and candidate.go what it is between; slack.go and cancel.go two that are there on demand; door.go what tasks wait
// before at a switch point; event.go what a tracer sees; deadlock.go, watchdog.go and errors.go how a run fails; config.go
// what can be set; executor.go and wallclock.go what a loop has to do with other goroutines and with real time.
//
// # Vocabularies
//
// What programs use, futures and tasks and all that waits, is built on this package's exported API alone: package
// primitives is asyncio's. Its task type implements [Body], embeds a [Co], and suspends by [Co.Arm], [Co.Wait] and
// [Co.Wake].
package sim
