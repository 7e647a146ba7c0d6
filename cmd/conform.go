package cmd

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime/debug"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/asyncsim/asyncsim/scenarios/conformance"
)

func newConform() *cobra.Command {
	var program string
	c := &cobra.Command{
		Use:   "conform FILE...",
		Short: "Run conformance programs and compare their traces with CPython's",
		Long: `conform runs the conformance programs of files of JSON lines, which may be compressed by gzip; - is
standard input. A line is {"program": …, "trace": […]} or a program alone. Where there is a trace it is compared with what the program
does here, and the first line of it that differs is shown:

  NAME: line 7:
    want 3 main sleep 3
    got  2 main sleep 3 ! CancelledError

Where there is none, {"program":…,"trace":[…]} is printed in one line. A line that is no program, and a program that
does not end or makes the library panic, is a mismatch too, shown as

  FILE, line 12: what is wrong

The last line is "N programs, M mismatches".

Exit codes: 0 no mismatch, 1 a mismatch or a file that cannot be read, 2 the command line cannot be right, as with a
--program that no file has.`,
		Example: `  asyncsim conform testdata/conformance/corpus.jsonl.gz
  asyncsim conform testdata/conformance/corpus.jsonl.gz --program random-1-17`,
		Args: arguments(1, math.MaxInt),
		RunE: func(c *cobra.Command, files []string) error {
			out := bufio.NewWriter(c.OutOrStdout())
			err := conform(c, files, program, out)
			if unwritten := written(c, out.Flush()); unwritten != nil {
				return unwritten
			}
			return err
		},
	}
	c.Flags().StringVar(&program, "program", "",
		"look at the programs of this name alone and show both traces side by side")
	return c
}

func conform(c *cobra.Command, files []string, program string, out io.Writer) error {
	// Every program leaves garbage and nothing else: a heap that may grow is collected less often.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	programs, mismatches := 0, 0
	for _, name := range files {
		file, err := openOr(name, c.InOrStdin())
		if err != nil {
			return written(c, err)
		}
		err = conformance.RunAll(file, func(r *conformance.Result) bool {
			switch {
			case program == "":
				report(out, name, r)
			case r.Case == nil || r.Case.Name != program:
				return true
			default:
				sideBySide(out, name, r)
			}
			programs++
			if !r.Matches() {
				mismatches++
			}
			_, broken := out.Write(nil)
			return broken == nil
		})
		file.Close()
		if err != nil {
			return written(c, fmt.Errorf("%s: %w", name, err))
		}
	}
	if program != "" && programs == 0 {
		return fmt.Errorf("no program %q in %s", program, strings.Join(files, ", "))
	}
	fmt.Fprintf(out, "%d programs, %d mismatches\n", programs, mismatches)
	if mismatches > 0 {
		return programError{fmt.Errorf("%d mismatches", mismatches)}
	}
	return nil
}

func openOr(name string, stdin io.Reader) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(stdin), nil
	}
	return os.Open(name)
}

// report prints what there is to say of one program. out keeps its own error.
func report(out io.Writer, file string, r *conformance.Result) {
	switch {
	case r.Case == nil: // see below
	case !r.Case.HasTrace && r.Err == nil:
		line := json.NewEncoder(out)
		line.SetEscapeHTML(false)
		_ = line.Encode(struct {
			Program json.RawMessage `json:"program"`
			Trace   []string        `json:"trace"`
		}{r.Case.Program, r.Trace})
	case r.Case.HasTrace:
		if n, want, got := conformance.FirstDifference(r.Case.Trace, r.Trace); n > 0 {
			fmt.Fprintf(out, "%s: line %d:\n  want %s\n  got  %s\n", r.Case.Name, n, want, got)
		}
	}
	reportError(out, file, r)
}

func reportError(out io.Writer, file string, r *conformance.Result) {
	if r.Err != nil {
		fmt.Fprintf(out, "%s, line %d: %v\n", file, r.Line, r.Err)
	}
}

// sideBySide prints both traces of a program, and marks the lines that differ.
func sideBySide(out io.Writer, file string, r *conformance.Result) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\t%s: CPython\tasyncsim\n", r.Case.Name)
	for i := range max(len(r.Case.Trace), len(r.Trace)) {
		var want, got, mark string
		if i < len(r.Case.Trace) {
			want = r.Case.Trace[i]
		}
		if i < len(r.Trace) {
			got = r.Trace[i]
		}
		if r.Case.HasTrace && want != got {
			mark = "!"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", mark, want, got)
	}
	_ = w.Flush() // out keeps its own error
	reportError(out, file, r)
}
