package sim

// Context holds the values of context variables (asyncio's contextvars.Context). Tasks and callbacks run in a copy of
// the context in which they were created or registered; a copy is one pointer. The zero Context is empty.
type Context struct {
	vars *binding
}

// binding is one variable's value in an immutable list.
type binding struct {
	key, value any
	next       *binding
}

// Copy returns a new context with the same values.
func (c *Context) Copy() *Context { return &Context{vars: c.vars} }

// Get returns the value that key has in the context.
func (c *Context) Get(key any) (value any, ok bool) {
	for b := c.vars; b != nil; b = b.next {
		if b.key == key {
			return b.value, true
		}
	}
	return nil, false
}

// Set gives key a value in this context, not in the contexts that were copied from it.
func (c *Context) Set(key, value any) {
	c.vars = &binding{key: key, value: value, next: c.vars.without(key)}
}

// Unset takes the value of key away from this context.
func (c *Context) Unset(key any) { c.vars = c.vars.without(key) }

// without returns the list less key, sharing what follows it.
func (b *binding) without(key any) *binding {
	switch {
	case b == nil:
		return nil
	case b.key == key:
		return b.next
	}
	rest := b.next.without(key)
	if rest == b.next {
		return b
	}
	return &binding{key: b.key, value: b.value, next: rest}
}
