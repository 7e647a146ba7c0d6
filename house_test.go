package asyncsim_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/asyncsim/asyncsim"

// mayImport says which packages of the module each package may import, besides the standard library, and from elsewhere
// what else. It is the picture of the layers in DESIGN.md.
var mayImport = map[string]struct{ own, others []string }{
	".":                       {},
	"sim":                     {},
	"primitives":              {own: []string{"sim"}},
	"clock":                   {own: []string{"clock/internal/looptime", "primitives", "sim"}, others: []string{"github.com/benbjohnson/clock"}},
	"clock/internal/looptime": {own: []string{"primitives", "sim"}},
	"clock/clockworkclock":    {own: []string{"clock/internal/looptime", "primitives"}, others: []string{"github.com/jonboulle/clockwork", "github.com/benbjohnson/clock"}},
	"clock/k8sclock":          {own: []string{"clock/internal/looptime", "primitives"}, others: []string{"k8s.io/utils/clock", "github.com/benbjohnson/clock"}},
	"sim/explore":             {own: []string{"primitives", "sim"}},
	"sim/trace":               {own: []string{"sim"}},
	"sim/simtest":             {own: []string{"primitives", "sim", "sim/explore", "sim/trace"}, others: []string{"github.com/google/go-cmp", "pgregory.net/rapid"}},
	"scenarios":               {own: []string{"clock", "primitives", "sim"}, others: []string{"github.com/benbjohnson/clock"}},
	"scenarios/conformance":   {own: []string{"primitives", "sim"}, others: []string{"github.com/go-json-experiment/json/jsontext"}},
	"cmd":                     {own: []string{"primitives", "scenarios", "scenarios/conformance", "sim", "sim/explore", "sim/trace"}, others: []string{"github.com/spf13/cobra", "github.com/agnivade/levenshtein"}},
	"cmd/asyncsim":            {own: []string{"cmd", "scenarios"}},
}

// mayUse names the files of the kernel that may use what the others may not, with the reason.
var mayUse = map[string]string{
	"sim/watchdog.go":        "it watches the loop's goroutine from another one, in real time",
	"sim/executor.go":        "it runs functions that block, on goroutines of their own",
	"sim/wallclock.go":       "it runs the loop on the wall clock, and waits there for other goroutines",
	"primitives/channels.go": "tasks receive there from the program's own channels, without blocking",
	"primitives/context.go":  "a context may be used by other goroutines, and ends by closing a channel",
	"primitives/threads.go":  "other goroutines wait there for what the loop does",
}

// sources returns the module's Go files, tests too, by their slash-separated paths.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && name != "." {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(name, ".go") {
			f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			files[filepath.ToSlash(name)] = f
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func isTest(name string) bool { return strings.HasSuffix(name, "_test.go") }

func importsOf(f *ast.File) []string {
	var paths []string
	for _, spec := range f.Imports {
		p, _ := strconv.Unquote(spec.Path.Value) // it has been parsed
		paths = append(paths, p)
	}
	return paths
}

func TestLayers(t *testing.T) {
	for name, f := range sources(t) {
		if isTest(name) {
			continue
		}
		allowed, known := mayImport[path.Dir(name)]
		if !known {
			t.Errorf("%s: the layers do not mention this package", name)
		}
		for _, imported := range importsOf(f) {
			own, isOwn := strings.CutPrefix(imported, module+"/")
			switch {
			case isOwn && slices.Contains(allowed.own, own):
			case !isOwn && !strings.Contains(strings.Split(imported, "/")[0], "."): // the standard library
			case slices.ContainsFunc(allowed.others, func(m string) bool { return strings.HasPrefix(imported, m) }):
			default:
				t.Errorf("%s: must not import %s", name, imported)
			}
			if imported == "testing" && path.Dir(name) != "sim/simtest" && name != "clock/synctest.go" {
				t.Errorf("%s: only sim/simtest and clock.Test may import testing", name)
			}
		}
	}
}

// banned is what would make a run differ from the last one, by package and name.
var banned = map[string][]string{
	"time":         {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"},
	"maps":         {"All", "Keys", "Values"},
	"math/rand/v2": {"Int", "IntN", "Int32", "Int32N", "Int64", "Int64N", "Uint", "Uint32", "Uint32N", "Uint64", "Uint64N", "UintN", "N", "Float32", "Float64", "Perm", "Shuffle", "NormFloat64", "ExpFloat64"},
	"runtime":      {"Gosched", "Goexit"},
	"sync":         nil, // all of it: nothing here is shared
	"math/rand":    nil,
}

// TestKernelIsDeterministic reads sim and primitives for what DESIGN.md forbids there: goroutines, select, channels,
// ranging over maps, the machine's clock, and random values that no seed determines.
func TestKernelIsDeterministic(t *testing.T) {
	fset := token.NewFileSet()
	config := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	checked := 0
	for _, dir := range []string{"sim", "primitives"} {
		names, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		var files []*ast.File
		for _, name := range slices.DeleteFunc(names, isTest) {
			f, err := parser.ParseFile(fset, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
		if _, err := config.Check(module+"/"+dir, fset, files, info); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			checked++
			if _, ok := mayUse[filepath.ToSlash(fset.Position(f.Package).Filename)]; ok {
				continue
			}
			for _, found := range nondeterminism(f, info) {
				t.Errorf("%s: %s", fset.Position(found.node.Pos()), found.what)
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d files were read", checked)
	}
}

type finding struct {
	node ast.Node
	what string
}

func nondeterminism(f *ast.File, info *types.Info) []finding {
	var found []finding
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, finding{n, "go statement"})
		case *ast.SelectStmt:
			found = append(found, finding{n, "select statement"})
		case *ast.ChanType:
			found = append(found, finding{n, "channel"})
		case *ast.RangeStmt:
			if _, ok := info.TypeOf(n.X).Underlying().(*types.Map); ok {
				found = append(found, finding{n, "range over a map"})
			}
		case *ast.SelectorExpr:
			if pkg, ok := info.Uses[rootIdent(n.X)].(*types.PkgName); ok {
				names, listed := banned[pkg.Imported().Path()]
				if listed && (names == nil || slices.Contains(names, n.Sel.Name)) {
					found = append(found, finding{n, pkg.Imported().Path() + "." + n.Sel.Name})
				}
			}
		}
		return true
	})
	return found
}

// rootIdent returns x if it is an identifier.
func rootIdent(x ast.Expr) *ast.Ident {
	id, _ := x.(*ast.Ident)
	return id
}

// TestBansAreFound shows the search above what it must find.
func TestBansAreFound(t *testing.T) {
	const source = `package p
import ("time"; "math/rand/v2")
func f(m map[int]int, c chan int) {
	go f(nil, nil)
	select {}
	for range m {}
	_ = time.Now()
	_ = rand.IntN(3)
	_ = rand.New(nil)
}`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: fakeImporter{}, Error: func(error) {}}
	_, _ = config.Check("p", fset, []*ast.File{f}, info) // the fake packages are empty
	var whats []string
	for _, found := range nondeterminism(f, info) {
		whats = append(whats, found.what)
	}
	want := []string{"channel", "go statement", "select statement", "range over a map", "time.Now", "math/rand/v2.IntN"}
	if !slices.Equal(whats, want) {
		t.Errorf("found %q, want %q", whats, want)
	}
}

type fakeImporter struct{}

func (fakeImporter) Import(p string) (*types.Package, error) {
	name := path.Base(p)
	if name == "v2" {
		name = "rand"
	}
	pkg := types.NewPackage(p, name)
	pkg.MarkComplete()
	return pkg, nil
}

// TestFilesAndFunctionsAreShort keeps a file to one subject and a function to one screen.
func TestFilesAndFunctionsAreShort(t *testing.T) {
	const maxFile, maxFunc = 400, 70
	fset := token.NewFileSet()
	for name := range sources(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > maxFile {
			t.Errorf("%s has %d lines, more than %d", name, n, maxFile)
		}
		f, err := parser.ParseFile(fset, name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && !isTest(name) {
				if n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1; n > maxFunc {
					t.Errorf("%s: %s has %d lines, more than %d", name, fn.Name.Name, n, maxFunc)
				}
			}
		}
	}
}

// TestExportedNamesAreDocumented asks for a comment on every exported name.
func TestExportedNamesAreDocumented(t *testing.T) {
	for name, f := range sources(t) {
		if isTest(name) {
			continue
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && !ofStandardInterface(d) {
					t.Errorf("%s: %s has no comment", name, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, undocumented := range undocumentedSpecs(d) {
					t.Errorf("%s: %s has no comment", name, undocumented)
				}
			}
		}
	}
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	return ast.IsExported(strings.TrimLeft(strings.Split(types.ExprString(d.Recv.List[0].Type), "[")[0], "*"))
}

// ofStandardInterface says that error or fmt.Stringer has the comment.
func ofStandardInterface(d *ast.FuncDecl) bool {
	return d.Recv != nil && (d.Name.Name == "Error" || d.Name.Name == "String")
}

func undocumentedSpecs(d *ast.GenDecl) []string {
	var names []string
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && d.Doc == nil && spec.Doc == nil {
				names = append(names, spec.Name.Name)
			}
		case *ast.ValueSpec:
			if spec.Names[0].IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
				names = append(names, spec.Names[0].Name)
			}
		}
	}
	return names
}

// TestREADMEIsTrue looks for the README's Go programs among the examples, which are compiled and run, for the trace that
// it shows in the golden one, and for the two commands.
func TestREADMEIsTrue(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var examples strings.Builder
	for name := range sources(t) {
		if isTest(name) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			examples.Write(text)
		}
	}
	blocks := strings.Split(string(readme), "```go\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("README.md shows no program")
	}
	for i, block := range blocks {
		code, _, _ := strings.Cut(block, "```")
		if !strings.Contains(squeezed(examples.String()), squeezed(code)) {
			t.Errorf("program %d of README.md stands in no test:\n%s", i+1, code)
		}
	}
	golden, err := os.ReadFile("testdata/readme/retry.txt")
	if err != nil {
		t.Fatal(err)
	}
	if indented := "    " + strings.ReplaceAll(strings.TrimSpace(string(golden)), "\n", "\n    "); !strings.Contains(string(readme), indented) {
		t.Error("README.md does not show testdata/readme/retry.txt")
	}
	for _, command := range []string{"go run ./cmd/asyncsim run all", "go test ./..."} {
		if !strings.Contains(string(readme), command) {
			t.Errorf("README.md does not say %q", command)
		}
	}
}

// squeezed drops indentation: an example is indented by the function that it stands in.
func squeezed(code string) string {
	var b strings.Builder
	for line := range strings.Lines(code) {
		fmt.Fprintln(&b, strings.TrimSpace(line))
	}
	return b.String()
}
