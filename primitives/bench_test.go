package aio_test

import (
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// Run on one core: go test -bench . -cpu 1 ./primitives. The floors of the kernel's benchmarks are in ./sim.

// inTask runs body as the main task of a benchmark.
func inTask(b *testing.B, body func(co *aio.Co)) {
	b.ReportAllocs()
	if err := aio.Run(func(co *aio.Co) error {
		body(co)
		return nil
	}); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkSleepZero(b *testing.B) {
	inTask(b, func(co *aio.Co) {
		for b.Loop() {
			_ = aio.Sleep(co, 0)
		}
	})
}

// BenchmarkSleep counts the sleeps of main and of the tasks that sleep beside it.
func BenchmarkSleep(b *testing.B) {
	for _, n := range []int{1, 1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			slept, enough := 0, math.MaxInt
			inTask(b, func(co *aio.Co) {
				done := aio.NewFuture[aio.None](co, "done")
				for i := range n {
					aio.Go(co, "sleeper", func(co *aio.Co) error {
						for aio.Sleep(co, time.Second+time.Duration(i)) == nil {
							if slept++; slept == enough {
								return done.SetResult(aio.None{})
							}
						}
						return nil
					})
				}
				_ = aio.Sleep(co, 0)
				b.ResetTimer()
				enough = slept + b.N
				_, _ = done.Await(co)
				b.StopTimer()
			})
		})
	}
}

func BenchmarkCreateAndAwait(b *testing.B) {
	inTask(b, func(co *aio.Co) {
		for b.Loop() {
			_, _ = aio.Go(co, "child", func(co *aio.Co) error { return nil }).Await(co)
		}
	})
}

func BenchmarkCreateEagerAndAwait(b *testing.B) {
	config := aio.TaskConfig{Name: "child", Eager: true}
	inTask(b, func(co *aio.Co) {
		for b.Loop() {
			_, _ = aio.NewTask(co, config, func(co *aio.Co) (int, error) { return 0, nil }).Await(co)
		}
	})
}

// BenchmarkQueueHandOver passes one item from one task to another per operation: a put, a get and two switches.
func BenchmarkQueueHandOver(b *testing.B) {
	inTask(b, func(co *aio.Co) {
		q := aio.NewQueue[int]("q", 1)
		aio.Go(co, "consumer", func(co *aio.Co) error {
			for {
				if _, err := q.Get(co); err != nil {
					return err
				}
			}
		})
		for b.Loop() {
			_ = q.Put(co, 1)
		}
	})
}

func BenchmarkQueueNoSwitch(b *testing.B) {
	inTask(b, func(co *aio.Co) {
		var q aio.Queue[int]
		for b.Loop() {
			_ = q.Put(co, 1)
			_, _ = q.Get(co)
		}
	})
}

// BenchmarkParked reports the memory of a task that sleeps, beside others. Run it with -benchtime 1x: the Go runtime
// gives new goroutines larger stacks when it has seen larger ones.
func BenchmarkParked(b *testing.B) {
	const n = 100_000
	for b.Loop() {
		if err := aio.Run(func(co *aio.Co) error {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			for range n {
				aio.Go(co, "sleeper", func(co *aio.Co) error { return aio.Sleep(co, time.Hour) })
			}
			_ = aio.Sleep(co, 0)
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse)/n, "B/task")
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
}
