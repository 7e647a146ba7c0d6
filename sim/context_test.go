package sim_test

import (
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/asyncsim/asyncsim/sim"
)

// TestContext holds contexts against maps: one of them and its copies, which must not see each other's changes.
func TestContext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		contexts := []*sim.Context{{}}
		twins := []map[any]int{{}}
		keys := []any{"a", "b", 1, int64(1), [2]int{1, 2}}
		which := func(t *rapid.T) (int, any) {
			return rapid.IntRange(0, len(contexts)-1).Draw(t, "context"), rapid.SampledFrom(keys).Draw(t, "key")
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				for i, c := range contexts {
					for _, key := range keys {
						value, ok := c.Get(key)
						twin, twinOK := twins[i][key]
						if ok != twinOK || ok && value != twin {
							t.Fatalf("context %d: %v = %v, %v; want %v, %v", i, key, value, ok, twin, twinOK)
						}
					}
				}
			},
			"set": func(t *rapid.T) {
				i, key := which(t)
				value := rapid.Int().Draw(t, "value")
				contexts[i].Set(key, value)
				twins[i][key] = value
			},
			"unset": func(t *rapid.T) {
				i, key := which(t)
				contexts[i].Unset(key)
				delete(twins[i], key)
			},
			"copy": func(t *rapid.T) {
				if len(contexts) == 5 {
					t.Skip("enough")
				}
				i, _ := which(t)
				contexts = append(contexts, contexts[i].Copy())
				twins = append(twins, maps.Clone(twins[i]))
			},
		})
	})
}

const request = "request" // the key of the tests below

func get(l *sim.Loop) any {
	value, _ := l.Context().Get(request)
	return value
}

// TestContextIsCapturedAtRegistration follows one variable through everything that captures a context.
func TestContextIsCapturedAtRegistration(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	look := func(name string) func() {
		return func() {
			j.note("%s sees %v", name, get(l))
			l.Context().Set(request, name) // for nobody else
		}
	}
	l.Context().Set(request, 1)
	l.CallSoon("", look("soon"))
	l.CallLater("", 0, look("timer"))
	start(l, "", func(co *sim.Co) {
		look("task")()
		l.CallSoon("", look("soon of the task"))
		co.Yield(ready{})
		j.note("task still sees %v", get(l))
		look("end of the task")()
	})
	l.Context().Set(request, 2)
	l.CallSoon("", look("second"))
	l.CallSoon("", func() { l.CallSoon("", look("soon of a callback")) })
	drain(t, l)
	j.note("outside sees %v", get(l))
	j.want(t,
		"soon sees 1",
		"task sees 1",
		"second sees 2",
		"timer sees 1",
		"soon of the task sees task",
		"task still sees task",
		"end of the task sees task",
		"soon of a callback sees 2",
		"outside sees 2")
}

func TestCallSoonInShares(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	ctx := new(sim.Context)
	ctx.Set(request, "given")
	add := func() {
		value := get(l).(string)
		j.note("%s", value)
		l.Context().Set(request, value+"+")
	}
	l.CallSoonIn(ctx, "", add)
	l.CallSoonIn(ctx, "", add)
	l.CallSoonIn(ctx, "", func() { l.CallSoon("", add); l.CallSoon("", add) }) // a copy each
	l.CallSoon("", func() { j.note("%v", get(l)) })
	drain(t, l)
	j.want(t, "given", "given+", "<nil>", "given++", "given++")
	value, _ := ctx.Get(request)
	want(t, "the context", value, any("given++"))
}

func TestSetContextShares(t *testing.T) {
	l := open(t, sim.Config{})
	ctx := new(sim.Context)
	var co sim.Co
	co.Init(l, "task", bodyFunc(func(co *sim.Co) {
		want(t, "the task's context", co.Vars() == ctx && l.Context() == ctx, true)
		l.Context().Set(request, "by the task")
	}))
	co.SetVars(ctx)
	co.Start()
	drain(t, l)
	value, _ := ctx.Get(request)
	want(t, "the context", value, any("by the task"))
}

// TestContextOutlivesItsCallback keeps a callback's context and uses it after other callbacks have run.
func TestContextOutlivesItsCallback(t *testing.T) {
	l := open(t, sim.Config{})
	l.Context().Set(request, 1)
	var kept *sim.Context
	l.CallSoon("", func() {
		kept = l.Context()
		kept.Set(request, 2)
		want(t, "what its callback sees", get(l), any(2))
	})
	l.CallSoon("", func() {
		l.Context().Set(request, 3)
		l.CallSoonIn(kept, "", func() {
			want(t, "what a callback in it sees", get(l), any(2))
			l.Context().Set(request, 4)
		})
	})
	l.CallSoon("", func() { want(t, "what a callback beside it sees", get(l), any(1)) })
	drain(t, l)
	value, _ := kept.Get(request)
	want(t, "the kept context", value, any(4))
}

// TestEagerContext nests an eager task in a callback and in a task: each returns to its own context.
func TestEagerContext(t *testing.T) {
	var j journal
	l := open(t, sim.Config{})
	eager := func(name string) {
		var co sim.Co
		co.Init(l, name, bodyFunc(func(co *sim.Co) {
			j.note("%s sees %v", name, get(l))
			l.Context().Set(request, name)
			co.Yield(ready{})
			j.note("%s again sees %v", name, get(l))
		}))
		co.StartEagerly()
	}
	l.CallSoon("", func() {
		l.Context().Set(request, "callback")
		eager("in callback")
		j.note("callback again sees %v", get(l))
	})
	start(l, "", func(*sim.Co) {
		l.Context().Set(request, "task")
		eager("in task")
		j.note("task again sees %v", get(l))
	})
	drain(t, l)
	j.want(t,
		"in callback sees callback",
		"callback again sees callback",
		"in task sees task",
		"task again sees task",
		"in callback again sees in callback",
		"in task again sees in task")
}
