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
//	PriorityQueue, LifoQueue          NewPriorityQueue(name, size,     also a *Queue; less takes the place of the
//	                                    less), NewLIFOQueue              items' own order
//	task_done, join,                  TaskDone, Join(co),
//	  shutdown(immediate)               Shutdown(immediate)
//	ContextVar, Token                 ContextVar, Token                every variable has a default
//	copy_context()                    CopyContext(co)
//	CancelledError                    CancelledError, ErrCancelled     also context.Canceled
//	TimeoutError                      TimeoutError, ErrTimeout         also context.DeadlineExceeded
//	InvalidStateError, QueueEmpty,    ErrInvalidState, ErrQueueEmpty,
//	  QueueFull, QueueShutDown          ErrQueueFull, ErrQueueShutDown
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
// Where CPython walks a set of tasks, whose order is that of their addresses, aio goes in the order of creation.
//
// Cancelling tasks that await each other in a circle ends in RecursionError in CPython. Here the cancellation is
// delivered to the task at which it has come round the circle.
//
// An exception handler that panics ends the run; asyncio falls back on the default handler.
//
// An error that wraps a CancelledError cancels the task that ends with it, as a subclass would in Python. A group of
// errors does not, whatever is in it.
package aio
