// Package explore runs a program many times, each time in another order, until a run fails: it finds the order, replays
// it and makes it as simple as can be.
//
//	result, err := explore.Run(ctx, explore.Config{}, func(co *aio.Co) error { … })
//
// Package simtest does so in go test, which is where most programs want it.
//
// # What is explored
//
// A run is a list of choices: which of the ready tasks and callbacks runs next, which of the timers that are due
// together fires first, every value of [sim.Co.Choose] and bit of [sim.Co.Rand], every time of an aio.Latency. On
// demand there are two more: how late the loop is ([Config].Slack), so that a timeout races what completes shortly
// before or after it, and whether a task is cancelled where it suspends ([Config].Cancel). A switch point lies at every
// suspension and at every operation of an aio.Shared or aio.Mutex. Callbacks of one future, and those that one task
// schedules, keep their order. Making a task is no switch point. The program is run from its beginning each time, in a
// loop of its own, by several goroutines: it must make what it shares between tasks itself.
//
// # Strategies
//
// No strategy is the best for every program, so the default is a portfolio of all. The first schedule is asyncio's
// order, and with three random ones it draws a profile of the program: how many steps each task has, and at which
// objects. Where the estimated number of orders is small the portfolio tries them all, those with the fewest switches
// first, and says so with [Exhausted]. The results do not depend on the number of workers. [Result.Text] says why a
// search has stopped. Of more than 64 values every strategy prefers the least, the greatest, one that it drew before, and the
// latency that ends at the moment at which a timer is due.
//
// # When a run fails
//
// [Explain] runs it again, to be sure that the program is deterministic, looks for the simplest run that fails in the
// same way, and reports that one: what each task did, and where the run leaves asyncio's order. The report has a token,
// a short text, from which [Replay] makes the same run again, with the same report, also in a program that was edited a
// little since. A panic, a runtime.Goexit and a block for real are failures of their run, and the search survives them.
//
// # Reading order
//
// config.go, run.go and batch.go (what is asked, and the search), schedule.go (one run), goexit.go, interrupt.go and
// blocked.go (runs that do not end by themselves), result.go and progress.go (what is said of a search), strategy.go
// (how choices are made), chance.go (what is left to chance), profile.go and tracker.go (what strategies know of the
// program and of the run), and a file for each strategy, named as in the literature; portfolio.go is the default. Then
// what happens when a run has failed: key.go (what a decision is called), player.go and turns.go (a run after given
// decisions), token.go and replay.go, determinism.go, shrink.go, sooner.go and shrink_fewer.go, report.go,
// report_values.go, table.go, circle.go and output.go. cancel.go says which cancelled run has failed, and
// equivalence.go which runs are one trace.
package explore
