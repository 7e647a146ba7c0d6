package simtest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// goFuzz is a flag of the test binary, like those of package testing.
var goFuzz = flag.Bool("sim.fuzz", false, "run go test -fuzz, which may build everything anew for coverage")

func FuzzOrders(f *testing.F) { Fuzz(f, safeUpdate) }

// TestFuzzedChoices: one byte for a choice of up to 256, more for more, and asyncio's order where there is none.
func TestFuzzedChoices(t *testing.T) {
	for _, test := range []struct {
		bytes string
		ns    []int
		want  string
	}{
		{"", []int{2, 256, 257, 1 << 32}, "[0 0 0 0]"},
		{"\x00\x00\x00\x00\x00", []int{2, 256, 3}, "[0 0 0]"},
		{"\x01\x02\x05", []int{2, 3, 3}, "[1 2 2]"},
		{"\x01\xff\x01", []int{2, 256, 2}, "[1 255 1]"},
		{"\x01\x00\x01", []int{257, 2}, "[256 1]"},
		{"\x01\x01\x01", []int{65536, 2}, "[257 1]"},
		{"\x12\x34\x56\x78\x01", []int{1 << 32, 2}, "[305419896 1]"},
		{"\x12", []int{1 << 32, 2}, "[18 0]"},
	} {
		f := fuzzed{[]byte(test.bytes)}
		var got []int
		for _, n := range test.ns {
			got = append(got, f.choose(&sim.Choice{N: n}))
		}
		if fmt.Sprint(got) != test.want {
			t.Errorf("%x of %v: %v, want %s", test.bytes, test.ns, got, test.want)
		}
	}
}

// TestFuzzedRandomBits: a program that draws random bits is reached by few bytes.
func TestFuzzedRandomBits(t *testing.T) {
	f := fuzzed{[]byte("\x00\x00\x00\x00\x00\x00\x00\x05\x02")}
	var plain, bits uint64
	var value int
	if err := aio.Run(func(co *aio.Co) error { plain = co.Rand().Uint64(); return nil }); err != nil {
		t.Fatal(err)
	}
	err := aio.RunWith(aio.Config{Choose: f.choose}, func(co *aio.Co) error {
		bits, value = co.Rand().Uint64(), co.Choose("value", 10)
		return nil
	})
	if err != nil || bits == plain || value != 2 {
		t.Errorf("%d, without the fuzzer %d, %d, %v", bits, plain, value, err)
	}
}

// The targets that have a bug of the literature. They pass in go test, which runs asyncio's order.

func FuzzReorder(f *testing.F)  { Fuzz(f, lookup(f, "sct/reorder")) }
func FuzzTwostage(f *testing.F) { Fuzz(f, lookup(f, "sct/twostage")) }
func FuzzDeadlock(f *testing.F) { Fuzz(f, lookup(f, "sct/deadlock01")) }

// TestFuzzerFindsAndShrinks the bugs. What it keeps has few bytes, and fails again. This test binary knows no coverage, as
// that of go test -fuzz does.
func TestFuzzerFindsAndShrinks(t *testing.T) {
	dir := t.TempDir()
	fuzzerFinds(t, dir, func(args ...string) (string, error) {
		args = append(args, "-test.fuzzcachedir="+filepath.Join(dir, "cache"))
		return output(dir, os.Args[0], args...)
	})
}

// TestFuzzerOfAnotherModule has a module as a user has, and go test -fuzz. Without the flag it only looks whether the
// module is built.
func TestFuzzerOfAnotherModule(t *testing.T) {
	dir := moduleForFuzzing(t)
	run := func(args ...string) (string, error) { return output(dir, "go", append([]string{"test"}, args...)...) }
	if *goFuzz {
		fuzzerFinds(t, dir, run)
		return
	}
	if out, err := run("-vet=off"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// fuzzerFinds has the fuzzer look for each bug. The directory is that of the test, which run runs.
func fuzzerFinds(t *testing.T, dir string, run func(args ...string) (string, error)) {
	for _, bug := range []struct{ target, says string }{
		{"FuzzReorder", "reorder: one write was seen without the other"},
		{"FuzzTwostage", "twostage: the second stage is missing"},
		{"FuzzDeadlock", "deadlock"},
	} {
		t.Run(bug.target, func(t *testing.T) {
			out, err := run("-test.run=^$", "-test.fuzz=^"+bug.target+"$", "-test.fuzztime=60s",
				"-test.fuzzminimizetime=5s", "-test.parallel=2")
			if err == nil || !strings.Contains(out, bug.says) {
				t.Fatalf("the fuzzer ended with %v:\n%s", err, out)
			}
			kept, err := filepath.Glob(filepath.Join(dir, "testdata", "fuzz", bug.target, "*"))
			if err != nil || len(kept) != 1 {
				t.Fatalf("it kept %q, %v:\n%s", kept, err, out)
			}
			input, err := os.ReadFile(kept[0])
			if err != nil {
				t.Fatal(err)
			}
			var choices []byte
			_, call, _ := strings.Cut(string(input), "\n")
			if _, err := fmt.Sscanf(call, "[]byte(%q)", &choices); err != nil || len(choices) == 0 || len(choices) > 16 {
				t.Errorf("it kept %q: %v", input, err)
			}
			out, err = run("-test.run=^" + bug.target + "$/^" + filepath.Base(kept[0]) + "$")
			if err == nil || strings.Count(out, bug.says) != 1 || strings.Count(out, "\n  time  ")+strings.Count(out, "   time  ") != 1 {
				t.Errorf("what it kept ends with %v:\n%s", err, out)
			}
		})
	}
}

// fuzzModule is the test of a module of its own.
const fuzzModule = `package fuzzed

import (
	"testing"

	"github.com/asyncsim/asyncsim/scenarios"
	"github.com/asyncsim/asyncsim/sim/simtest"
)

func fuzz(f *testing.F, name string) {
	s, _ := scenarios.All().Lookup(name)
	simtest.Fuzz(f, s.Main)
}

func FuzzReorder(f *testing.F)  { fuzz(f, "sct/reorder") }
func FuzzTwostage(f *testing.F) { fuzz(f, "sct/twostage") }
func FuzzDeadlock(f *testing.F) { fuzz(f, "sct/deadlock01") }
`

// moduleForFuzzing returns the directory of a new module that requires what this one does.
func moduleForFuzzing(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	const own = "github.com/asyncsim/asyncsim"
	text := strings.Replace(string(mod), "module "+own, "module fuzzed", 1)
	text += fmt.Sprintf("\nrequire %s v0.0.0\n\nreplace %s => %s\n", own, own, root)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), []byte(text))
	write(t, filepath.Join(dir, "go.sum"), sums)
	write(t, filepath.Join(dir, "fuzzed_test.go"), []byte(fuzzModule))
	return dir
}

// output runs a command in a directory and returns what it prints.
func output(dir, name string, args ...string) (string, error) {
	var out bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &out
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	err := cmd.Run()
	return out.String(), err
}
