package explore

// turns writes down who had the turn at each switch point of a run.
type turns struct {
	list  []who
	ahead int // how many there are up to the last one that did not follow asyncio's order
}

// add is told of a turn before it begins.
func (t *turns) add(w who, ahead bool) {
	t.list = append(t.list, w)
	if ahead {
		t.ahead = len(t.list)
	}
}

// useful returns whose turns made the run what it is: asyncio's order follows on them.
func (t *turns) useful() []who { return t.list[:t.ahead] }
