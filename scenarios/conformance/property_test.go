package conformance

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/asyncsim/asyncsim/sim"
)

// tokens are JSON's: a string, a number or a word, or one character.
var tokens = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[-+.\w]+|[^\s]`)

// strange tokens are put where others stood.
var strange = []string{
	"null", "true", "0", "-1", "1000000000", "99999999999999999999", "1.5", `""`, `"main"`, `"\ud800"`, "[", "]", "{", "}", ",", ":", "\xff",
	`["spawn_eager","t1","main"]`, `["wait_for_coro","t1","main",null]`, `["cancel","main"]`, `["await","t1"]`, `"repeat"`, `"try"`, `"return"`,
}

// TestNothingBreaks runs what is no program, and what is nearly one: it has a trace, or an error, and comes to an end.
func TestNothingBreaks(t *testing.T) {
	var lines [][]byte
	for _, file := range corpus(t) {
		all := readLines(t, file)
		lines = append(lines, all[:min(len(all), 100)]...)
	}
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.OneOf(rapid.SliceOf(rapid.Byte()), mutant(lines)).Draw(t, "line")
		begun := time.Now()
		tries(t, line)
		if took := time.Since(begun); took > patience/2 {
			t.Errorf("it takes %v", took)
		}
	})
}

// tries parses and runs a line, after which a sound program runs as ever.
func tries(t *rapid.T, line []byte) {
	c, err := ParseCase(line)
	if (c == nil) == (err == nil) {
		t.Fatalf("ParseCase returns %v and %v", c, err)
	}
	if err != nil {
		return
	}
	pool := sim.NewPool()
	defer pool.Close()
	trace, err := c.Run(pool)
	if err == nil && len(trace) < 2 {
		t.Errorf("the trace is %q", trace)
	}
	if err != nil && strings.Contains(err.Error(), "goroutine ") {
		t.Errorf("a panic: %v", err)
	}
	sound := mustParse(t, sound)
	again, err := sound.Run(pool)
	if n, want, got := FirstDifference(sound.Trace, again); n > 0 || err != nil {
		t.Errorf("what runs next: line %d: want %q, have %q; %v", n, want, got, err)
	}
}

// mutant drops, doubles or replaces tokens of a good line.
func mutant(lines [][]byte) *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		line := string(rapid.SampledFrom(lines).Draw(t, "of"))
		program, _, _ := strings.Cut(line, `,"python":`) // the trace matters to nobody
		all := tokens.FindAllString(program+"}", -1)
		for range rapid.IntRange(1, 4).Draw(t, "mutations") {
			i := rapid.IntRange(0, len(all)-1).Draw(t, "at")
			switch rapid.IntRange(0, 9).Draw(t, "mutation") {
			case 0:
				all[i] = ""
			case 1:
				all[i] += "," + all[i]
			case 2:
				all[i] = rapid.SampledFrom(strange).Draw(t, "by")
			default: // by one that may fit
				j := rapid.IntRange(0, len(all)-1).Draw(t, "by")
				for all[j] == "" || all[i] != "" && all[i][0] != all[j][0] {
					j = (j + 1) % len(all)
				}
				all[i] = all[j]
			}
		}
		return []byte(strings.Join(all, ""))
	})
}
