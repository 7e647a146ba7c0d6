package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// tick is the unit of time of a program.
const tick = time.Second

// Case is a line of a file of conformance programs.
type Case struct {
	Name     string
	Program  []byte   // its JSON, as it stands in the file
	Trace    []string // what CPython printed
	HasTrace bool     // whether the line says
	program  *program
}

// ParseCase reads {"program": …, "trace": […]}, whose trace may be absent, or a program alone. Other keys say how the
// trace was recorded and are passed over. It returns an error, with the place in the line, for what is no program.
func ParseCase(line []byte) (*Case, error) {
	c := &Case{program: &program{coroutines: map[string][]op{}, callbacks: map[string][]op{}}}
	p := &parser{d: jsontext.NewDecoder(bytes.NewBuffer(line)), slots: map[string]slot{}}
	err := p.object(func(key string) error {
		switch key {
		case "program":
			before := p.d.InputOffset()
			err := p.object(func(key string) error { return p.member(c.program, key) })
			c.Program = bytes.Clone(bytes.TrimLeft(line[before:p.d.InputOffset()], " \t:"))
			return err
		case "trace":
			c.HasTrace = true
			return p.array(func() error {
				text, err := p.text()
				c.Trace = append(c.Trace, text)
				return err
			})
		case "name", "objects", "coroutines", "callbacks":
			c.Program = bytes.Clone(line)
			return p.member(c.program, key)
		}
		return p.d.SkipValue()
	})
	if err == nil {
		err = p.end()
	}
	if err == nil && c.program.coroutines["main"] == nil {
		err = errors.New(`there is no coroutine "main"`)
	}
	if err != nil {
		return nil, fmt.Errorf("program %q: %w (byte %d of the line)", c.program.name, err, p.d.InputOffset())
	}
	c.Name, c.program.names = c.program.name, p.names
	return c, nil
}

// parser reads JSON token by token.
type parser struct {
	d     *jsontext.Decoder
	names []string
	slots map[string]slot
	stack []op   // the operations of the bodies that are being read
	args  []any  // the arguments of the operations that are being read
	words []byte // how the last of them is printed
	buf   []byte
}

// member reads a part of a program.
func (p *parser) member(out *program, key string) (err error) {
	switch key {
	case "name":
		out.name, err = p.text()
	case "objects":
		err = p.object(func(name string) error {
			o, err := p.declaration(name)
			out.objects = append(out.objects, o)
			return err
		})
	case "coroutines":
		err = p.functions(out.coroutines)
	case "callbacks":
		err = p.functions(out.callbacks)
	default:
		err = fmt.Errorf("a program has no %q", key)
	}
	return err
}

func (p *parser) slot(name []byte) slot {
	if s, ok := p.slots[string(name)]; ok {
		return s
	}
	s := slot(len(p.names))
	p.names = append(p.names, string(name))
	p.slots[p.names[s]] = s
	return s
}

func (p *parser) functions(into map[string][]op) error {
	return p.object(func(name string) error {
		body, err := p.operations()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		into[name] = body
		return nil
	})
}

func (p *parser) declaration(name string) (object, error) {
	o := object{slot: p.slot([]byte(name)), lock: noSlot}
	err := p.object(func(key string) (err error) {
		switch key {
		case "kind":
			o.kind, err = p.text()
		case "lock":
			var lock string
			lock, err = p.text()
			o.lock = p.slot([]byte(lock))
		case "value":
			o.value = new(int)
			*o.value, err = p.number()
		case "parties":
			o.parties, err = p.number()
		case "maxsize":
			o.maxsize, err = p.number()
		default:
			err = fmt.Errorf("object %q: an object has no %q", name, key)
		}
		return err
	})
	return o, err
}

// operations reads a body.
func (p *parser) operations() ([]op, error) {
	start := len(p.stack)
	err := p.array(func() error {
		o, err := p.operation()
		if err != nil {
			return fmt.Errorf("operation %d: %w", len(p.stack)-start+1, err)
		}
		p.stack = append(p.stack, o)
		return nil
	})
	body := append([]op{}, p.stack[start:]...)
	p.stack = p.stack[:start]
	return body, err
}

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
	p.words = append(p.words[:0], name...)
	start := len(p.args)
	required, optional, _ := strings.Cut(o.operation.args, "?")
	for i, kind := range required + optional {
		if i >= len(required) && p.d.PeekKind() == ']' {
			break
		}
		if err := p.argument(&o, kind); err != nil {
			return op{}, fmt.Errorf("%s, argument %d: %w", o.name, i+1, err)
		}
	}
	if o.block == nil {
		o.words = string(p.words)
	}
	o.args = append([]any(nil), p.args[start:]...)
	p.args = p.args[:start]
	return o, p.expect(']')
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
	if raw.Kind() == '"' {
		p.words, err = jsontext.AppendUnquote(p.words, raw)
		return err
	}
	err = raw.Compact()
	p.words = append(p.words, raw...)
	return err
}

// value returns an argument of the given kind: a slot, a list of slots, a string, a number, a duration, a truth value, or
// any of JSON's values.
func (p *parser) value(kind rune, raw jsontext.Value) (value any, err error) {
	switch {
	case kind == 'v':
		return parseValue(raw)
	case kind == 't' && raw.Kind() == 'n':
		return aio.Forever, nil
	case kind == 's' && raw.Kind() == '"':
		p.buf, err = jsontext.AppendUnquote(p.buf[:0], raw)
		return p.slot(p.buf), err
	case kind == 'w' && raw.Kind() == '"':
		p.buf, err = jsontext.AppendUnquote(p.buf[:0], raw)
		return string(p.buf), err
	case kind == 'l' && raw.Kind() == '[':
		return p.list(raw)
	case kind == 'b' && (raw.Kind() == 't' || raw.Kind() == 'f'):
		return raw.Kind() == 't', nil
	case strings.ContainsRune("ndt", kind) && raw.Kind() == '0':
		n, err := strconv.Atoi(string(raw))
		if err != nil || kind == 'n' {
			return n, err
		}
		if n > math.MaxInt64/int(tick) || n < math.MinInt64/int(tick) {
			return nil, fmt.Errorf("%d ticks are out of the clock's range", n)
		}
		return time.Duration(n) * tick, nil
	}
	return nil, fmt.Errorf("want %s, have %s", kindNames[kind], raw)
}

var kindNames = map[rune]string{
	's': "a name", 'w': "a string", 'l': "a list of names", 'n': "a whole number", 'd': "a whole number of ticks",
	't': "a whole number of ticks or null", 'b': "true or false",
}

func (p *parser) list(raw jsontext.Value) (any, error) {
	inner := &parser{d: jsontext.NewDecoder(bytes.NewBuffer(raw))}
	list := []slot{}
	err := inner.array(func() error {
		name, err := inner.unquoted()
		list = append(list, p.slot(name))
		return err
	})
	return list, err
}

func (p *parser) handlers(h *block) error {
	return p.object(func(key string) (err error) {
		switch key {
		case "except":
			h.hasExcept = true
			h.except, err = p.operations()
		case "finally":
			h.hasFinally = true
			h.finally, err = p.operations()
		case "reraise":
			var raw jsontext.Value
			raw, err = p.d.ReadValue()
			h.reraise = raw.Kind() == 't'
		case "on":
			if p.d.PeekKind() == '"' { // "*"
				return p.d.SkipValue()
			}
			h.on = []string{}
			err = p.array(func() error {
				name, err := p.text()
				h.on = append(h.on, name)
				return err
			})
		default:
			err = fmt.Errorf("a try has no %q", key)
		}
		return err
	})
}

func (p *parser) object(member func(key string) error) error {
	if err := p.expect('{'); err != nil {
		return err
	}
	for p.d.PeekKind() != '}' {
		key, err := p.text()
		if err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
	}
	return p.expect('}')
}

func (p *parser) array(element func() error) error {
	if err := p.expect('['); err != nil {
		return err
	}
	for p.d.PeekKind() != ']' {
		if err := element(); err != nil {
			return err
		}
	}
	return p.expect(']')
}

func (p *parser) expect(kind jsontext.Kind) error {
	t, err := p.d.ReadToken()
	if err == nil && t.Kind() != kind {
		err = fmt.Errorf("want %v, have %v", kind, t)
	}
	return err
}

func (p *parser) text() (string, error) {
	t, err := p.d.ReadToken()
	if err == nil && t.Kind() != '"' {
		err = fmt.Errorf("want a string, have %v", t)
	}
	if err != nil {
		return "", err
	}
	return t.String(), nil
}

// unquoted is text that is good until the next one is read.
func (p *parser) unquoted() ([]byte, error) {
	raw, err := p.d.ReadValue()
	if err == nil && raw.Kind() != '"' {
		err = fmt.Errorf("want a string, have %s", raw)
	}
	if err != nil {
		return nil, err
	}
	p.buf, err = jsontext.AppendUnquote(p.buf[:0], raw)
	return p.buf, err
}

func (p *parser) number() (int, error) {
	t, err := p.d.ReadToken()
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(t.String())
	if err != nil {
		return 0, fmt.Errorf("want a whole number, have %v", t)
	}
	return n, nil
}

// end returns an error when something follows what was read.
func (p *parser) end() error {
	if _, err := p.d.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the end of the line's object")
	}
	return nil
}
