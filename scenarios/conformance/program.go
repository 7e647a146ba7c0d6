package conformance

import "time"

// program is a parsed conformance program. Its names are numbered, so that a run looks nothing up.
type program struct {
	name       string
	names      []string // by slot
	objects    []object // in the order in which they are made
	coroutines map[string][]op
	callbacks  map[string][]op
}

// slot is the number of a name: of a declared object, or of what an operation makes.
type slot int

const noSlot slot = -1

// op is one operation of a coroutine or a callback.
type op struct {
	*operation
	words  string // how it is printed
	args   []any  // of the types that parser.value returns
	*block        // of an operation that holds others
}

// block is the body of an operation, and the handlers of a try.
type block struct {
	body                  []op
	except, finally       []op
	hasExcept, hasFinally bool
	on                    []string // the exceptions that are caught; nil for all
	reraise               bool
}

// operation is what an operation of some name does. Exactly one of act, eval and scope is there.
type operation struct {
	name string
	// args has a letter for each argument: s a name, w a word, l a list of names, v any value, n a number, d a duration
	// or a time, t the same or null, b a truth value, B a body, H the handlers of a try. What follows ? may be absent.
	args   string
	inTask bool                           // it suspends or needs a task, so that no callback can hold it
	act    func(*frame, *op) error        // has no value
	eval   func(*frame, *op) (any, error) // has one
	scope  func(*frame, *op) error        // prints its lines itself
}

func (o *op) slot(i int) slot           { return o.args[i].(slot) }
func (o *op) slots(i int) []slot        { return o.args[i].([]slot) }
func (o *op) word(i int) string         { return o.args[i].(string) }
func (o *op) number(i int) int          { return o.args[i].(int) }
func (o *op) truth(i int) bool          { return o.args[i].(bool) }
func (o *op) ticks(i int) time.Duration { return o.args[i].(time.Duration) }
