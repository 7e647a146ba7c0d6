package explore

import (
	"errors"
	"slices"
)

// ErrGoexit is a run that the program left by runtime.Goexit, as t.FailNow, t.Fatal and what is built on them do. It is
// a failure like others, unless [Config].Skipped says that it is none.
var ErrGoexit = errors.New("the program called runtime.Goexit, as t.FailNow and t.Fatal do")

// left tells how a run went that has ended its goroutine.
func (w *worker) left() outcome {
	o := w.outcome()
	if w.skipped != nil && w.skipped(w.runner.Loop()) {
		return o
	}
	o.err, o.decisions = ErrGoexit, slices.Clone(w.decisions)
	return o
}

// apart runs schedule i on a goroutine of its own, so that nothing but that one is lost with [ErrGoexit].
func (w *worker) apart(s strategy, i int) (o outcome) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			if !returned {
				o = w.left()
			}
		}()
		o = w.run(s, i)
		returned = true
	}()
	<-done
	return o
}
