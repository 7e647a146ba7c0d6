package sim_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/asyncsim/asyncsim/sim"
)

// A callback runs once its virtual time has come. Nobody waits for it.
func ExampleLoop_CallLater() {
	l, err := sim.NewLoop(sim.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()

	l.CallLater("bell", time.Hour, func() {
		l.Printf("%v: ring\n", l.Now())
		l.Stop()
	})
	tea := l.CallLater("tea", 5*time.Minute, func() { l.Printf("%v: tea\n", l.Now()) })
	l.CallSoon("nobody wants tea", tea.Cancel)

	l.Printf("%v: start\n", l.Now())
	if err := l.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0s: start
	// 1h0m0s: ring
}

// gate is the least that one coroutine can wait at for another: [sim.Co.Arm], [sim.Co.Wait] and [sim.Co.Wake], and a
// list of who waits.
type gate struct {
	open    bool
	waiting []*sim.Co
}

func (g *gate) String() string { return "the gate" }

// pass suspends co until the gate is open.
func (g *gate) pass(co *sim.Co) {
	if g.open {
		return
	}
	co.Arm()
	g.waiting = append(g.waiting, co)
	co.Wait(g)
}

func (g *gate) unlock() {
	g.open = true
	for _, co := range g.waiting {
		co.Wake()
	}
}

// visitor is a task: the coroutine that carries it, and what it does.
type visitor struct {
	co   sim.Co
	gate *gate
}

func (v *visitor) Run(co *sim.Co) {
	co.Printf("%v: %s comes\n", co.Now(), co.Name())
	v.gate.pass(co)
	co.Printf("%v: %s is in\n", co.Now(), co.Name())
}

// Cancel does nothing: visitors are patient.
func (v *visitor) Cancel() {}

// Everything that suspends is built from Arm, Wait and Wake.
func ExampleCo_Wait() {
	l, err := sim.NewLoop(sim.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()

	var g gate
	for _, name := range []string{"Ada", "Grace"} {
		v := &visitor{gate: &g}
		v.co.Init(l, name, v)
		v.co.Start()
	}
	l.CallLater("unlock", 9*time.Hour, g.unlock)
	l.CallLater("lock up", 17*time.Hour, l.Stop)
	if err := l.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0s: Ada comes
	// 0s: Grace comes
	// 9h0m0s: Ada is in
	// 9h0m0s: Grace is in
}

// Nothing is left that could wake the visitor, and the error says so.
func ExampleDeadlockError() {
	l, err := sim.NewLoop(sim.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()

	v := &visitor{gate: new(gate)}
	v.co.Init(l, "Ada", v)
	v.co.Start()
	err = l.Run()
	fmt.Println(err)

	var deadlock *sim.DeadlockError
	fmt.Println(errors.As(err, &deadlock), deadlock.Waiting[0].On)
	// Output:
	// 0s: Ada comes
	// deadlock at 0s: nothing can run and no timer is set
	// 	task "Ada" waits for the gate since 0s
	// true the gate
}

// A chooser decides what comes next where asyncio's order is one of several. This one takes the last candidate.
func ExampleChooser() {
	l, err := sim.NewLoop(sim.Config{
		Choose: func(c *sim.Choice) int {
			fmt.Printf("next may come %s ... %s\n", c.Candidate(0), c.Candidate(c.N-1))
			return c.N - 1
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()

	for _, name := range []string{"a", "b", "c"} {
		l.CallLater(name, time.Second, func() { l.Printf("%s runs\n", name) })
	}
	l.CallLater("end", time.Minute, l.Stop)
	if err := l.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// next may come callback "a" ... callback "c"
	// c runs
	// next may come callback "a" ... callback "b"
	// b runs
	// a runs
}

// A loop on the wall clock serves other goroutines until one of them stops it.
func ExampleConfig_wallClock() {
	l, err := sim.NewLoop(sim.Config{Speed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	l.CallLater("beat", time.Millisecond, func() { l.Printf("beat at %v\n", l.Now()) })
	go func() {
		time.Sleep(50 * time.Millisecond) // a request comes, and then the end
		_ = l.CallSoonThreadsafe("request", func() { l.Printf("a request, later: %v\n", l.Now() > 10*time.Millisecond) })
		_ = l.CallSoonThreadsafe("stop", l.Stop)
	}()
	fmt.Println(l.Run())
	// Output:
	// beat at 1ms
	// a request, later: true
	// <nil>
}
