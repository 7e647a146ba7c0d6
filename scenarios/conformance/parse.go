package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"
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

// ParseCase reads {"program": …, "trace": […]}, whose trace may be absent, or a program alone. The other keys of the
// former say how the trace was recorded and are passed over. It returns an error, with the place in the line, for what
// is no program. The case keeps the line, which must not change any more.
func ParseCase(line []byte) (*Case, error) {
	c := &Case{program: &program{coroutines: map[string][]op{}, callbacks: map[string][]op{}}}
	p := &parser{d: jsontext.NewDecoder(bytes.NewBuffer(line)), slots: map[string]slot{}}
	if err := p.line(c, line); err != nil {
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
	final int // how many finally parts this is in
	// Where the many short lists of a program are kept.
	bodies    []op
	arguments []any
}

// line reads all of a line.
func (p *parser) line(c *Case, line []byte) error {
	var member, other string // keys of a program, and of no program
	err := p.object(func(key string) error {
		switch key {
		case "program":
			before := p.d.InputOffset()
			err := p.object(func(key string) error { return p.member(c.program, key) })
			c.Program = bytes.TrimLeft(line[before:p.d.InputOffset()], " \t\r\n:")
			return err
		case "name", "objects", "coroutines", "callbacks":
			member = key
			return p.member(c.program, key)
		case "trace":
			other, c.HasTrace = key, true
			return p.array(func() error {
				text, err := p.text()
				c.Trace = append(c.Trace, text)
				return err
			})
		}
		other = key
		return p.d.SkipValue()
	})
	if err == nil {
		err = p.end()
	}
	switch {
	case err != nil:
		return err
	case c.Program == nil && other != "":
		return fmt.Errorf("a program has no %q", other)
	case c.Program == nil:
		c.Program = line
	case member != "":
		return fmt.Errorf("%q stands beside the program, not in it", member)
	}
	if _, ok := c.program.coroutines["main"]; !ok {
		return errors.New(`there is no coroutine "main"`)
	}
	return nil
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
	var kind string
	hasValue := false
	err := p.object(func(key string) (err error) {
		switch key {
		case "kind":
			kind, err = p.text()
		case "lock":
			var lock string
			lock, err = p.text()
			o.lock = p.slot([]byte(lock))
		case "value":
			hasValue = true
			o.value, err = p.read('v')
		case "parties":
			o.parties, err = p.number()
		case "maxsize":
			o.maxsize, err = p.number()
		default:
			err = fmt.Errorf("an object has no %q", key)
		}
		return err
	})
	if err == nil {
		o.kind = kinds[kind]
		err = o.check(kind, hasValue)
	}
	if err != nil {
		err = fmt.Errorf("object %q: %w", name, err)
	}
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
	body := keep(&p.bodies, p.stack[start:])
	p.stack = p.stack[:start]
	return body, err
}

func (p *parser) handlers(h *block) error {
	return p.object(func(key string) (err error) {
		switch key {
		case "except":
			h.hasExcept = true
			h.except, err = p.operations()
		case "finally":
			h.hasFinally = true
			p.final++
			h.finally, err = p.operations()
			p.final--
		case "reraise":
			var value any
			value, err = p.read('b')
			h.reraise = value == true
		case "on":
			h.on, err = p.on()
		default:
			err = fmt.Errorf("a try has no %q", key)
		}
		return err
	})
}

// on reads which exceptions are caught: nil is all of them.
func (p *parser) on() ([]string, error) {
	if p.d.PeekKind() == '"' {
		all, err := p.text()
		if err == nil && all != "*" {
			err = fmt.Errorf(`on: want "*" or a list of names, have %q`, all)
		}
		return nil, err
	}
	names := []string{}
	err := p.array(func() error {
		text, err := p.unquoted()
		if err != nil {
			return err
		}
		name, ok := exceptionNames[string(text)]
		if !ok {
			return fmt.Errorf("on: there is no exception %q", text)
		}
		names = append(names, name)
		return nil
	})
	return names, err
}

// keep returns a copy of a list, made in what is left of a greater one.
func keep[T any](kept *[]T, list []T) []T {
	if cap(*kept)-len(*kept) < len(list) {
		*kept = make([]T, 0, max(64, len(list)))
	}
	start := len(*kept)
	*kept = append(*kept, list...)
	return (*kept)[start:len(*kept):len(*kept)]
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
	p.buf = appendText(p.buf[:0], raw)
	return p.buf, nil
}

// read reads a value of the given kind.
func (p *parser) read(kind rune) (any, error) {
	raw, err := p.d.ReadValue()
	if err != nil {
		return nil, err
	}
	return p.value(kind, raw)
}

func (p *parser) number() (int, error) {
	value, err := p.read('n')
	n, _ := value.(int)
	return n, err
}

// end returns an error when something follows what was read.
func (p *parser) end() error {
	if _, err := p.d.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the end of the line's object")
	}
	return nil
}
