package explore

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/asyncsim/asyncsim/sim"
)

// table shows what the tasks of a run did: a row for each event, a column for each task that matters.
type table struct {
	rows    []row
	columns []string // the labels of the tasks
	titles  []string // of the columns
	hidden  int      // how many other tasks act between the first switch and the failure
}

type row struct {
	event  int
	time   time.Duration
	column string
	text   string
}

const (
	maxColumns = 8  // and more, if a circle of waits has more tasks
	maxCell    = 40 // runes
	maxBefore  = 12 // rows before the first switch
	maxRows    = 60
)

// loopColumn is the column of what no task does.
const loopColumn = "loop"

// newTable makes the table of a run that ended with err.
func newTable(p *player, err error) *table {
	t := &table{}
	end := failureEvent(p.events, err)
	first := 0
	if made := p.switchesMade(); len(made) > 0 {
		first = made[0].event
	}
	involved := map[string]int{}
	circle := p.circleOf(err)
	for _, k := range circle {
		label := p.labels.of(k.task)
		t.columns = append(t.columns, label)
		involved[label] += 2 * len(p.events) // before all others
	}
	waits := p.waits(circle)
	for _, d := range p.switchesMade() {
		for _, w := range []who{d.at.who, d.run} {
			if involved[w.task]++; w.kind != sim.Call && !slices.Contains(t.columns, w.task) {
				t.columns = append(t.columns, w.task)
			}
		}
	}
	for i := range min(end+1, len(p.events)) {
		e := p.events[i]
		text := cell(e)
		if wait, ok := waits[i]; ok {
			text = wait
		}
		if text == "" {
			continue
		}
		who := loopColumn
		if e.TaskID != 0 {
			who = p.labels.of(e.TaskID)
		}
		t.rows = append(t.rows, row{i, e.Time, who, text})
		if i >= first && acts(e) && !slices.Contains(t.columns, who) {
			t.columns = append(t.columns, who)
		}
		if e.Kind == sim.TaskFinished && i == end {
			involved[who] += len(p.events)
		}
	}
	if most := max(maxColumns, len(circle)); len(t.columns) > most {
		slices.SortStableFunc(t.columns, func(a, b string) int { return cmp.Compare(involved[b], involved[a]) })
		t.hidden = len(t.columns) - most
		t.columns = t.columns[:most]
	}
	t.order(p)
	t.rows = slices.DeleteFunc(t.rows, func(r row) bool { return !slices.Contains(t.columns, r.column) })
	t.columns = slices.DeleteFunc(t.columns, func(column string) bool {
		return !slices.ContainsFunc(t.rows, func(r row) bool { return r.column == column })
	})
	for _, column := range t.columns {
		t.titles = append(t.titles, clipped(p.labels.long(column)))
	}
	return t
}

// order puts the columns in the order in which the tasks were made, and what no task does at the end.
func (t *table) order(p *player) {
	rank := func(label string) int {
		if i := slices.Index(p.labels.byID, label); i >= 0 {
			return i
		}
		return len(p.labels.byID)
	}
	slices.SortFunc(t.columns, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
}

// failureEvent returns the event with which the run failed: the end of the first task that ends with the run's error,
// or with one that it wraps, or else the end of main, or of the run. What comes after it only hands the error on.
func failureEvent(events []sim.Event, err error) int {
	end := len(events)
	if err == nil {
		return end
	}
	causes := texts(err)
	for i, e := range events {
		failed, ok := strings.CutPrefix(e.Text, "failed: ")
		switch {
		case e.Kind == sim.TaskFinished && ok && slices.Contains(causes, failed), e.Kind == sim.RunFailed:
			return i
		case e.Kind == sim.TaskFinished && e.TaskID == 1 && end == len(events) && e.Text != "returned":
			end = i
		}
	}
	return end
}

// texts returns the texts of an error and of all that it wraps.
func texts(err error) []string {
	all := []string{err.Error()}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			all = append(all, texts(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			all = append(all, texts(inner)...)
		}
	}
	return all
}

// acts reports whether the event makes its task one that matters. To wait for another task, and to end a run with what
// another task failed with, is only to pass it on.
func acts(e sim.Event) bool {
	switch e.Kind {
	case sim.TaskSuspended:
		return !strings.HasPrefix(e.Object, "task ") && !strings.HasPrefix(e.Object, "gather")
	case sim.TaskFinished:
		return e.TaskID != 1 // main
	}
	return true
}

// cell returns what the table says of an event; empty: nothing.
func cell(e sim.Event) string {
	switch e.Kind {
	case sim.Output:
		return strings.ReplaceAll(e.Text, "\n", " / ")
	case sim.VariableRead, sim.VariableWritten:
		return fmt.Sprintf("%v %s: %s", e.Kind, e.Object, e.Text)
	case sim.TaskSuspended:
		switch {
		case e.Object == "its turn": // it is about to go on
			return ""
		case e.Object == "next turn":
			return "yield"
		case strings.HasPrefix(e.Object, "sleep "):
			return e.Object
		}
		return "wait: " + e.Object
	case sim.CancelRequested:
		return "cancel " + e.Object
	case sim.Acquired:
		return "has " + e.Object
	case sim.TaskFinished, sim.Exception:
		return e.Text
	case sim.CallbackRun:
		return "[" + e.Object + "]"
	}
	return ""
}

// writeTo writes the table. A row begins with ">" where the task runs ahead of its turn.
func (t *table) writeTo(b *strings.Builder, made []taken) {
	if len(t.rows) == 0 {
		return
	}
	rows, skipped := t.trimmed(made)
	widths := make([]int, len(t.columns))
	timeWidth := len("time")
	for i, title := range t.titles {
		widths[i] = utf8.RuneCountInString(title)
	}
	for _, r := range rows {
		i := slices.Index(t.columns, r.column)
		widths[i] = max(widths[i], utf8.RuneCountInString(clipped(r.text)))
		timeWidth = max(timeWidth, len(r.time.String()))
	}
	line := func(mark, time string, text func(i int) string) {
		var l strings.Builder
		fmt.Fprintf(&l, "%s %-*s", mark, timeWidth, time)
		for i := range t.columns {
			fmt.Fprintf(&l, "   %-*s", widths[i], text(i))
		}
		b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}
	line(" ", "time", func(i int) string { return t.titles[i] })
	marks := t.marks(made)
	for n, r := range rows {
		if n == skipped.at && skipped.rows > 0 {
			fmt.Fprintf(b, "  (%d more)\n", skipped.rows)
		}
		mark := " "
		if marks[r.event] {
			mark = ">"
		}
		line(mark, r.time.String(), func(i int) string {
			if t.columns[i] == r.column {
				return clipped(r.text)
			}
			return ""
		})
	}
	if t.hidden == 1 {
		b.WriteString("  and 1 other task\n")
	} else if t.hidden > 1 {
		fmt.Fprintf(b, "  and %d other tasks\n", t.hidden)
	}
}

// gap is what a long table leaves out.
type gap struct{ at, rows int }

// trimmed leaves out what lies long before the first switch, or else in the middle of a long table.
func (t *table) trimmed(made []taken) ([]row, gap) {
	rows := t.rows
	if len(made) > 0 {
		before := 0
		for before < len(rows) && rows[before].event < made[0].event {
			before++
		}
		if before > maxBefore {
			return t.cut(rows[before-maxBefore:], before-maxBefore)
		}
	}
	return t.cut(rows, 0)
}

// cut shortens rows to the most that a table has, of which the last are worth most.
func (t *table) cut(rows []row, before int) ([]row, gap) {
	if len(rows) <= maxRows {
		return rows, gap{0, before}
	}
	head, tail := rows[:maxRows/3], rows[len(rows)-maxRows*2/3:]
	return slices.Concat(head, tail), gap{len(head), before + len(rows) - len(head) - len(tail)}
}

// marks returns the events that are the first that a task shows after it was put ahead.
func (t *table) marks(made []taken) map[int]bool {
	marks := map[int]bool{}
	for _, d := range made {
		if r := t.next(d.run.task, d.event); r != nil {
			marks[r.event] = true
		}
	}
	return marks
}

// next returns the first row of the task from the event on; nil: there is none.
func (t *table) next(task string, event int) *row {
	for i := range t.rows {
		if r := &t.rows[i]; r.event >= event && r.column == task {
			return r
		}
	}
	return nil
}

func clipped(s string) string {
	if utf8.RuneCountInString(s) <= maxCell {
		return s
	}
	return string([]rune(s)[:maxCell-1]) + "…"
}
