// Package aio is asyncio's vocabulary on virtual time: futures, tasks, and what they wait for. Its import path ends in
// primitives; its files are named after CPython's, so that each can be read beside its twin, and what they do is done
// in the same turn of the loop as there.
//
//	err := aio.Run(func(co *aio.Co) error {
//		return aio.Sleep(co, time.Second)
//	})
//
// # Rules
//
// Only a function whose first parameter is a co can suspend, and its comment says when. Making a task never suspends.
// Callbacks have no co; what they make, they make on a [Loop], a future or a task, which all are a [HasLoop].
//
// Exceptions are errors. What a task's function returns is the task's exception; [ErrCancelled] ends it as cancelled. A
// cancellation is an error that a suspending function returns, once: return it, or catch it with errors.Is and go on.
//
// A task that is unfinished when its loop closes is unwound by a panic that runs its deferred functions. Do not recover
// what you did not throw.
//
// Scopes take functions ([TaskGroup], [Timeout]), so that none can be left without being finished.
//
// # asyncio and aio
//
//	asyncio                           aio                              difference
//	run(main())                       Run(main), RunWith(config, main)
//	Runner                            Runner, RunIn                    Close is to be called
//	loop.run_until_complete(f)        RunUntilComplete(runner, f)
//	create_task(f(), name=n)          Go(co, n, f), Spawn(co, n, f)    the name comes first, as in t.Run
//	create_task(..., eager_start,     NewTask(co, TaskConfig{...}, f)
//	  context)
//	await task                        task.Await(co)
//	Task.cancel, cancelling,          Task.Cancel, Cancelling,
//	  uncancel                          Uncancel
//	Task.result, exception            Task.Result, Exception           InvalidStateError is returned
//	Task.set_name                     SetName                          futures and gatherings have it too
//	current_task, all_tasks           CurrentTask, AllTasks            all tasks in the order of creation
//	loop.create_future()              NewFuture(co, name)
//	set_result, set_exception         SetResult, SetException          errors are returned
//	add_done_callback                 AddDoneCallback(name, f)         also a function, for any Awaitable
//	remove_done_callback(f)           RemoveDoneCallback(name)         by name: Go's functions have no identity
//	loop.call_soon, call_later,       Loop.CallSoon, CallLater,        a name comes first; a Handle has Cancel,
//	  call_at                           CallAt                           Cancelled and When
//	loop.time(), get_running_loop()   co.Now(), co.Loop()
//	loop.run_forever, stop            Loop.Run, Stop
//	loop.set_exception_handler,       Loop.SetExceptionHandler,
//	  call_exception_handler            CallExceptionHandler
//	sleep(d)                          Sleep(co, d)                     d is a time.Duration; there is no NaN
//	gather(*aws)                      Gather(co, a, b)                 takes tasks and futures, not functions; AsAny
//	                                                                   makes their types the same
//	gather(return_exceptions=True)    GatherOutcomes(co, a, b)
//	wait(aws, timeout, return_when)   Wait(co, aws, timeout, when)     a list in the order given; a timeout of
//	                                                                   Forever is None
//	wait_for(aw, t)                   WaitFor(co, a, t)
//	wait_for(f(), t)                  WaitForFunc(co, t, f)
//	shield(aw)                        Shield(co, a)
//	as_completed(aws, timeout)        AsCompleted(co, timeout, a, b)   Next and All yield the awaitables themselves
//	timeout(d), timeout_at(t)         Timeout(co, d, body),
//	                                    TimeoutAt(co, t, body)
//	Timeout.reschedule, when,         TimeoutScope.Reschedule, When,
//	  expired                           Expired
//	TaskGroup, create_task            TaskGroup(co, body), Group.Go,   a refused task is an error
//	                                    SpawnIn
//	staggered.staggered_race(fns, d)  StaggeredRace(co, d, f, g)       a Race; the index of no winner is -1
//	async def f(): ... yield v        Generate(co, body)               an iter.Seq2; body calls yield(v)
//	async for v in f()                for v, err := range f(co)        the error comes last
//	anext(g), g.aclose()              next, stop := iter.Pull2(f(co))  in one task, which is to call stop
//	g.asend(v), g.athrow(e)           -                                yield tells whether to go on, and no more
//	loop.shutdown_asyncgens()         -                                nothing is left to close: see below
//	capture_call_graph                AwaitedBy(a)                     no stacks; gatherings and shields stand for
//	                                                                   themselves; as_completed is in it, too
//	format_call_graph,                FormatCallGraph(a)               what a task waits for stands for its stack
//	  print_call_graph
//	Event                             Event                            the zero Event is ready for use
//	Lock, async with lock             Lock, With(co, body)             the zero Lock is ready for use
//	Condition(lock), wait,            Condition, NewCondition(name,    the zero Condition has a lock of its own;
//	  wait_for, notify(n=1),            lock), Wait, WaitFor,            Wait says no more than that it was woken;
//	  notify_all                        Notify(n), NotifyAll             n has no default
//	Semaphore(value=1)                NewSemaphore(name, value)        the value has no default
//	BoundedSemaphore                  NewBoundedSemaphore(name,        also a *Semaphore
//	                                    value)
//	Barrier(parties), wait, reset,    NewBarrier(name, parties), Wait, there is no With
//	  abort, n_waiting, broken          Reset, Abort, Waiting, Broken
//	Queue(maxsize)                    Queue, NewQueue(name, size)      a negative size is refused
//	put, get, put_nowait, get_nowait  Put, Get, PutNowait, GetNowait
//	qsize, maxsize, empty, full       Len, Cap, Empty, Full
//	PriorityQueue, LifoQueue          NewPriorityQueue(name, size,     also a *Queue; less takes the place of the
//	                                    less), NewLIFOQueue              items' own order
//	task_done, join,                  TaskDone, Join(co),
//	  shutdown(immediate)               Shutdown(immediate)
//	StreamReader(limit)               NewStreamReader(co, name, limit) to be fed by hand; a limit of 0 is 64 KiB
//	feed_data, feed_eof,              FeedData, FeedEOF,
//	  set_exception, exception, at_eof  SetException, Exception, AtEOF
//	read, readexactly, readuntil      Read, ReadExactly, ReadUntil     several separators are several arguments
//	readline                          ReadLine                         too long a line is a LimitOverrunError
//	async for line in reader          for line, err := range Lines(co)
//	open_connection, start_server     Pipe(co, config)                 two connected ends in memory
//	StreamWriter.write, writelines,   StreamWriter.Write, WriteLines,  also an io.Writer
//	  write_eof, drain                  WriteEOF, Drain
//	close, is_closing, wait_closed    Close, IsClosing, WaitClosed     nobody is warned of a stream left open
//	transport.abort                   StreamWriter.Abort
//	set_write_buffer_limits,          SetWriteBufferLimits,            None is DeriveLimit
//	  get_write_buffer_size             WriteBufferSize
//	-                                 Recv(co, ch),                    Go's channels: v, ok := <-ch, and select; what
//	                                    Select(co, From(ch, &v), ...)    tasks and callbacks send without blocking
//	ContextVar, Token                 ContextVar, Token                every variable has a default
//	copy_context(), context[var]      CopyContext(co), ContextVar.In
//	to_thread(f)                      ToThread(co, n, f)               time stands still while f runs
//	loop.run_in_executor(None, f)     RunInExecutor(co, n, f)          results come in the order of the calls
//	loop.call_soon_threadsafe(f)      Loop.CallSoonThreadsafe(n, f)    taken when nothing else is ready
//	run_coroutine_threadsafe(f(), l)  RunCoroutineThreadsafe(l, n, f)
//	CancelledError                    CancelledError, ErrCancelled     also context.Canceled
//	TimeoutError                      TimeoutError, ErrTimeout         also context.DeadlineExceeded
//	InvalidStateError, QueueEmpty,    ErrInvalidState, ErrQueueEmpty,
//	  QueueFull, QueueShutDown          ErrQueueFull, ErrQueueShutDown
//	IncompleteReadError,              IncompleteReadError,             also io.ErrUnexpectedEOF
//	  LimitOverrunError                 LimitOverrunError
//	ConnectionResetError              StreamError, ErrConnectionLost   of streams
//	BrokenBarrierError                ErrBrokenBarrier                 the reason of a *sim.UsageError
//	ExceptionGroup                    ExceptionGroup
//	RuntimeError, ValueError          *sim.UsageError                  returned, or a panic where no error can be
//	KeyboardInterrupt, SystemExit     a panic ends the run             a *sim.PanicError
//
// # Deliberate differences
//
// An exception that nobody retrieved is reported when the run closes, in the order in which the tasks and futures were
// made. CPython reports it when the object is collected, at a moment that depends on who still refers to it.
//
// A generator belongs to the loop that ranges over it. It is closed when the loop is left, before the task goes on;
// CPython closes it two turns later, in a task of its own, when it is collected, or at shutdown_asyncgens. Go's loops
// have nothing to send to a generator or to throw at it; a variable that both see does that. One that is pulled, to be
// consumed bit by bit, may suspend, in the task that its co belongs to. Nobody but stop closes it: without stop its
// deferred functions never run, and its goroutine stays. The watchdog does not see what blocks in it.
//
// StaggeredRace names its tasks after the race and the function, where asyncio counts them with all others.
//
// A group that gives up, and a runner that closes, cancel their tasks in the order of creation. CPython's order is that
// of a set, which changes from run to run.
//
// A loop of its own may run inside a task or a callback. It has its own time; the outer loop's stands still.
//
// Virtual time stands still while a function of ToThread or RunInExecutor runs, so no timeout ends the wait for one
// that never returns. It passes while such a function waits for [ThreadFuture.Result]. On the wall clock (Config.Speed)
// it passes, results come as functions return, and calls of other goroutines are taken in every turn, as in asyncio;
// only the loop's time stands still during a step and where nothing happens.
//
// A task that returns context.Canceled has failed: only a CancelledError cancels it, though it is context.Canceled too.
//
// A co that is used on a goroutine of the program's own is not noticed, unless by the race detector.
//
// Cancelling tasks that await each other in a circle ends in RecursionError in CPython. Here the cancellation is
// delivered to the task at which it has come round the circle.
//
// A pipe has no buffer of its own, as sockets do: what was written and has not arrived counts as in the writer's.
//
// A read that is woken and has to wait again, when another task waits by then, is refused; CPython forgets that task.
//
// An exception handler that panics ends the run; asyncio falls back on the default handler.
//
// An error that wraps a CancelledError cancels the task that ends with it, as a subclass would in Python. A group of
// errors does not, whatever is in it.
//
// # What is not here
//
// What asyncio has and Go, or a simulation, cannot have:
//
//   - The textual forms with addresses, files and lines, and call stacks: objects have names, and [FormatCallGraph] tells
//     who waits for whom.
//   - The protocol of generators (send, throw, close, StopIteration) and duck-typed futures: a coroutine is a function, and
//     an Awaitable is a future or task of this package.
//   - Destructors: nothing happens when an object is collected, so nothing is reported then.
//   - Signals, subprocesses, sockets, servers and SSL: they belong to the machine, whose time is another. [Pipe] stands for
//     a connection; [ToThread] is the way out.
//   - Task factories, event loop policies, the debug mode and the loop of a thread: a loop is a value that is passed on, a
//     task is made in one way, and what the debug mode checks is always checked.
//   - CancelledError as something that only a bare except catches: an error is returned, and returning it passes it on.
package aio
