package conformance

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const corpusDir = "../../testdata/conformance"

// corpus returns the files of recorded programs.
func corpus(t testing.TB) (files []string) {
	t.Helper()
	err := filepath.WalkDir(corpusDir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".jsonl.gz")) {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("%s has no .jsonl or .jsonl.gz", corpusDir)
	}
	return files
}

// TestCorpus runs every recorded program and compares its trace with CPython's.
func TestCorpus(t *testing.T) {
	const shown = 20
	for _, file := range corpus(t) {
		t.Run(strings.TrimPrefix(filepath.ToSlash(file), corpusDir+"/"), func(t *testing.T) {
			t.Parallel()
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			programs, mismatches := 0, 0
			err = RunAll(f, func(r *Result) bool {
				programs++
				if r.Matches() && r.Case.HasTrace {
					return true
				}
				if mismatches++; mismatches <= shown {
					t.Errorf("line %d: %s", r.Line, mismatch(r))
				}
				return true
			})
			if err != nil {
				t.Error(err)
			}
			if mismatches > shown {
				t.Errorf("%d more mismatches", mismatches-shown)
			}
			if programs == 0 {
				t.Error("no program in it")
			}
		})
	}
}

// mismatch says what is wrong with a result.
func mismatch(r *Result) string {
	var b strings.Builder
	if r.Case != nil {
		b.WriteString(r.Case.Name)
		if !r.Case.HasTrace {
			b.WriteString(": no trace was recorded")
		}
		if n, want, got := FirstDifference(r.Case.Trace, r.Trace); n > 0 {
			b.WriteString(": the trace differs\n\twant " + want + "\n\tgot  " + got)
		}
	}
	if r.Err != nil {
		b.WriteString("\n\t" + r.Err.Error())
	}
	return b.String()
}

// readLines returns the lines of a file of the corpus.
func readLines(t testing.TB, file string) [][]byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil && strings.HasSuffix(file, ".gz") {
		var unzipped io.Reader
		if unzipped, err = gzip.NewReader(bytes.NewReader(text)); err == nil {
			text, err = io.ReadAll(unzipped)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Split(bytes.TrimSpace(text), []byte("\n"))
}
