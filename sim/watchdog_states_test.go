package sim

import "testing"

// TestIsBlocked lists the states that the runtime gives a goroutine, as stack dumps show them. Those of the garbage
// collector and the scheduler can befall any goroutine that computes.
func TestIsBlocked(t *testing.T) {
	states := map[bool][]string{
		true: {"IO wait", "chan receive", "chan receive (nil chan)", "chan send", "chan send (nil chan)", "select",
			"select (no cases)", "semacquire", "sleep", "sync.Cond.Wait", "sync.Mutex.Lock", "sync.RWMutex.RLock",
			"sync.RWMutex.Lock", "sync.WaitGroup.Wait", "syscall", "chan receive (durable)", "synctest.Run"},
		false: {"running", "runnable", "coroutine", "waiting", "preempted", "GC assist marking", "GC assist wait",
			"GC sweep wait", "GC mark termination", "GC weak to strong wait", "wait for GC cycle", "garbage collection",
			"garbage collection scan", "stopping the world", "flushing proc caches", ""},
	}
	for want, list := range states {
		for _, state := range list {
			if got := isBlocked(state); got != want {
				t.Errorf("isBlocked(%q) = %v", state, got)
			}
		}
	}
}

func TestFind(t *testing.T) {
	stacks := []string{
		"goroutine 1 [running]:\nmain.main()\n",
		"goroutine 7 [chan receive, 2 minutes]:\nmain.wait(0x1)\nsim.carry(0xc000001)\n",
		"goroutine 8 [select (no cases)]:\nsim.carry(0xc000002)\n",
		"goroutine 9 [sleep, locked to thread]:\nsim.carry(0xc000003)\n",
	}
	tests := []struct{ call, state, stack string }{
		{"sim.carry(0xc000001", "chan receive", stacks[1]},
		{"sim.carry(0xc000002", "select (no cases)", stacks[2]},
		{"sim.carry(0xc000003", "sleep", stacks[3]},
		{"sim.carry(0xc000004", "", ""},
	}
	for _, test := range tests {
		if state, stack := find(stacks, test.call); state != test.state || stack != test.stack {
			t.Errorf("find %s: %q, %q", test.call, state, stack)
		}
	}
}
