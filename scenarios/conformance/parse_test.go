package conformance

import (
	"slices"
	"strings"
	"testing"
)

// inMain is a program whose main holds one operation.
func inMain(operation string) string {
	return `{"name":"p","coroutines":{"main":[["time"],` + operation + `]}}`
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ what, line, want string }{
		{"no object", `[]`, `program "": want {, have [`},
		{"wrong JSON", `{"name":"p",}`, "invalid character"},
		{"half a line", `{"name":"p","coroutines":{"main":[["time"]`, "unexpected EOF"},
		{"something behind it", `{"name":"p","coroutines":{"main":[]}} {}`, "something follows the end of the line's object"},
		{"no main", `{"name":"p","coroutines":{"mian":[]}}`, `program "p": there is no coroutine "main"`},
		{"no program", `{"trace":[]}`, `a program has no "trace"`},
		{"a misspelled part", `{"name":"p","corutines":{"main":[]},"coroutines":{"main":[]}}`, `program "p": a program has no "corutines"`},
		{"the same in a line with a trace", `{"program":{"name":"p","extra":1},"trace":[]}`, `program "p": a program has no "extra"`},
		{"a part beside the program", `{"program":{"coroutines":{"main":[]}},"name":"q"}`, `"name" stands beside the program`},
		{"a program that is none", `{"program":[]}`, "want {, have ["},
		{"a name that is none", `{"name":1}`, "want a string, have 1"},
		{"a trace that is none", `{"program":{"coroutines":{"main":[]}},"trace":{}}`, "want [, have {"},
		{"a line of the trace that is none", `{"trace":[1]}`, "want a string, have 1"},
		{"duplicate keys", `{"name":"p","name":"q"}`, "duplicate"},
		{"duplicate coroutines", `{"name":"p","coroutines":{"main":[],"main":[]}}`, "duplicate"},
		{"duplicate objects", `{"name":"p","objects":{"l":{"kind":"lock"},"l":{"kind":"lock"}}}`, "duplicate"},

		{"a coroutine that is none", `{"name":"p","coroutines":{"main":3}}`, `program "p": main: want [, have 3`},
		{"an operation that is none", inMain(`"time"`), `program "p": main: operation 2: want [, have time`},
		{"an operation without a name", inMain(`[]`), `main: operation 2: `},
		{"a number for its name", inMain(`[3]`), "want a string, have 3"},
		{"an unknown operation", inMain(`["frob"]`), `program "p": main: operation 2: there is no operation "frob" (byte 50 of the line)`},
		{"an unknown one in a callback", `{"name":"p","callbacks":{"c":[["frob"]]}}`, `c: operation 1: there is no operation "frob"`},
		{"inside blocks", inMain(`["repeat",2,[["time"],["with","l",[["frob"]]]]]`),
			`main: operation 2: repeat: argument 2: operation 2: with: argument 2: operation 1: there is no operation "frob"`},
		{"too few arguments", inMain(`["call_later","h",1]`), "operation 2: call_later: argument 3 is missing"},
		{"too many", inMain(`["sleep",1,2]`), "operation 2: sleep: want ], have 2"},
		{"too many of an optional one", inMain(`["cancel","t","m",1]`), "cancel: want ], have 1"},
		{"half an argument", inMain(`["sleep",tru]`), "sleep: argument 1: jsontext: "},
		{"a name", inMain(`["await",1]`), "await: argument 1: want a name, have 1"},
		{"a text", inMain(`["log",["x"]]`), `log: argument 1: want a string, have ["x"]`},
		{"a list", inMain(`["wait","t",1,"FIRST_COMPLETED"]`), `wait: argument 1: want a list of names, have "t"`},
		{"an element of a list", inMain(`["wait",["t",2],1,"FIRST_COMPLETED"]`), "wait: argument 1: want a name, have 2"},
		{"a fraction", inMain(`["notify","c",1.5]`), "notify: argument 2: want a whole number, have 1.5"},
		{"a text for a number", inMain(`["notify","c","5"]`), `want a whole number, have "5"`},
		{"a duration", inMain(`["sleep",null]`), "want a whole number of ticks, have null"},
		{"a timeout", inMain(`["wait_for","t","1"]`), `want a whole number of ticks or null, have "1"`},
		{"a truth value", inMain(`["shutdown","q",1]`), "want true or false, have 1"},
		{"a huge number", inMain(`["sleep",99999999999999999999]`), "want a whole number of ticks, have 99999999999999999999"},
		{"a huge duration", inMain(`["sleep",1000000001]`), "1000000001 ticks are more than a program can wait"},
		{"one back", inMain(`["sleep",-1000000001]`), "-1000000001 ticks are more than a program can wait"},
		{"a body", inMain(`["taskgroup","g"]`), "taskgroup: argument 2 is missing"},
		{"a body that is none", inMain(`["taskgroup","g",{}]`), "taskgroup: argument 2: want [, have {"},

		{"a try without handlers", inMain(`["try",[]]`), "try: argument 2 is missing"},
		{"handlers that are none", inMain(`["try",[],[]]`), "try: argument 2: want {, have ["},
		{"an unknown handler", inMain(`["try",[],{"else":[]}]`), `try: argument 2: a try has no "else"`},
		{"reraise", inMain(`["try",[],{"reraise":1}]`), "want true or false, have 1"},
		{"reraise, broken off", inMain(`["try",[],{"reraise":`), "try: argument 2: "},
		{"on a name", inMain(`["try",[],{"on":"ErrA"}]`), `on: want "*" or a list of names, have "ErrA"`},
		{"on a number", inMain(`["try",[],{"on":[1]}]`), "want a string, have 1"},
		{"on an unknown name", inMain(`["try",[],{"on":["ErrA","ErrC"]}]`), `on: there is no exception "ErrC"`},
		{"an operation of a handler", inMain(`["try",[],{"except":[["frob"]]}]`), `try: argument 2: operation 1: there is no operation "frob"`},
		{"a return in a finally", inMain(`["try",[],{"finally":[["repeat",1,[["return",1]]]]}]`), "return: it stands in a finally part"},

		{"an unknown kind", `{"name":"p","objects":{"x":{"kind":"mutex"}}}`, `program "p": object "x": there is no kind "mutex"`},
		{"no kind", `{"name":"p","objects":{"x":{}}}`, `object "x": there is no kind ""`},
		{"an object that is none", `{"name":"p","objects":{"x":"lock"}}`, `object "x": want {, have lock`},
		{"an unknown part of it", `{"name":"p","objects":{"x":{"kind":"lock","size":1}}}`, `object "x": an object has no "size"`},
		{"parties", `{"name":"p","objects":{"x":{"kind":"barrier","parties":"2"}}}`, `object "x": want a whole number, have "2"`},
		{"maxsize", `{"name":"p","objects":{"x":{"kind":"queue","maxsize":null}}}`, `object "x": want a whole number, have null`},
		{"maxsize, broken off", `{"name":"p","objects":{"x":{"kind":"queue","maxsize":`, `object "x": `},
		{"a lock", `{"name":"p","objects":{"x":{"kind":"condition","lock":1}}}`, `object "x": want a string, have 1`},
		{"a value", `{"name":"p","objects":{"x":{"kind":"var","value":[1, "a"]}}}`, `the value of a var is a whole number, not [1,"a"]`},
		{"the value of what has none", `{"name":"p","objects":{"x":{"kind":"event","value":1}}}`, `object "x": the kind "event" has no value`},
	} {
		t.Run(test.what, func(t *testing.T) {
			c, err := ParseCase([]byte(test.line))
			if err == nil || c != nil {
				t.Fatalf("it is a program: %s", test.line)
			}
			if !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), " of the line)") {
				t.Errorf("want %q and the place, have: %v", test.want, err)
			}
			if strings.Contains(test.line, `{"name":"p"`) && !strings.Contains(err.Error(), `program "p": `) {
				t.Errorf("the error does not name the program: %v", err)
			}
		})
	}
}

func TestParseCase(t *testing.T) {
	const program = `{"name": "p", "coroutines": {"main": [["log", "\u0061"], ["wait", ["t" , "\u0062"], null, "FIRST_COMPLETED"], ["put", "q", [ 1, "\u0063" ]]]}}`
	for _, test := range []struct {
		line     string
		hasTrace bool
		trace    []string
	}{
		{program, false, nil},
		{`{"program" : ` + program + `}`, false, nil},
		{`{"python": "3.14.2", "program":` + program + `, "trace": ["0 main start", "…"], "seconds": {"x": [1.5]}}`, true, []string{"0 main start", "…"}},
		{`{"trace": [], "program":` + program + `}`, true, nil},
	} {
		before := test.line
		line := []byte(test.line)
		c, err := ParseCase(line)
		if err != nil {
			t.Errorf("%s: %v", test.line, err)
			continue
		}
		if c.Name != "p" || c.HasTrace != test.hasTrace || !slices.Equal(c.Trace, test.trace) {
			t.Errorf("%s: have %q, %v, %q", test.line, c.Name, c.HasTrace, c.Trace)
		}
		if string(c.Program) != program {
			t.Errorf("%s: the program is %s", test.line, c.Program)
		}
		if string(line) != before {
			t.Errorf("the line was changed to %s", line)
		}
		var words []string
		for _, o := range c.program.coroutines["main"] {
			words = append(words, o.words)
		}
		if want := []string{"log a", `wait ["t","b"] null FIRST_COMPLETED`, `put q [1,"c"]`}; !slices.Equal(words, want) {
			t.Errorf("the words are %q, not %q", words, want)
		}
	}
}
