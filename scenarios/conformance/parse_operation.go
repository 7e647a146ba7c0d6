package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// maxTicks bounds a single duration: a program adds some of them up.
const maxTicks = 1_000_000_000

func (p *parser) operation() (op, error) {
	if err := p.expect('['); err != nil {
		return op{}, err
	}
	name, err := p.unquoted()
	if err != nil {
		return op{}, err
	}
	o := op{operation: operations[string(name)]}
	if o.operation == nil {
		return op{}, fmt.Errorf("there is no operation %q", name)
	}
	if err := p.operands(&o); err != nil {
		return op{}, fmt.Errorf("%s: %w", o.name, err)
	}
	return o, nil
}

func (p *parser) operands(o *op) error {
	if o.name == "return" && p.final > 0 {
		return errors.New("it stands in a finally part")
	}
	p.words = append(p.words[:0], o.name...)
	start := len(p.args)
	required, optional, _ := strings.Cut(o.operation.args, "?")
	for i, kind := range required + optional {
		if p.d.PeekKind() == ']' {
			if i >= len(required) {
				break
			}
			return fmt.Errorf("argument %d is missing", i+1)
		}
		if err := p.argument(o, kind); err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
	}
	if o.block == nil {
		o.words = string(p.words)
	}
	o.args = keep(&p.arguments, p.args[start:])
	p.args = p.args[:start]
	return p.expect(']')
}

// argument reads an argument of the given kind.
func (p *parser) argument(o *op, kind rune) (err error) {
	switch kind {
	case 'B':
		o.block = new(block)
		o.body, err = p.operations()
		return err
	case 'H':
		return p.handlers(o.block)
	}
	raw, err := p.d.ReadValue()
	if err != nil {
		return err
	}
	value, err := p.value(kind, raw)
	if err != nil {
		return err
	}
	p.args = append(p.args, value)
	p.words = append(p.words, ' ')
	switch raw.Kind() {
	case '"':
		p.words = appendText(p.words, raw)
	case '[', '{':
		p.words = p.appendCompact(p.words, value)
	default:
		p.words = append(p.words, raw...)
	}
	return nil
}

func (p *parser) appendCompact(b []byte, value any) []byte {
	if list, ok := value.([]slot); ok {
		return appendList(b, list, func(b []byte, s slot) []byte { return appendQuoted(b, p.names[s]) })
	}
	return appendValue(b, value)
}

// value returns an argument of the given kind: a slot, a list of slots, a string, a number, a duration, a truth value, or
// any of JSON's values.
func (p *parser) value(kind rune, raw jsontext.Value) (any, error) {
	switch {
	case kind == 'v':
		return parseValue(raw)
	case kind == 't' && raw.Kind() == 'n':
		return aio.Forever, nil
	case kind == 's' && raw.Kind() == '"':
		p.buf = appendText(p.buf[:0], raw)
		return p.slot(p.buf), nil
	case kind == 'w' && raw.Kind() == '"':
		return string(appendText(nil, raw)), nil
	case kind == 'l' && raw.Kind() == '[':
		return p.list(raw)
	case kind == 'b' && (raw.Kind() == 't' || raw.Kind() == 'f'):
		return raw.Kind() == 't', nil
	case strings.ContainsRune("ndt", kind) && raw.Kind() == '0':
		n, err := strconv.Atoi(string(raw))
		switch {
		case err != nil: // below
		case kind == 'n':
			return n, nil
		case n < -maxTicks || n > maxTicks:
			return nil, fmt.Errorf("%d ticks are more than a program can wait", n)
		default:
			return time.Duration(n) * tick, nil
		}
	}
	return nil, fmt.Errorf("want %s, have %s", kindNames[kind], raw)
}

var kindNames = map[rune]string{
	's': "a name", 'w': "a string", 'l': "a list of names", 'n': "a whole number", 'd': "a whole number of ticks",
	't': "a whole number of ticks or null", 'b': "true or false",
}

func (p *parser) list(raw jsontext.Value) (any, error) {
	list := []slot{}
	err := elements(raw, func(item jsontext.Value) error {
		name, err := p.value('s', item)
		if err == nil {
			list = append(list, name.(slot))
		}
		return err
	})
	return list, err
}

// elements calls element with the elements of a list that has been read.
func elements(raw jsontext.Value, element func(jsontext.Value) error) error {
	p := &parser{d: jsontext.NewDecoder(bytes.NewBuffer(raw))}
	return p.array(func() error {
		item, _ := p.d.ReadValue() // which is a good one, as is all of raw
		return element(item)
	})
}

// appendText appends what a string says that has been read, and so is a good one.
func appendText(b []byte, quoted jsontext.Value) []byte {
	b, _ = jsontext.AppendUnquote(b, quoted)
	return b
}
