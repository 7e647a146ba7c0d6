package aio

// Gather returns a future of the results of all children, in the order given (asyncio.gather). It does not suspend:
// await what it returns. The first child that fails or is cancelled decides the outcome; the others run on, and what
// they end with is dropped. Cancelling the gathering cancels its children. A child that is given twice counts once.
// Without children, or with children that are all done, the gathering is done at once. Gather panics with a
// *sim.UsageError for a child that is nil or of another loop.
func Gather[T any](on HasLoop, children ...AwaitableOf[T]) *Future[[]T] {
	outer := new(Future[[]T])
	w := worldOf(on, "Gather")
	g := newGathering(w, outer, mustOwnAll(w, children, "gather"))
	g.collect = func() {
		values := make([]T, len(children))
		for i, child := range children {
			values[i], _ = child.Result() // none failed
		}
		outer.value = values
	}
	g.start()
	return outer
}

// Outcome is how one child of [GatherOutcomes] ended.
type Outcome[T any] struct {
	Value T
	Err   error // the child's exception; a *CancelledError if it was cancelled
}

// GatherOutcomes is [Gather] with return_exceptions=True: it waits for all children and has, for each, its result or its
// exception. Its own exception can only be a *CancelledError.
func GatherOutcomes[T any](on HasLoop, children ...AwaitableOf[T]) *Future[[]Outcome[T]] {
	outer := new(Future[[]Outcome[T]])
	w := worldOf(on, "Gather")
	g := newGathering(w, outer, mustOwnAll(w, children, "gather"))
	g.keepExceptions = true
	g.collect = func() {
		outcomes := make([]Outcome[T], len(children))
		for i, child := range children {
			if f := child.base(); f.state == cancelled {
				outcomes[i].Err = f.freshCancelled()
			} else {
				outcomes[i].Value, outcomes[i].Err = child.Result()
			}
		}
		outer.value = outcomes
	}
	g.start()
	return outer
}

// gathering is what Gather's future does beyond a plain one.
type gathering struct {
	label
	user            Awaitable // the future that Gather returned
	outer           *future   // the same
	children        []*future // as given
	distinct        int
	finished        int
	keepExceptions  bool
	cancelRequested bool
	collect         func() // puts the children's results into the outer future
}

func newGathering(w *world, outer Awaitable, children []*future) *gathering {
	g := &gathering{user: outer, outer: outer.base(), label: w.label("gather", ""), children: children}
	g.outer.init(w, g)
	return g
}

// start looks at the children that are done and waits for the others.
func (g *gathering) start() {
	if len(g.children) == 0 {
		g.collect()
		g.outer.complete(succeeded)
		return
	}
	g.outer.w.sights++
	links := make([]childLink, len(g.children))
	var done []*future
	for i, child := range g.children {
		if !child.firstSight() {
			continue
		}
		g.distinct++
		if child.state != pending {
			done = append(done, child)
			continue
		}
		links[i] = childLink{g, child}
		child.add(&links[i])
	}
	for _, child := range done {
		g.childDone(child)
	}
}

// childLink is a gathering as the waiter of one child.
type childLink struct {
	g     *gathering
	child *future
}

func (c *childLink) completed(f *future) { f.w.loop.Schedule(c) }
func (c *childLink) awaiters() []*future { return []*future{c.g.outer} }

// Call is the callback of the child.
func (c *childLink) Call() { c.g.childDone(c.child) }

func (g *gathering) childDone(child *future) {
	g.finished++
	switch {
	case g.outer.state != pending:
		child.unretrieved = false
	case !g.keepExceptions && child.state == cancelled:
		g.outer.fail(child.makeCancelled())
	case !g.keepExceptions && child.state == failed:
		g.outer.fail(child.retrieve(""))
	case g.finished < g.distinct:
	default:
		g.collect()
		if g.cancelRequested {
			g.outer.fail(g.children[len(g.children)-1].makeCancelled())
		} else {
			g.outer.complete(succeeded)
		}
	}
}

// cancel cancels the children; the outer future ends when they have.
func (g *gathering) cancel(message any) bool {
	if g.outer.state != pending {
		return false // an exception is still to be retrieved, unlike with a plain future
	}
	g.outer.w.traceCancel(g.String(), 0, message)
	again := g.outer.inCancel
	g.outer.inCancel = true
	any := false
	for _, child := range g.children {
		if child.variant.cancel(message) {
			any = true
		}
	}
	g.outer.inCancel = again
	g.cancelRequested = g.cancelRequested || any
	return any
}

func (g *gathering) public() Awaitable { return g.user }

// Holder returns the task of the first child that is not done.
func (g *gathering) Holder() *Co {
	for _, child := range g.children {
		if child.state == pending {
			return child.Holder()
		}
	}
	return nil
}

// freshCancelled returns a new error for a cancelled child, as gather makes it: without a message it carries an empty one.
func (f *future) freshCancelled() error {
	if f.cancelMessage == nil {
		return &CancelledError{Message: ""}
	}
	return &CancelledError{Message: f.cancelMessage.Message}
}
