package cmd

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
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
		Long: `conform runs the conformance programs of files of JSON lines, which may be compressed by gzip; - is standard input.
A line is {"program": …, "trace": […]} or a program alone. Where there is a trace it is compared with what the program
does here, and the first line that differs is shown; where there is none, the line is printed with one. The last line
counts the programs and the mismatches: a program that does not end or panics is one.

Exit codes: 0 no mismatch, 1 a mismatch or a file that cannot be read.`,
		Example: `  asyncsim conform testdata/conformance/corpus.jsonl.gz
  asyncsim conform testdata/conformance/corpus.jsonl.gz --program random-1-17`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			out := bufio.NewWriter(c.OutOrStdout())
			err := conform(c, files, program, out)
			if flushed := out.Flush(); err == nil {
				err = written(c, flushed)
			}
			return err
		},
	}
	c.Flags().StringVar(&program, "program", "", "run the programs of this name alone and show both traces side by side")
	return c
}

func conform(c *cobra.Command, files []string, program string, out io.Writer) error {
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
				sideBySide(out, r)
			}
			programs++
			if !r.Matches() {
				mismatches++
			}
			return true
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

// report prints what there is to say of one program.
func report(out io.Writer, file string, r *conformance.Result) {
	if r.Case == nil {
		fmt.Fprintf(out, "%s, line %d: %v\n", file, r.Line, r.Err)
		return
	}
	if !r.Case.HasTrace && r.Err == nil {
		line, err := json.Marshal(struct {
			Program json.RawMessage `json:"program"`
			Trace   []string        `json:"trace"`
		}{r.Case.Program, r.Trace})
		if err != nil {
			panic(err) // both were read as JSON
		}
		fmt.Fprintf(out, "%s\n", line)
		return
	}
	if r.Case.HasTrace {
		if n, want, got := conformance.FirstDifference(r.Case.Trace, r.Trace); n > 0 {
			fmt.Fprintf(out, "%s: line %d:\n  want %s\n  got  %s\n", r.Case.Name, n, want, got)
		}
	}
	if r.Err != nil {
		fmt.Fprintf(out, "%s: %v\n", r.Case.Name, r.Err)
	}
}

// sideBySide prints both traces of a program, and marks the lines that differ.
func sideBySide(out io.Writer, r *conformance.Result) {
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
		if want != got {
			mark = "!"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", mark, want, got)
	}
	_ = w.Flush() // out keeps its own error
	if r.Err != nil {
		fmt.Fprintf(out, "%v\n", r.Err)
	}
}
