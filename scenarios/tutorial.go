package scenarios

import (
	"errors"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// tutorial is a constant in all but name: nothing changes it.
var tutorial = [...]Scenario{
	{Name: "ex_5_1", Intent: "the exception of a failed task is fetched once the task is done", Main: fetchException},
	{Name: "ex_5_1_early", Intent: "the exception of a task is asked for before the task has failed", Main: fetchExceptionEarly,
		Fails: aio.ErrInvalidState},
	{Name: "ex_5_2", Intent: "an exception that nobody fetches reaches the loop's exception handler", Main: handleException},
	{Name: "ex_5_3", Intent: "a task is cancelled and the error of that caught", Main: cancelTask},
	{Name: "ex_5_4", Intent: "callbacks chain two tasks, and an event tells when the chain is done", Main: chainCallbacks},
	{Name: "ex_5_5", Intent: "a producer feeds a consumer through a queue", Main: produceAndConsume},
	{Name: "ex_5_6", Intent: "a future is completed by hand and then awaited", Main: completeFuture},
}

var errSome = errors.New("Some exception happened!") //lint:ignore ST1005 the text is the tutorial's

// failAfter returns a task's function that fails after d.
func failAfter(d time.Duration) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		co.Printf("Executing the task to raise an exception!\n")
		if err := aio.Sleep(co, d); err != nil {
			return err
		}
		return errSome
	}
}

// succeed is a task's function that takes longer than any that fails.
func succeed(co *aio.Co) error {
	co.Printf("Executing the task which will complete!\n")
	if err := aio.Sleep(co, time.Second); err != nil {
		return err
	}
	co.Printf("longer_task is done!\n")
	return nil
}

// fetchException: which of the two tasks begins first, and so the order of two lines, depends on the order of ready
// tasks.
func fetchException(co *aio.Co) error {
	co.Printf("Main coroutine started!\n")
	shorter := aio.Go(co, "shorter_task", failAfter(100*time.Millisecond))
	longer := aio.Go(co, "longer_task", succeed)
	if _, err := longer.Await(co); err != nil {
		return err
	}
	co.Printf("Exception: %v\n", shorter.Exception())
	co.Printf("Main coroutine done!\n")
	return nil
}

// fetchExceptionEarly: whether either task has begun when main asks, and which first, depends on the order of ready
// tasks; that it is too early does not.
func fetchExceptionEarly(co *aio.Co) error {
	co.Printf("Main coroutine started!\n")
	shorter := aio.Go(co, "shorter_task", failAfter(100*time.Millisecond))
	aio.Go(co, "longer_task", succeed)
	if err := aio.Sleep(co, 0); err != nil {
		return err
	}
	err := shorter.Exception()
	if errors.Is(err, aio.ErrInvalidState) {
		return err
	}
	co.Printf("Exception: %v\n", err)
	return nil
}

// handleException: which of the two tasks begins first, and so the order of two lines, depends on the order of ready
// tasks.
func handleException(co *aio.Co) error {
	co.Printf("Main coroutine started!\n")
	co.Loop().SetExceptionHandler(func(l *aio.Loop, c sim.ExceptionContext) {
		l.Printf("Exception: %v\n", c.Exception)
	})
	aio.Go(co, "shorter_task", failAfter(10*time.Millisecond))
	longer := aio.Go(co, "longer_task", succeed)
	if _, err := longer.Await(co); err != nil {
		return err
	}
	co.Printf("Main coroutine done!\n")
	return nil
}

// cancelTask does the same in every order.
func cancelTask(co *aio.Co) error {
	task := aio.Go(co, "cancel_me", func(co *aio.Co) error { return aio.Sleep(co, time.Second) })
	if err := aio.Sleep(co, 10*time.Millisecond); err != nil {
		return err
	}
	task.Cancel()
	if _, err := task.Await(co); !errors.Is(err, aio.ErrCancelled) {
		return err
	}
	co.Printf("main(): cancel_me is cancelled now\n")
	return nil
}

// chainCallbacks does the same in every order.
func chainCallbacks(co *aio.Co) error {
	var event aio.Event
	first := aio.Spawn(co, "task1", func(co *aio.Co) (int, error) {
		co.Printf(">task1()\n")
		return 1, aio.Sleep(co, time.Second)
	})
	first.AddDoneCallback("callback1", func(first *aio.Future[int]) {
		data, err := first.Result()
		if err != nil {
			first.Loop().CallExceptionHandler(sim.ExceptionContext{Message: "callback1 failed", Exception: err})
			return
		}
		second := aio.Go(first, "task2", func(co *aio.Co) error {
			co.Printf(">task2() got %d\n", data)
			return aio.Sleep(co, time.Second)
		})
		second.AddDoneCallback("callback2", func(*aio.Future[aio.None]) { event.Set() })
	})
	if err := event.Wait(co); err != nil {
		return err
	}
	co.Printf("Main: chain is done\n")
	return nil
}

// produceAndConsume does the same in every order. The last item is taken after main has returned, in the turn in which
// the loop stops.
func produceAndConsume(co *aio.Co) error {
	channel := aio.NewQueue[int]("channel", 0)
	aio.Go(co, "consumer", func(co *aio.Co) error {
		for {
			item, err := channel.Get(co)
			if err != nil {
				return err
			}
			co.Printf("Got number %d\n", item)
		}
	})
	for n := range 5 {
		if err := aio.Sleep(co, time.Second); err != nil {
			return err
		}
		if err := channel.Put(co, n); err != nil {
			return err
		}
	}
	co.Printf("Done!\n")
	return nil
}

// completeFuture does the same in every order: there is only main.
func completeFuture(co *aio.Co) error {
	future := aio.NewFuture[int](co, "future")
	co.Printf("future status is done: %s\n", python(future.Done()))
	if err := future.SetResult(10); err != nil {
		return err
	}
	result, err := future.Result()
	if err != nil {
		return err
	}
	co.Printf("future status is done: %s, future result: %d\n", python(future.Done()), result)
	if result, err = future.Await(co); err != nil {
		return err
	}
	co.Printf("future result after being awaited: %d\n", result)
	return nil
}

// python writes a truth value as Python prints it.
func python(b bool) string {
	if b {
		return "True"
	}
	return "False"
}
