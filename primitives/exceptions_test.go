package aio_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func ExampleExceptionGroup() {
	group := &aio.ExceptionGroup{Message: "deliveries", Errors: []error{
		errors.New("letter lost"),
		&aio.ExceptionGroup{Message: "parcels", Errors: []error{aio.ErrTimeout, errors.New("parcel wet")}},
	}}
	fmt.Println(group)
	fmt.Println("a timeout is in it:", errors.Is(group, aio.ErrTimeout))
	// Output:
	// deliveries (2 sub-exceptions)
	// 	letter lost
	// 	parcels (2 sub-exceptions)
	// 		timeout
	// 		parcel wet
	// a timeout is in it: true
}

// TestErrorKinds: errors are told apart by sentinels, and by those of package context where code knows no others.
func TestErrorKinds(t *testing.T) {
	sentinels := []error{aio.ErrCancelled, aio.ErrTimeout, aio.ErrInvalidState, aio.ErrQueueEmpty, aio.ErrQueueFull,
		context.Canceled, context.DeadlineExceeded}
	for _, test := range []struct {
		err  error
		text string
		is   []error
	}{
		{&aio.CancelledError{}, "cancelled", []error{aio.ErrCancelled, context.Canceled}},
		{&aio.CancelledError{Message: "m"}, "cancelled: m", []error{aio.ErrCancelled, context.Canceled}},
		{&aio.CancelledError{Message: ""}, "cancelled: ", []error{aio.ErrCancelled, context.Canceled}},
		{&aio.TimeoutError{Op: "timeout", Task: "t", Time: sec}, `timeout in task "t" timed out at 1s`,
			[]error{aio.ErrTimeout, context.DeadlineExceeded}},
		{&aio.InvalidStateError{Object: `future "f"`, Reason: "result is not set", Time: sec},
			`invalid state: result is not set (future "f", at 1s)`, []error{aio.ErrInvalidState}},
		{&aio.QueueError{Queue: `queue "q"`, Time: sec, Err: aio.ErrQueueFull}, `queue "q" at 1s: queue is full`,
			[]error{aio.ErrQueueFull}},
		{&aio.ExceptionGroup{Message: "m", Errors: []error{aio.ErrQueueEmpty}},
			"m (1 sub-exception)\n\tqueue is empty", []error{aio.ErrQueueEmpty}},
	} {
		if test.err.Error() != test.text {
			t.Errorf("%T reads %q, want %q", test.err, test.err, test.text)
		}
		for _, sentinel := range sentinels {
			want := false
			for _, is := range test.is {
				want = want || is == sentinel
			}
			if got := errors.Is(fmt.Errorf("wrapped: %w", test.err), sentinel); got != want {
				t.Errorf("%q is %q: %t", test.err, sentinel, got)
			}
		}
	}
}
