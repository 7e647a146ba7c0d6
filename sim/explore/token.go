package explore

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"

	"github.com/asyncsim/asyncsim/sim"
)

// A token is the version, a point, and in base64 for URLs: the strings, the decisions with their strings by number, and
// a checksum of all that. Numbers are varints.

const tokenVersion = "1."

// What a *TokenError wraps.
var (
	// ErrTokenVersion is a token of another version, or no token at all.
	ErrTokenVersion = errors.New("it is no token of this version, which begins with \"" + tokenVersion + "\"")
	// ErrTokenText is a token with a character that no token has, or one that was cut short.
	ErrTokenText = errors.New("it is cut short or has a character that no token has")
	// ErrTokenChecksum is a mistyped token.
	ErrTokenChecksum = errors.New("its checksum is wrong: a character is mistyped or missing")
	// ErrTokenContent is a token whose checksum is right, but which says nothing that makes sense.
	ErrTokenContent = errors.New("it has no meaning")
	// ErrTokenMisfit is a token of which nothing fits the program: that of another one, or of what was edited much.
	ErrTokenMisfit = errors.New("it does not fit this program")
)

// TokenError is a token that cannot be right.
type TokenError struct {
	Token string
	Err   error // why not
}

func (e *TokenError) Error() string {
	shown := e.Token
	if len(shown) > 200 {
		shown = shown[:200] + "…"
	}
	return fmt.Sprintf("token %q: %v", shown, e.Err)
}

// Unwrap returns the reason.
func (e *TokenError) Unwrap() error { return e.Err }

// encode returns the token of the decisions.
func encode(decisions []decision) string {
	w := &tokenWriter{numbers: map[string]uint64{}}
	for _, d := range decisions {
		w.decision(d)
	}
	out := binary.AppendUvarint(nil, uint64(len(w.strings)))
	for _, s := range w.strings {
		out = binary.AppendUvarint(out, uint64(len(s)))
		out = append(out, s...)
	}
	return sealed(append(out, w.out...))
}

// sealed adds the checksum and the version.
func sealed(body []byte) string {
	data := binary.LittleEndian.AppendUint32(slices.Clip(body), crc32.ChecksumIEEE(body))
	return tokenVersion + base64.RawURLEncoding.EncodeToString(data)
}

type tokenWriter struct {
	out     []byte
	strings []string
	numbers map[string]uint64 // of the strings
}

func (w *tokenWriter) number(n uint32) { w.out = binary.AppendUvarint(w.out, uint64(n)) }

func (w *tokenWriter) text(s string) {
	n, ok := w.numbers[s]
	if !ok {
		n = uint64(len(w.strings))
		w.strings = append(w.strings, s)
		w.numbers[s] = n
	}
	w.out = binary.AppendUvarint(w.out, n)
}

func (w *tokenWriter) decision(d decision) {
	w.out = append(w.out, byte(d.at.kind)&3|byte(d.at.who.kind)<<2|byte(d.run.kind)<<4|byte(d.at.kind)>>2<<6)
	w.who(d.at.who, !d.at.isSwitch())
	if d.at.isSwitch() && d.at.who.kind != sim.Call {
		w.number(d.at.step)
	} else {
		w.number(d.at.nth)
	}
	if !d.at.isSwitch() {
		w.number(d.value)
		return
	}
	w.who(d.run, false)
	if d.run.kind == sim.Call {
		w.number(d.same)
	}
}

func (w *tokenWriter) who(x who, named bool) {
	w.text(x.task)
	if named || x.kind == sim.Call {
		w.text(x.name)
	}
}

// decode returns the decisions of a token, or a *TokenError.
func decode(token string) ([]decision, error) {
	refuse := func(err error) ([]decision, error) { return nil, &TokenError{token, err} }
	text, ok := strings.CutPrefix(token, tokenVersion)
	if !ok {
		return refuse(ErrTokenVersion)
	}
	if strings.ContainsAny(text, "\r\n") { // which base64 skips
		return refuse(ErrTokenText)
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(data) < 4 {
		return refuse(ErrTokenText)
	}
	body := data[:len(data)-4]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(data[len(body):]) {
		return refuse(ErrTokenChecksum)
	}
	r := &tokenReader{in: body}
	decisions := r.decisions()
	if r.bad || encode(decisions) != token { // there is one token for each list of decisions
		return refuse(ErrTokenContent)
	}
	return decisions, nil
}

type tokenReader struct {
	in      []byte
	strings []string
	bad     bool
}

func (r *tokenReader) number() uint32 {
	n, size := binary.Uvarint(r.in)
	if size <= 0 || n > 1<<32-1 {
		r.bad, r.in = true, nil
		return 0
	}
	r.in = r.in[size:]
	return uint32(n)
}

func (r *tokenReader) bytes(n uint32) []byte {
	if uint64(n) > uint64(len(r.in)) {
		r.bad, r.in = true, nil
		return nil
	}
	b := r.in[:n]
	r.in = r.in[n:]
	return b
}

func (r *tokenReader) text() string {
	n := r.number()
	if uint64(n) >= uint64(len(r.strings)) {
		r.bad, r.in = true, nil
		return ""
	}
	return r.strings[n]
}

func (r *tokenReader) decisions() (ds []decision) {
	for range r.number() {
		s := r.bytes(r.number())
		if r.bad {
			return nil
		}
		r.strings = append(r.strings, string(s))
	}
	for !r.bad && len(r.in) > 0 {
		ds = append(ds, r.decision())
	}
	return ds
}

func (r *tokenReader) decision() (d decision) {
	head := r.bytes(1)
	if r.bad {
		return d
	}
	kinds := head[0]
	d.at.kind = sim.ChoiceKind(kinds&3 | kinds>>6<<2)
	d.at.who.kind, d.run.kind = sim.CandidateKind(kinds>>2&3), sim.CandidateKind(kinds>>4&3)
	if d.at.kind > sim.Cancel || d.at.who.kind > sim.Call || d.run.kind > sim.Call {
		r.bad = true
		return d
	}
	r.who(&d.at.who, !d.at.isSwitch())
	if d.at.isSwitch() && d.at.who.kind != sim.Call {
		d.at.step = r.number()
	} else {
		d.at.nth = r.number()
	}
	if !d.at.isSwitch() {
		d.value = r.number()
		return d
	}
	r.who(&d.run, false)
	if d.run.kind == sim.Call {
		d.same = r.number()
	}
	return d
}

func (r *tokenReader) who(x *who, named bool) {
	x.task = r.text()
	if named || x.kind == sim.Call {
		x.name = r.text()
	}
}
