// Package aio is asyncio's vocabulary on virtual time: futures, tasks, and what they wait for. Its import path ends in
// primitives; its files are named after CPython's, so that each can be read beside its twin, and what they do is done in
// the same turn of the loop as there.
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
//	Runner                            Runner                           Close is to be called
//	create_task(f(), name=n)          Go(co, n, f), Spawn(co, n, f)    the name comes first, as in t.Run
//	create_task(..., eager_start,     NewTask(co, TaskConfig{...}, f)
//	  context)
//	await task                        task.Await(co)
//	Task.cancel, cancelling,          Task.Cancel, Cancelling,
//	  uncancel                          Uncancel
//	Task.result, exception            Task.Result, Exception           InvalidStateError is returned
//	Task.set_name                     -                                a task is named when it is made
//	current_task, all_tasks           CurrentTask, AllTasks            all tasks in the order of creation
//	loop.create_future()              NewFuture(co, name)
//	set_result, set_exception         SetResult, SetException          errors are returned
//	add_done_callback                 AddDoneCallback(name, f)
//	remove_done_callback(f)           RemoveDoneCallback(name)         by name: Go's functions have no identity
//	sleep(d)                          Sleep(co, d)                     d is a time.Duration; there is no NaN
//	gather(*aws)                      Gather(co, a, b)                 takes tasks and futures, not functions
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
//	Event                             Event                            the zero Event is ready for use
//	Queue(maxsize)                    Queue, NewQueue(name, size)      a negative size is refused
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
//	ContextVar, Token                 ContextVar, Token                every variable has a default
//	copy_context()                    CopyContext(co)
//	CancelledError                    CancelledError, ErrCancelled     also context.Canceled
//	TimeoutError                      TimeoutError, ErrTimeout         also context.DeadlineExceeded
//	InvalidStateError, QueueEmpty,    ErrInvalidState, ErrQueueEmpty,
//	  QueueFull                         ErrQueueFull
//	IncompleteReadError,              IncompleteReadError,             also io.ErrUnexpectedEOF
//	  LimitOverrunError                 LimitOverrunError
//	ConnectionResetError              StreamError, ErrConnectionLost   of streams
//	ExceptionGroup                    ExceptionGroup
//	RuntimeError, ValueError          *sim.UsageError                  returned, or a panic where no error can be
//	KeyboardInterrupt, SystemExit     a panic ends the run             a *sim.PanicError
//
// # Deliberate differences
//
// An exception that nobody retrieved is reported when the run closes, in the order in which the tasks and futures were
// made. CPython reports it when the object is collected, at a moment that depends on who still refers to it.
//
// Where CPython walks a set of tasks, whose order is that of their addresses, aio goes in the order of creation.
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
package aio
