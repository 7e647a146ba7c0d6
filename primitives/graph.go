package aio

import (
	"fmt"
	"slices"
	"strings"
)

// AwaitedBy returns what waits for a, in the order in which it began to (asyncio.capture_call_graph): the tasks that
// await it, or wait for it by Wait, WaitFor or Completions.Next, the gatherings and shields that it is a child of, and
// the task whose TaskGroup or StaggeredRace it belongs to. What is done waits for nothing.
func AwaitedBy(a Awaitable) []Awaitable {
	var by []Awaitable
	for _, f := range mustBase(a, "AwaitedBy").awaiters() {
		by = append(by, f.variant.public())
	}
	return by
}

// awaiters returns what waits for the future and is not done, each once.
func (f *future) awaiters() (all []*future) {
	waiters := []waiter{f.first}
	if f.more != nil {
		waiters = append(waiters, *f.more...)
	}
	for _, w := range waiters {
		if w == nil {
			continue
		}
		for _, by := range w.awaiters() {
			if by.state == pending && !slices.Contains(all, by) {
				all = append(all, by)
			}
		}
	}
	return all
}

// FormatCallGraph returns, in lines, what a waits for, if it is a task that waits, and what waits for a, each in the
// same form and further in (asyncio.format_call_graph). What was shown before, because it is waited for in
// two ways or in a circle, is named and not shown again.
func FormatCallGraph(a Awaitable) string {
	g := graph{shown: map[*future]bool{}}
	g.show(mustBase(a, "FormatCallGraph"), "")
	return strings.TrimSuffix(g.text.String(), "\n")
}

type graph struct {
	text  strings.Builder
	shown map[*future]bool
}

func (g *graph) show(f *future, indent string) {
	if g.shown[f] {
		fmt.Fprintf(&g.text, "%s* %v (shown above)\n", indent, f)
		return
	}
	g.shown[f] = true
	fmt.Fprintf(&g.text, "%s* %v\n", indent, f)
	if b, ok := f.variant.(body); ok {
		if on := b.untyped().co.On(); on != nil {
			fmt.Fprintf(&g.text, "%s  + Waits for: %v\n", indent, on)
		}
	}
	awaiters := f.awaiters()
	if len(awaiters) > 0 {
		fmt.Fprintf(&g.text, "%s  + Awaited by:\n", indent)
	}
	for _, by := range awaiters {
		g.show(by, indent+"    ")
	}
}
