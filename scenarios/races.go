package scenarios

import (
	"errors"
	"fmt"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// races are bugs of programs whose authors tried them: each succeeds in asyncio's own order, and fails in another one
// that asyncio does not promise against. An await is where the others run; nothing else is needed to fail.
//
// races is a constant in all but name: nothing changes it.
var races = [...]Scenario{
	{Name: "races/cancel_leak", Intent: "a cancellation between acquire and try leaks a connection", Main: cancelLeak},
	{Name: "races/check_then_act", Intent: "an await lies between the check for the last seat and its booking",
		Main: checkThenAct},
	{Name: "races/lock_released", Intent: "what was read under a lock is stale after an await without the lock",
		Main: lockReleased},
	{Name: "races/lost_update", Intent: "a worker writes a balance that it read before an await", Main: lostUpdate},
	{Name: "races/queue_shutdown", Intent: "a queue is shut down when the producer that started last has ended",
		Main: queueShutdown},
	{Name: "races/timeout_retry", Intent: "a payment that completes as its timeout passes is made again",
		Main: timeoutRetry},
}

var (
	errLeaked  = errors.New("the connection did not come back")
	errFetched = errors.New("the token was fetched twice")
)

// after returns a task's function that sleeps and then does something.
func after(d time.Duration, do func(co *aio.Co) error) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		if err := aio.Sleep(co, d); err != nil {
			return err
		}
		return do(co)
	}
}

// checkThenAct: the payment lies between the check for a seat and the booking of it. Bob comes as Alice has paid.
func checkThenAct(co *aio.Co) error {
	seats := 1
	book := func(co *aio.Co) error {
		if seats == 0 {
			return nil // sold out
		}
		if err := aio.Sleep(co, time.Second); err != nil { // pay
			return err
		}
		seats--
		return nil
	}
	alice, bob := aio.Go(co, "alice", book), aio.Go(co, "bob", after(time.Second, book))
	if _, err := aio.Gather(co, alice, bob).Await(co); err != nil {
		return err
	}
	if seats < 0 {
		return fmt.Errorf("%d seats are left", seats)
	}
	return nil
}

// lostUpdate: two workers take deposits from a queue and write the sum after an audit.
func lostUpdate(co *aio.Co) error {
	balance := 0
	deposits := aio.NewQueue[int]("deposits", 0)
	work := func(co *aio.Co) error {
		amount, err := deposits.Get(co)
		if err != nil {
			return err
		}
		sum := balance + amount
		if err := aio.Sleep(co, 0); err != nil { // audit
			return err
		}
		balance = sum
		return nil
	}
	first, second := aio.Go(co, "worker 1", work), aio.Go(co, "worker 2", work)
	for _, amount := range []int{10, 20} {
		if err := aio.Sleep(co, 0); err != nil {
			return err
		}
		if err := deposits.Put(co, amount); err != nil {
			return err
		}
	}
	if _, err := aio.Gather(co, first, second).Await(co); err != nil {
		return err
	}
	if balance != 30 {
		return fmt.Errorf("the balance is %d after deposits of 10 and 20", balance)
	}
	return nil
}

// lockReleased: the token is looked up under a lock and stored under it, but fetched without it.
func lockReleased(co *aio.Co) error {
	var lock aio.Lock
	token, fetched := "", 0
	use := func(co *aio.Co) error {
		missing := false
		err := lock.With(co, func() error {
			missing = token == ""
			return nil
		})
		if err != nil || !missing {
			return err
		}
		if err := aio.Sleep(co, time.Second); err != nil { // fetch
			return err
		}
		fetched++
		return lock.With(co, func() error {
			token = fmt.Sprintf("token %d", fetched)
			return nil
		})
	}
	early, late := aio.Go(co, "early", use), aio.Go(co, "late", after(time.Second, use))
	if _, err := aio.Gather(co, early, late).Await(co); err != nil {
		return err
	}
	if fetched > 1 {
		return errFetched
	}
	return nil
}

// timeoutRetry: what is still pending when the timeout passes is taken for lost, and not cancelled.
func timeoutRetry(co *aio.Co) error {
	paid := 0
	pay := func(co *aio.Co) error {
		if err := aio.Sleep(co, time.Second); err != nil {
			return err
		}
		paid++
		return nil
	}
	payment := aio.Go(co, "payment", pay)
	if err := aio.Sleep(co, 0); err != nil { // let it begin
		return err
	}
	_, pending, err := aio.Wait(co, []aio.Awaitable{payment}, time.Second, aio.AllCompleted)
	if err != nil {
		return err
	}
	if len(pending) > 0 {
		if _, err := aio.Go(co, "retry", pay).Await(co); err != nil {
			return err
		}
	}
	if _, err := payment.Await(co); err != nil {
		return err
	}
	if paid != 1 {
		return fmt.Errorf("paid %d times", paid)
	}
	return nil
}

// cancelLeak: the connection is checked before the code that will give it back is in place.
func cancelLeak(co *aio.Co) error {
	connections := aio.NewQueue[string]("connections", 1)
	if err := connections.PutNowait("connection"); err != nil {
		return err
	}
	request := aio.Go(co, "request", func(co *aio.Co) (err error) {
		connection, err := connections.Get(co)
		if err != nil {
			return err
		}
		if err := aio.Sleep(co, 0); err != nil { // check that it is alive
			return err
		}
		defer func() { err = errors.Join(err, connections.PutNowait(connection)) }()
		return aio.Sleep(co, time.Minute)
	})
	for range 2 { // give it time to begin
		if err := aio.Sleep(co, 0); err != nil {
			return err
		}
	}
	request.Cancel()
	if _, err := request.Await(co); !errors.Is(err, aio.ErrCancelled) {
		return err
	}
	if connections.Empty() {
		return errLeaked
	}
	return nil
}

// queueShutdown: the last producer that was started is taken for the last one that ends.
func queueShutdown(co *aio.Co) error {
	lines := aio.NewQueue[string]("lines", 1)
	produce := func(co *aio.Co) error {
		for _, line := range []string{"one", "two"} {
			if err := lines.Put(co, line); err != nil {
				return err
			}
		}
		return nil
	}
	first, last := aio.Go(co, "producer 1", produce), aio.Go(co, "producer 2", produce)
	consumer := aio.Go(co, "consumer", func(co *aio.Co) error {
		for {
			if _, err := lines.Get(co); err != nil {
				if errors.Is(err, aio.ErrQueueShutDown) {
					return nil
				}
				return err
			}
		}
	})
	if _, err := last.Await(co); err != nil {
		return err
	}
	lines.Shutdown(false)
	_, err := aio.Gather(co, first, consumer).Await(co)
	return err
}
