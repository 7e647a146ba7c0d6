package sim_test

import (
	"fmt"
	"iter"
	"runtime"
	"testing"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// Each benchmark of the kernel stands beside its floor: the least that anything with the same parts could cost. Read
// the ratio, not the nanoseconds. Run them on one core: go test -bench . -cpu 1 ./sim

func newLoop(tb testing.TB) *sim.Loop {
	l, err := sim.NewLoop(sim.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

func BenchmarkFloorPull(b *testing.B) {
	next, stop := iter.Pull(func(yield func(struct{}) bool) {
		for yield(struct{}{}) {
		}
	})
	defer stop()
	for b.Loop() {
		next()
	}
}

// floorHeap is a 4-ary heap of deadlines and the coroutines that they resume, and nothing else.
type floorHeap []floorTimer

type floorTimer struct {
	when int64
	seq  uint64
	next func() (int64, bool)
}

func (t floorTimer) before(u floorTimer) bool {
	return t.when < u.when || t.when == u.when && t.seq < u.seq
}

func (h *floorHeap) push(t floorTimer) {
	*h = append(*h, t)
	s := *h
	i := len(s) - 1
	for i > 0 && t.before(s[(i-1)/4]) {
		s[i] = s[(i-1)/4]
		i = (i - 1) / 4
	}
	s[i] = t
}

func (h *floorHeap) pop() floorTimer {
	s := *h
	top, last := s[0], s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	if len(s) == 0 {
		return top
	}
	i := 0
	for {
		c := 4*i + 1
		if c >= len(s) {
			break
		}
		for k := c + 1; k < min(4*i+5, len(s)); k++ {
			if s[k].before(s[c]) {
				c = k
			}
		}
		if !s[c].before(last) {
			break
		}
		s[i] = s[c]
		i = c
	}
	s[i] = last
	return top
}

var taskCounts = []int{1, 1_000, 100_000}

// BenchmarkFloorSleep is what a sleep of every task costs with a bare heap and bare iter.Pull: an event pops a timer,
// switches to its coroutine and back, and pushes the next one.
func BenchmarkFloorSleep(b *testing.B) {
	for _, n := range taskCounts {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var h floorHeap
			var seq uint64
			for i := range n {
				next, stop := iter.Pull(func(yield func(int64) bool) {
					for yield(int64(time.Second) + int64(i)) {
					}
				})
				defer stop()
				d, _ := next()
				seq++
				h.push(floorTimer{d, seq, next})
			}
			for b.Loop() {
				t := h.pop()
				d, _ := t.next()
				seq++
				h.push(floorTimer{t.when + d, seq, t.next})
			}
		})
	}
}

type bodyFunc func(co *sim.Co)

func (f bodyFunc) Run(co *sim.Co) { f(co) }
func (f bodyFunc) Cancel()        {}

func start(l *sim.Loop, name string, f func(co *sim.Co)) *sim.Co {
	co := new(sim.Co)
	co.Init(l, name, bodyFunc(f))
	co.Start()
	return co
}

// run runs the loop in a benchmark whose callbacks count down to Stop.
func run(tb testing.TB, l *sim.Loop) {
	if err := l.Run(); err != nil {
		tb.Fatal(err)
	}
	if err := l.Close(); err != nil {
		tb.Fatal(err)
	}
}

func BenchmarkCallSoon(b *testing.B) {
	l := newLoop(b)
	left := b.N
	var tick func()
	tick = func() {
		if left--; left <= 0 {
			l.Stop()
			return
		}
		l.CallSoon("tick", tick)
	}
	l.CallSoon("tick", tick)
	b.ReportAllocs()
	b.ResetTimer()
	run(b, l)
}

func BenchmarkCallSoonBurst(b *testing.B) {
	const burst = 1000
	l := newLoop(b)
	left := b.N
	tick := func() { left-- }
	var fill func()
	fill = func() {
		if left <= 0 {
			l.Stop()
			return
		}
		for range burst {
			l.CallSoon("tick", tick)
		}
		l.CallSoon("fill", fill)
	}
	l.CallSoon("fill", fill)
	b.ReportAllocs()
	b.ResetTimer()
	run(b, l)
}

type ready struct{}

func (ready) String() string { return "next turn" }

func BenchmarkYield(b *testing.B) {
	l := newLoop(b)
	start(l, "yielder", func(co *sim.Co) {
		for b.Loop() {
			co.Yield(ready{})
		}
		l.Stop()
	})
	b.ReportAllocs()
	run(b, l)
}

func BenchmarkSleep(b *testing.B) {
	for _, n := range taskCounts {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			l := newLoop(b)
			left := -1 // the timer starts when all tasks are asleep
			for i := range n {
				start(l, "sleeper", func(co *sim.Co) {
					for {
						if left >= 0 {
							if left--; left < 0 {
								l.Stop()
							}
						}
						_ = co.Sleep(time.Second + time.Duration(i))
					}
				})
			}
			l.CallSoon("start", func() { left = b.N; b.ResetTimer() })
			b.ReportAllocs()
			if err := l.Run(); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if err := l.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkParked reports the memory of a parked coroutine, with and without the kernel.
func BenchmarkParked(b *testing.B) {
	const n = 100_000
	measure := func(b *testing.B, park func() (release func())) {
		for b.Loop() {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			release := park()
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse)/n, "B/task")
			b.ReportMetric(float64(after.StackInuse-before.StackInuse)/n, "stackB/task")
			release()
		}
	}
	b.Run("floor", func(b *testing.B) {
		measure(b, func() func() {
			stops := make([]func(), n)
			for i := range stops {
				var next func() (struct{}, bool)
				next, stops[i] = iter.Pull(func(yield func(struct{}) bool) { yield(struct{}{}) })
				next()
			}
			return func() {
				for _, stop := range stops {
					stop()
				}
			}
		})
	})
	b.Run("sleep", func(b *testing.B) {
		measure(b, func() func() {
			l := newLoop(b)
			for range n {
				start(l, "sleeper", func(co *sim.Co) { _ = co.Sleep(time.Hour) })
			}
			l.CallSoon("stop", l.Stop)
			if err := l.Run(); err != nil {
				b.Fatal(err)
			}
			return func() { _ = l.Close() }
		})
	})
}
