package aio_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// queueTwin is a queue as a plain list: what must come of each operation in the moment in which it returns.
type queueTwin struct {
	t       *rapid.T
	q       *aio.Queue[int]
	kind    int // as in queueKinds
	size    int
	items   []int
	undone  int
	reached int // how often undone became 0
	shut    bool
	waiting map[string]int // how many tasks are in an operation
}

func (w *queueTwin) full() bool { return w.size > 0 && len(w.items) >= w.size }

func (w *queueTwin) finish(n int) {
	if w.undone > 0 && w.undone <= n {
		w.reached++
	}
	w.undone = max(0, w.undone-n)
}

// next returns where the item is that leaves next.
func (w *queueTwin) next() int {
	switch w.kind {
	case 1:
		return slices.Index(w.items, slices.Min(w.items))
	case 2:
		return len(w.items) - 1
	}
	return 0
}

func (w *queueTwin) did(op string, item int, err error) {
	cancelled := errors.Is(err, aio.ErrCancelled)
	ok := false
	switch op {
	case "put", "put nowait":
		switch {
		case err == nil:
			ok = !w.shut && !w.full()
			w.items = append(w.items, item)
			w.undone++
		case errors.Is(err, aio.ErrQueueShutDown):
			ok = w.shut
		case errors.Is(err, aio.ErrQueueFull):
			ok = op == "put nowait" && w.full()
		default:
			ok = cancelled
		}
	case "get", "get nowait":
		switch {
		case err == nil:
			ok = len(w.items) > 0 && w.items[w.next()] == item
			if ok {
				w.items = slices.Delete(w.items, w.next(), w.next()+1)
			}
		case errors.Is(err, aio.ErrQueueShutDown):
			ok = w.shut && len(w.items) == 0
		case errors.Is(err, aio.ErrQueueEmpty):
			ok = op == "get nowait" && len(w.items) == 0
		default:
			ok = cancelled
		}
	case "task done":
		ok = (err != nil) == (w.undone == 0)
		w.finish(1)
	case "shutdown", "immediate shutdown":
		ok, w.shut = true, true
		if op == "immediate shutdown" {
			w.finish(len(w.items))
			w.items = nil
		}
	}
	if !ok || w.q.Len() != len(w.items) || w.q.Full() != w.full() {
		w.t.Fatalf("%s of %d: %v, len %d, where %+v", op, item, err, w.q.Len(), w.items)
	}
}

// do does one operation and compares it with the twin.
func (w *queueTwin) do(co *aio.Co, op string, item int) (err error) {
	w.waiting[op]++
	defer func() { w.waiting[op]-- }()
	switch op {
	case "put":
		err = w.q.Put(co, item)
	case "put nowait":
		err = w.q.PutNowait(item)
	case "get":
		item, err = w.q.Get(co)
	case "get nowait":
		item, err = w.q.GetNowait()
	case "task done":
		err = w.q.TaskDone()
	case "shutdown", "immediate shutdown":
		w.q.Shutdown(op == "immediate shutdown")
	case "turn":
		return aio.Sleep(co, 0)
	case "join":
		before, none := w.reached, w.undone == 0
		err = w.q.Join(co)
		if err == nil && !none && w.reached == before {
			w.t.Fatalf("joined while %d are not done", w.undone)
		}
		return err
	}
	w.did(op, item, err)
	return err
}

// TestQueueProperty: whatever puts, gets, joins, shuts down and is cancelled in whatever turn, nothing is lost or there
// twice, the order is kept, the count of what is not done is right, and nobody waits in the end who need not.
func TestQueueProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &queueTwin{t: t, waiting: map[string]int{}}
		w.kind = rapid.IntRange(0, len(queueKinds)-1).Draw(t, "kind")
		w.size = rapid.IntRange(0, 2).Draw(t, "size")
		w.q = queueKinds[w.kind].make(w.size)
		ops := []string{"put", "put", "put nowait", "get", "get", "get nowait", "task done", "join", "turn", "cancel"}
		ops = append(ops, rapid.SampledFrom([][]string{nil, {"shutdown"}, {"immediate shutdown"}}).Draw(t, "may")...)
		tasks := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(ops), 1, 8), 1, 6).Draw(t, "tasks")
		targets := rapid.SliceOfN(rapid.IntRange(0, len(tasks)-1), 8, 8).Draw(t, "targets")
		err := aio.RunWith(quiet, func(co *aio.Co) error {
			var made []*aio.Task[aio.None]
			items, over := 0, false
			for i, ops := range tasks {
				made = append(made, aio.Go(co, fmt.Sprint(i), func(co *aio.Co) error {
					for at, op := range ops {
						if op == "cancel" {
							made[targets[at]].Cancel()
							continue
						}
						items++
						if err := w.do(co, op, items*7%10); over {
							return err // of a cancellation: the loop closes
						}
					}
					return nil
				}))
			}
			_ = aio.Sleep(co, time.Hour)
			over = true
			stuck := w.waiting
			switch {
			case stuck["get"] > 0 && (len(w.items) > 0 || w.shut),
				stuck["put"] > 0 && (!w.full() || w.shut),
				stuck["join"] > 0 && w.undone == 0:
				t.Fatalf("for ever wait %v, with %v, %d not done, shut down %t", stuck, w.items, w.undone, w.shut)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
