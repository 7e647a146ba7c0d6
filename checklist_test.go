package asyncsim_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const checklist = "testdata/conformance/CHECKLIST.md"

// behaviours is how many behaviours each group of the checklist has: they are numbered from 1.
var behaviours = map[string]int{
	"FUT": 26, "DUCK": 1, "CB": 5, "FUT2": 3, "TSK": 26, "CTX": 7, "CAN": 19, "SLP": 3, "WAI": 10, "ACO": 10, "GAT": 13,
	"SHD": 7, "THR": 1, "WFR": 13, "TMO": 22, "TGR": 35, "LCK": 10, "EVT": 6, "CND": 13, "SEM": 12, "BAR": 20, "QUE": 24,
	"EAG": 13, "LOP": 23, "HND": 3, "GEL": 1, "RUN": 16, "TTH": 1, "STG": 1, "GRA": 1, "STR": 17, "TRN": 2, "PRO": 1, "SRV": 1,
}

// behaviour is a line of testdata/conformance/checklist/*.tsv.
type behaviour struct {
	id, text string
	where    string // program, program+test, test or none
	note     string // what the test checks, or why the behaviour does not apply
	programs []string
	tests    []string
}

// TestChecklist finds, for every behaviour that CPython's own tests of asyncio check, the program or the test that
// checks it here, and compares CHECKLIST.md with that. The flag -sim.update writes it.
func TestChecklist(t *testing.T) {
	list := readChecklist(t)
	byID := map[string]*behaviour{}
	for i := range list {
		byID[list[i].id] = &list[i]
	}
	for _, name := range programNames(t) {
		if b := byID[idOf(name)]; b != nil {
			b.programs = append(b.programs, name)
		}
	}
	for _, name := range testNames(t) {
		if b := byID[idOf(name)]; b != nil {
			b.tests = append(b.tests, name)
		}
	}
	for group, n := range behaviours {
		for i := 1; i <= n; i++ {
			id := fmt.Sprintf("%s-%02d", group, i)
			b := byID[id]
			switch {
			case b == nil:
				t.Errorf("%s is not in the checklist", id)
			case strings.HasPrefix(b.where, "program") && len(b.programs) == 0:
				t.Errorf("%s: no program in testdata/conformance/behaviours has this name", id)
			case strings.HasSuffix(b.where, "test") && len(b.tests) == 0:
				t.Errorf("%s: no test has this name: it is to check: %s", id, b.note)
			case b.where == "none" && b.note == "":
				t.Errorf("%s: no reason is given why it does not apply", id)
			}
		}
	}
	text := formatChecklist(list)
	if flag.Lookup("sim.update").Value.String() == "true" {
		if err := os.WriteFile(checklist, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(checklist); err != nil || !bytes.Equal(have, text) {
		t.Errorf("%s is not what the programs and tests say (%v): go test . -run='^TestChecklist$' -sim.update", checklist, err)
	}
}

func readChecklist(t *testing.T) (list []behaviour) {
	t.Helper()
	files, err := filepath.Glob("testdata/conformance/checklist/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatalf("no checklist: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			fields := append(strings.Split(strings.TrimRight(line, "\r\n"), "\t"), "")
			group, number, _ := strings.Cut(fields[0], "-")
			n, err := strconv.Atoi(number)
			if len(fields) < 4 || err != nil || n < 1 || n > behaviours[group] {
				t.Errorf("%s: no behaviour: %q", name, line)
				continue
			}
			b := behaviour{id: fields[0], text: fields[1], where: fields[2], note: fields[3]}
			if !slices.Contains([]string{"program", "program+test", "test", "none"}, b.where) {
				t.Errorf("%s: %q is no place", b.id, b.where)
			}
			list = append(list, b)
		}
	}
	return list
}

// inName finds the id in the name of a program, of a test function or of a subtest.
var inName = regexp.MustCompile(`^(?:Test)?([A-Z]+2?)[-_](\d\d)(?:[-_ :,.]|$)`)

func idOf(name string) string {
	m := inName.FindStringSubmatch(name)
	if m == nil {
		return ""
	}
	return m[1] + "-" + m[2]
}

// programNames returns the names of the hand-written programs.
func programNames(t *testing.T) (names []string) {
	t.Helper()
	files, _ := filepath.Glob("testdata/conformance/behaviours/*.jsonl")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
			var line struct {
				Program struct{ Name string }
				Trace   []string
			}
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil || len(line.Trace) == 0 {
				t.Errorf("%s: a line that is no recorded program: %v", name, err)
			}
			names = append(names, line.Program.Name)
		}
	}
	slices.Sort(names)
	return names
}

// testNames returns the names of the test functions, and the strings in test files that name subtests by an id.
func testNames(t *testing.T) (names []string) {
	t.Helper()
	for name, f := range sources(t) {
		if !isTest(name) || filepath.Dir(name) == "." {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if strings.HasPrefix(n.Name.Name, "Test") {
					names = append(names, n.Name.Name)
				}
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && idOf(s) != "" && !strings.Contains(s, "\n") {
					names = append(names, s)
				}
			}
			return true
		})
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func formatChecklist(list []behaviour) []byte {
	var b bytes.Buffer
	b.WriteString(`# What CPython's own tests of asyncio check, and where it is checked here

Written by ` + "`go test . -run='^TestChecklist$' -sim.update`" + ` from checklist/*.tsv, the names of the programs in behaviours/ and
the names of the tests. A program is compared with its trace on CPython 3.14.

| id | behaviour | programs | tests | remark |
|---|---|---|---|---|
`)
	for _, x := range list {
		note := ""
		if x.where == "none" {
			note = "does not apply: " + x.note
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", x.id, x.text, cells(x.programs), cells(x.tests), note)
	}
	counts := map[string]int{}
	for _, x := range list {
		counts[x.where]++
	}
	fmt.Fprintf(&b, "\n%d behaviours: %d in programs, %d in programs and tests, %d in tests, %d that do not apply.\n",
		len(list), counts["program"], counts["program+test"], counts["test"], counts["none"])
	return b.Bytes()
}

// cells lists names in a table's cell, the first few.
func cells(names []string) string {
	const most = 4
	rest := ""
	if len(names) > most {
		rest = fmt.Sprintf(", and %d more", len(names)-most)
		names = names[:most]
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = strings.ReplaceAll(name, "|", `\|`)
	}
	return strings.Join(quoted, "; ") + rest
}
