package aio_test

import (
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
)

func TestBarrierReset(t *testing.T) {
	checkBarriers(t, []barrierTest{
		{"BAR-11 reset where nobody waits", `
			0s 0 of 2 wait, broken false
			0s b: 1
			0s a: 0`, 2, func(co *aio.Co, b *aio.Barrier) {
			_ = b.Reset(co)
			co.Printf("%s\n", standing(b))
			parties(co, b, "a", "b")
		}},
		{"BAR-12 all that wait are told, and the barrier can be used again", `
			0s a: broken
			0s b: broken
			0s 0 of 3 wait, broken false
			0s e: 2
			0s c: 0
			0s d: 1`, 3, func(co *aio.Co, b *aio.Barrier) {
			parties(co, b, "a", "b")
			_ = b.Reset(co)
			settle(co)
			co.Printf("%s\n", standing(b))
			parties(co, b, "c", "d", "e")
		}},
		{"BAR-13 reset while they leave: those that are still in are told", `
			0s c: 2
			0s a: broken
			0s b: broken
			0s 0 of 3 wait, broken false`, 3, func(co *aio.Co, b *aio.Barrier) {
			parties(co, b, "a", "b")
			aio.Go(co, "c", party(b, func(co *aio.Co) { _ = b.Reset(co) }))
			settle(co)
			co.Printf("%s\n", standing(b))
		}},
		{"BAR-14 those that are held for the next round are not told", `
			0s c: 2
			0s a: 0
			0s b: broken
			0s 1 of 3 wait, broken false
			0s f: 2
			0s d: 0
			0s e: 1`, 3, func(co *aio.Co, b *aio.Barrier) {
			aio.Go(co, "a", party(b, func(co *aio.Co) { _ = b.Reset(co) }))
			aio.Go(co, "b", party(b, nil))
			aio.Go(co, "c", party(b, nil))
			aio.Go(co, "d", party(b, nil)) // it comes while a and b are still in
			settle(co)
			co.Printf("%s\n", standing(b))
			parties(co, b, "e", "f")
		}},
		{"reset twice in one turn, and one that is held", `
			0s a: broken
			0s b: broken
			0s 1 of 3 wait, broken false
			main: <nil>
			0s held: cancelled`, 3, func(co *aio.Co, b *aio.Barrier) {
			parties(co, b, "a", "b")
			_ = b.Reset(co)
			aio.Go(co, "held", party(b, nil))
			_ = b.Reset(co)
			settle(co)
			co.Printf("%s\n", standing(b))
		}},
		{"BAR-15 those that were told wait again, and one more comes", `
			0s a: broken
			0s b: broken
			0s 2 of 3 wait, broken false
			0s c: 2
			0s b: 0
			0s a: 1`, 3, func(co *aio.Co, b *aio.Barrier) {
			for _, who := range []string{"a", "b"} {
				aio.Go(co, who, func(co *aio.Co) error {
					_ = party(b, nil)(co)
					return party(b, nil)(co)
				})
			}
			settle(co)
			_ = b.Reset(co)
			settle(co)
			co.Printf("%s\n", standing(b))
			parties(co, b, "c")
		}},
		{"BAR-16 the last to leave resets: nobody is told", `
			0s c: 2
			0s a: 0
			0s b: 1
			0s 1 of 3 wait, broken false
			main: <nil>
			0s held: cancelled`, 3, func(co *aio.Co, b *aio.Barrier) {
			parties(co, b, "a")
			aio.Go(co, "b", party(b, func(co *aio.Co) { _ = b.Reset(co) }))
			aio.Go(co, "c", party(b, nil))
			aio.Go(co, "held", party(b, nil))
			settle(co)
			co.Printf("%s\n", standing(b))
		}},
		{"cancelled while it is told: it is the last to leave", `
			0s a: broken
			0s b: cancelled
			0s main: 2
			0s c: 0
			0s d: 1`, 3, func(co *aio.Co, b *aio.Barrier) {
			tasks := parties(co, b, "a", "b")
			_ = b.Reset(co)
			tasks[1].Cancel()
			aio.Go(co, "c", party(b, nil))
			aio.Go(co, "d", party(b, nil))
			_ = party(b, nil)(co) // held, so that it comes after c and d
			settle(co)
		}},
	})
}

func TestBarrierAbort(t *testing.T) {
	checkBarriers(t, []barrierTest{
		{"BAR-17 abort where nobody waits", `
			0s 0 of 2 wait, broken true
			0s main: broken
			0s 0 of 2 wait, broken true`, 2, func(co *aio.Co, b *aio.Barrier) {
			_ = b.Abort(co)
			co.Printf("%s\n", standing(b))
			_ = party(b, nil)(co)
			co.Printf("%s\n", standing(b))
		}},
		{"abort where some wait", `
			0s a: broken
			0s b: broken
			0s main: broken
			0s 0 of 3 wait, broken true`, 3, func(co *aio.Co, b *aio.Barrier) {
			parties(co, b, "a", "b")
			_ = b.Abort(co)
			settle(co)
			_ = party(b, nil)(co)
			co.Printf("%s\n", standing(b))
		}},
		{"BAR-18 abort while they leave: those in it and those that are held are told, and it stays broken", `
			0s c: 2
			0s a: 0
			0s b: broken
			0s held: broken
			0s 0 of 3 wait, broken true`, 3, func(co *aio.Co, b *aio.Barrier) {
			aio.Go(co, "a", party(b, func(co *aio.Co) { _ = b.Abort(co) }))
			aio.Go(co, "b", party(b, nil))
			aio.Go(co, "c", party(b, nil))
			aio.Go(co, "held", party(b, nil))
			settle(co)
			co.Printf("%s\n", standing(b))
		}},
		{"BAR-19 a party that fails aborts, and nobody waits for ever", `
			1s c fails
			1s a: broken
			1s b: broken
			1s 0 of 3 wait, broken true`, 3, func(co *aio.Co, b *aio.Barrier) {
			parties(co, b, "a", "b")
			aio.Go(co, "c", func(co *aio.Co) error {
				_ = aio.Sleep(co, sec)
				co.Printf("c fails\n")
				return b.Abort(co)
			})
			_ = aio.Sleep(co, sec)
			settle(co)
			co.Printf("%s\n", standing(b))
		}},
		{"BAR-20 abort, meet at another barrier, reset, use it again", `
			0s a: broken
			0s b: broken
			0s reset
			0s a: 1
			0s b: 0`, 2, func(co *aio.Co, b *aio.Barrier) {
			other := aio.NewBarrier("other", 2)
			_ = b.Abort(co)
			for _, who := range []string{"a", "b"} {
				aio.Go(co, who, func(co *aio.Co) error {
					_ = party(b, nil)(co)
					if place, _ := other.Wait(co); place == 1 {
						_ = b.Reset(co)
						co.Printf("reset\n")
					}
					_ = aio.Sleep(co, 0)
					return party(b, nil)(co)
				})
			}
			settle(co)
		}},
	})
}

// TestBrokenBarrierError reads what the two kinds of waits are told.
func TestBrokenBarrierError(t *testing.T) {
	check(t, `
		1s wait barrier "b" that was aborted or reset in task "a" at 1s: broken barrier
		1s wait barrier "b" that is aborted in task "main" at 1s: broken barrier
		main: <nil>`, func(co *aio.Co) error {
		b := aio.NewBarrier("b", 2)
		tell := func(co *aio.Co) error {
			_, err := b.Wait(co)
			wantUsage(t, err, aio.ErrBrokenBarrier)
			co.Printf("%v\n", err)
			return nil
		}
		aio.Go(co, "a", tell)
		_ = aio.Sleep(co, sec)
		_ = b.Abort(co)
		settle(co)
		return tell(co)
	})
}
