package explore

import (
	"fmt"
	"strings"

	"github.com/asyncsim/asyncsim/sim"
)

// Output returns what the program printed in the run, a line for each time that it printed.
func (r *Report) Output() string {
	var b strings.Builder
	for _, e := range r.Events {
		if e.Kind == sim.Output {
			b.WriteString(e.Text + "\n")
		}
	}
	return b.String()
}

// showsOutput reports whether the table has all that the program printed, and none of it is clipped.
func (t *table) showsOutput(events []sim.Event, made []taken) bool {
	rows, _ := t.trimmed(made)
	shown := map[int]bool{}
	for _, r := range rows {
		shown[r.event] = clipped(r.text) == r.text
	}
	for i, e := range events {
		if e.Kind == sim.Output && !shown[i] {
			return false
		}
	}
	return true
}

// maxOutput is how many times of printing the report shows, of which the last are worth most.
const maxOutput = 20

// writeOutput writes what the program printed, and which task did when.
func (r *Report) writeOutput(b *strings.Builder) {
	var lines []string
	for _, e := range r.Events {
		if e.Kind == sim.Output {
			text := strings.ReplaceAll(e.Text, "\n", "\n    ")
			lines = append(lines, fmt.Sprintf("  %v %s: %s\n", e.Time, whoOf(e), text))
		}
	}
	b.WriteString("the program printed:\n")
	if left := len(lines) - maxOutput; left > 0 {
		fmt.Fprintf(b, "  (%d more)\n", left)
		lines = lines[left:]
	}
	b.WriteString(strings.Join(lines, "") + "\n")
}
