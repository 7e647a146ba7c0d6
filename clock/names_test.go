package clock

import "testing"

func TestDeclared(t *testing.T) {
	for function, want := range map[string]string{
		"main.main":                                  "main",
		"example.com/a.b/c.(*cache).put":             "(*cache).put",
		"example.com/c.cache.put":                    "put",
		"example.com/c.run.func1":                    "run",
		"example.com/c.run.func1.2.3":                "run",
		"example.com/c.run.(*cache).put.func2":       "(*cache).put", // inlined
		"example.com/c.run.func1.other.func2":        "other",
		"example.com/c.Map[...]":                     "Map",
		"example.com/c.Map[...].func1":               "Map",
		"example.com/c.(*cache).put-fm":              "(*cache).put",
		"example.com/c.run.gowrap1":                  "run",
		"example.com/c.run-range1":                   "run",
		"example.com/c.(*List[...]).push.func1":      "(*List).push",
		"gopkg.in/yaml%2ev3.(*Decoder).Decode.func1": "(*Decoder).Decode",
	} {
		if got := declared(function); got != want {
			t.Errorf("%s is %q, not %q", function, got, want)
		}
	}
}
