package aio_test

import (
	"context"
	"errors"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// TestContextOfATask ends when the task is asked to be cancelled, whoever looks at it, and when the task is finished.
func TestContextOfATask(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		var ctx, finished context.Context
		task := aio.Go(co, "task", func(co *aio.Co) error {
			ctx = aio.Context(co)
			if _, ok := ctx.Deadline(); ok || ctx.Err() != nil || aio.Context(co) != ctx {
				t.Errorf("%v, error %v", ok, ctx.Err())
			}
			return aio.Sleep(co, time.Hour)
		})
		other := aio.Go(co, "other", func(co *aio.Co) error {
			finished = aio.Context(co)
			return nil
		})
		if err := aio.Sleep(co, time.Second); err != nil {
			return err
		}
		child, cancel := context.WithCancel(ctx)
		defer cancel()
		task.Cancel()
		if ctx.Err() != context.Canceled || child.Err() != context.Canceled {
			t.Errorf("cancelled: %v, its child %v", ctx.Err(), child.Err())
		}
		if _, open, err := aio.Recv(co, ctx.Done()); open || err != nil || co.Now() != time.Second {
			t.Errorf("done: %v, %v at %v", open, err, co.Now())
		}
		if other.Done() && finished.Err() != context.Canceled {
			t.Errorf("finished: %v", finished.Err())
		}
		late := aio.Go(co, "late", func(co *aio.Co) error {
			task := aio.CurrentTask(co)
			task.Cancel()
			if err := aio.Context(co).Err(); err != context.Canceled {
				t.Errorf("asked after the cancellation: %v", err)
			}
			return nil
		})
		if _, err := late.Await(co); !errors.Is(err, aio.ErrCancelled) {
			t.Errorf("it ends with %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestContextOfATimeout has its deadline, in virtual time, and ends as the timeout does.
func TestContextOfATimeout(t *testing.T) {
	err := aio.Run(func(co *aio.Co) error {
		var expired, left, cancelled context.Context
		if err := aio.Timeout(co, time.Minute, func(s *aio.TimeoutScope) error {
			expired = s.Context()
			at, ok := expired.Deadline()
			if want := co.Loop().Date().Add(time.Minute); !ok || !at.Equal(want) || s.Context() != expired {
				t.Errorf("the deadline is %v, want %v", at, want)
			}
			return aio.Sleep(co, time.Hour)
		}); !errors.Is(err, aio.ErrTimeout) || expired.Err() != context.DeadlineExceeded {
			t.Errorf("%v, and the context says %v", err, expired.Err())
		}
		if err := aio.Timeout(co, aio.Forever, func(s *aio.TimeoutScope) error {
			left = s.Context()
			if _, ok := left.Deadline(); ok || left.Err() != nil {
				t.Errorf("for ever: %v, %v", ok, left.Err())
			}
			return nil
		}); err != nil || left.Err() != context.Canceled {
			t.Errorf("%v, and the context says %v", err, left.Err())
		}
		task := aio.Go(co, "task", func(co *aio.Co) error {
			return aio.Timeout(co, time.Minute, func(s *aio.TimeoutScope) error {
				cancelled = s.Context()
				return aio.Sleep(co, time.Hour)
			})
		})
		if err := aio.Sleep(co, time.Second); err != nil {
			return err
		}
		task.Cancel()
		if cancelled.Err() != context.Canceled {
			t.Errorf("cancelled from without: %v", cancelled.Err())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWithEnd ends once, tells who asked to be told, and keeps the earlier deadline.
func TestWithEnd(t *testing.T) {
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	type key struct{}
	parent, _ := aio.WithEnd(context.WithValue(context.Background(), key{}, "v"), at)
	ctx, end := aio.WithEnd(parent, at.Add(time.Hour))
	if got, ok := ctx.Deadline(); !ok || !got.Equal(at) || ctx.Value(key{}) != "v" {
		t.Errorf("deadline %v, value %v", got, ctx.Value(key{}))
	}
	after := ctx.(interface {
		AfterFunc(func()) (stop func() bool)
	}).AfterFunc
	told := ""
	stop := after(func() { told += "stopped" })
	after(func() { told += "a" })
	if !stop() || stop() {
		t.Error("stop does not say whether it stopped")
	}
	end(context.DeadlineExceeded)
	end(context.Canceled)
	late := make(chan struct{})
	after(func() { close(late) })
	<-late
	if told != "a" || ctx.Err() != context.DeadlineExceeded || parent.Err() != nil {
		t.Errorf("told %q, %v", told, ctx.Err())
	}
}

// TestCauseOfAContext is why it ended, also where its parent ends later for another reason.
func TestCauseOfAContext(t *testing.T) {
	type key struct{}
	errReason := errors.New("the reason")
	for _, test := range []struct {
		parentFirst bool
		want        error
	}{{true, errReason}, {false, context.DeadlineExceeded}} {
		parent, cancel := context.WithCancelCause(context.WithValue(context.Background(), key{}, "v"))
		ctx, end := aio.WithEnd(parent, time.Time{})
		child, stop := context.WithCancel(ctx)
		if cause := context.Cause(ctx); cause != nil || ctx.Value(key{}) != "v" {
			t.Errorf("the cause is %v, the value %v", cause, ctx.Value(key{}))
		}
		if test.parentFirst {
			cancel(errReason)
			end(parent.Err())
		} else {
			end(context.DeadlineExceeded)
			cancel(errReason)
		}
		if cause, inherited := context.Cause(ctx), context.Cause(child); cause != test.want || inherited != test.want {
			t.Errorf("the cause is %v, that of its child %v, not %v", cause, inherited, test.want)
		}
		stop()
	}
}
