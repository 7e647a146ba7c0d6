package conformance

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/asyncsim/asyncsim/sim"
)

func mustParse(t interface{ Fatal(...any) }, line string) *Case {
	c, err := ParseCase([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sound is a program that uses what a broken one can leave behind: goroutines, for tasks that are unfinished at the end.
const sound = `{"program":{"name":"sound","objects":{"l":{"kind":"lock"}},"coroutines":{
	"main":[["with","l",[["spawn","t","w"],["spawn_eager","u","w"],["sleep",1]]]],"w":[["acquire","l"]]}},
	"trace":["0 main start","0 main with l enter","0 main spawn t w","0 u start","0 main spawn_eager u w","0 t start",
	"1 main sleep 1","1 main with l exit","1 main end = null","1 u acquire l","1 u end = null","1 - main = null",
	"1 t acquire l ! CancelledError","1 t end ! CancelledError"]}`

func TestBrokenPrograms(t *testing.T) {
	const objects = `"objects":{"f":{"kind":"future"},"e":{"kind":"event"},"l":{"kind":"lock"},"k":{"kind":"condition"},` +
		`"q":{"kind":"priority_queue"},"v":{"kind":"var"},"x":{"kind":"contextvar"},"never":{"kind":"event"}}`
	const callbacks = `"callbacks":{"ok":[],"again":[["call_soon","h","again"]],"later":[["call_later","h",1,"later"]],` +
		`"waits":[["sleep",1]],"uncancels":[["uncancel"]],"returns":[["return",1]],"wrong":[["try",[["cancel","e"]],{"finally":[]}]]}`
	const others = `"waiter":[["event_wait","never"]],"eager":[["spawn_eager","t","eager"]],"inside":[["wait_for_coro","t","inside",null]],"far":[["repeat",10,[["sleep",1000000000]]]]`
	for _, test := range []struct{ what, main, want string }{
		{"an unknown name", `["await","t"]`, `task "main" at 0: await: nothing has the name "t"`},
		{"in a list", `["wait",["f","t"],null,"ALL_COMPLETED"]`, `wait: nothing has the name "t"`},
		{"no awaitable", `["sleep",1],["await","e"]`, `task "main" at 1: await is not for "e", a *aio.Event`},
		{"no lock", `["with","f",[]]`, `with is not for "f"`},
		{"no queue", `["get","l"]`, `get is not for "l"`},
		{"no group", `["tg_spawn","f","t","waiter"]`, `tg_spawn is not for "f"`},
		{"no handle", `["cancel_handle","f"]`, `cancel_handle is not for "f"`},
		{"no var", `["cond_wait_for","k","x",1]`, `cond_wait_for is not for "x"`},
		{"no task", `["cancelling","f"]`, `cancelling is not for "f"`},
		{"in a callback", `["call_soon","h","wrong"],["sleep",1]`, `callback "wrong" at 0: cancel is not for "e"`},
		{"a callback that suspends", `["call_later","h",3,"waits"],["sleep",4]`, `callback "waits" at 3: no callback can hold sleep`},
		{"a done callback that suspends", `["add_done_callback","f","waits"],["cancel","f"],["sleep",1]`, "no callback can hold sleep"},
		{"uncancel in a callback", `["call_soon","h","uncancels"],["sleep",1]`, "no callback can hold uncancel"},
		{"return in a callback", `["call_soon","h","returns"],["sleep",1]`, "no callback can hold return"},
		{"an unknown coroutine", `["spawn","t","none"]`, `there is no coroutine "none"`},
		{"for a group", `["taskgroup","g",[["tg_spawn","g","t","none"]]]`, `there is no coroutine "none"`},
		{"for wait_for", `["wait_for_coro","t","none",1]`, `there is no coroutine "none"`},
		{"an unknown callback", `["call_at","h",1,"none"]`, `there is no callback "none"`},
		{"for an awaitable", `["add_done_callback","f","none"]`, `there is no callback "none"`},
		{"an unknown exception", `["raise","ErrC","x"]`, `there is no exception "ErrC" here`},
		{"to be set", `["set_exception","f","CancelledError","x"]`, `there is no exception "CancelledError" here`},
		{"what wait waits for", `["wait",["f"],1,"ANY"]`, `nothing waits for "ANY"`},
		{"a timeout of 0", `["wait_for_coro","t","waiter",0]`, "the timeout of wait_for_coro must be more than 0"},
		{"no order", `["put","q",1],["put","q","a"]`, `have no order`},
		{"no order of lists", `["put","q",[1,null]],["put_nowait","q",[1,null]]`, `null and null have no order`},
		{"an endless repeat", `["repeat",1000000000,[]]`, "a repeat does not end"},
		{"one in the other", `["repeat",1000000000,[["repeat",3,[]]]]`, "a repeat does not end"},
		{"an endless trace", `["repeat",1000000000,[["log","x"]]]`, "the trace does not end"},
		{"endless callbacks", `["call_soon","h","again"],["event_wait","never"]`, "the trace does not end"},
		{"endless timers", `["call_soon","h","later"],["event_wait","never"]`, "the trace does not end"},
		{"endless eager tasks", `["spawn_eager","t","eager"]`, "ever more coroutines start and do not end"},
		{"endless coroutines", `["wait_for_coro","t","inside",null]`, "ever more coroutines start and do not end"},
		{"an endless sleep", `["wait_for_coro","t","far",null]`, "its time goes past the end of the clock"},
		{"an endless call_later", `["repeat",9,[["sleep",1000000000]]],["call_later","h",1000000000,"ok"]`, "its time goes past the end of the clock"},
		{"a value without end", `["set_result","f","0123456789"],["repeat",30,[["gather","f",["f","f","f"],true],["await","f"]]]`, "a value grows without end"},
	} {
		t.Run(test.what, func(t *testing.T) {
			before := runtime.NumGoroutine()
			pool := sim.NewPool()
			program := `{"name":"p",` + objects + `,` + callbacks + `,"coroutines":{` + others + `,"main":[["spawn","w1","waiter"],["spawn","w2","waiter"],["sleep",0],` + test.main + `]}}`
			trace, err := mustParse(t, program).Run(pool)
			if err == nil {
				t.Errorf("it runs: %q", trace)
			} else if !strings.HasPrefix(err.Error(), `program "p": `) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("want %s, have %v", test.want, err)
			}
			if len(trace) < 3 {
				t.Errorf("the trace so far is %q", trace)
			}
			runs(t, sound, pool)
			pool.Close()
			sameGoroutines(t, before)
		})
	}
}

func TestBrokenObjects(t *testing.T) {
	for _, test := range []struct{ objects, want string }{
		{`"s":{"kind":"semaphore","value":-1}`, "the initial value of a semaphore must not be negative"},
		{`"s":{"kind":"bounded_semaphore","value":-1}`, "the initial value of a semaphore must not be negative"},
		{`"s":{"kind":"barrier","parties":0}`, "the parties of a barrier must be at least 1"},
		{`"s":{"kind":"barrier"}`, "the parties of a barrier must be at least 1"},
		{`"s":{"kind":"condition","lock":"l"},"l":{"kind":"lock"}`, `a condition: nothing has the name "l"`},
		{`"l":{"kind":"event"},"s":{"kind":"condition","lock":"l"}`, `a condition is not for "l", a *aio.Event`},
	} {
		before := runtime.NumGoroutine()
		pool := sim.NewPool()
		_, err := mustParse(t, `{"name":"p","objects":{`+test.objects+`},"coroutines":{"main":[]}}`).Run(pool)
		if want := `program "p": object "s": `; err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("want %s…%s, have %v", want, test.want, err)
		}
		runs(t, sound, pool)
		pool.Close()
		sameGoroutines(t, before)
	}
}

// TestWhatIsNoFaultOfTheProgram runs a program on a pool that is no more, and one that meets a bug.
func TestWhatIsNoFaultOfTheProgram(t *testing.T) {
	pool := sim.NewPool()
	pool.Close()
	if _, err := mustParse(t, sound).Run(pool); err == nil || !strings.Contains(err.Error(), "closed pool") {
		t.Errorf("on a closed pool: %v", err)
	}
	bug := &kind{make: func(*interpreter, string, *object) any { panic("a bug") }}
	c := mustParse(t, sound)
	c.program.objects[0].kind = bug
	defer func() {
		if value := recover(); value != "a bug" {
			t.Errorf("recovered %v", value)
		}
	}()
	_, err := c.Run(nil)
	t.Errorf("a bug passes: %v", err)
}

// runs runs a program with a trace.
func runs(t testing.TB, line string, pool *sim.Pool) {
	t.Helper()
	c := mustParse(t, line)
	trace, err := c.Run(pool)
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(c.Trace, trace); diff != "" {
		t.Errorf("%s (- want, + have):\n%s", c.Name, diff)
	}
}

// sameGoroutines waits for goroutines that are about to end, in real time.
func sameGoroutines(t testing.TB, before int) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; {
		if time.Now().After(deadline) {
			t.Errorf("%d goroutines are left, there were %d", runtime.NumGoroutine(), before)
			return
		}
		time.Sleep(time.Millisecond)
	}
}
