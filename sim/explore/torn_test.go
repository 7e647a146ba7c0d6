package explore_test

import (
	"errors"

	aio "github.com/asyncsim/asyncsim/primitives"
)

var errTorn = errors.New("torn")

// tornAmong is a program in which a checker may see one of two variables written and the other not.
func tornAmong(setters, checkers int) func(co *aio.Co) error {
	return func(co *aio.Co) error {
		var a, b aio.Shared[int]
		var tasks []*aio.Task[aio.None]
		for range setters {
			tasks = append(tasks, aio.Go(co, "setter", func(co *aio.Co) error {
				a.Store(co, 1)
				b.Store(co, -1)
				return nil
			}))
		}
		for range checkers {
			tasks = append(tasks, aio.Go(co, "checker", func(co *aio.Co) error {
				if a.Load(co) == 0 && b.Load(co) == 0 || a.Load(co) == 1 && b.Load(co) == -1 {
					return nil
				}
				return errTorn
			}))
		}
		for _, t := range tasks {
			if _, err := t.Await(co); err != nil {
				return err
			}
		}
		return nil
	}
}
