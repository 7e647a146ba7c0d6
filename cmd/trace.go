package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
	"github.com/asyncsim/asyncsim/sim/trace"
)

func newTrace(r *scenarios.Registry) *cobra.Command {
	var format, file string
	var params []string
	c := &cobra.Command{
		Use:   "trace NAME",
		Short: "Run a scenario and show what happened",
		Long: `Trace runs a scenario and writes one line for each event: a task made, started, suspended, resumed or ended,
a callback, a timer, a cancellation, an output. What the program prints is only shown as part of the trace.`,
		Example: `  asyncsim trace ex_5_5
  asyncsim trace ex_5_5 --format jsonl -o trace.jsonl
  asyncsim trace sct/reorder --param setters=9`,
		Args:              arguments(1, 1),
		ValidArgsFunction: completeNames(r, 1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := lookup(r, args[0], params)
			if err != nil {
				return err
			}
			var recorder trace.Recorder
			var write func(w io.Writer) error
			switch format {
			case "text":
				write = recorder.WriteText
			case "jsonl":
				write = recorder.WriteJSONLines
			default:
				return fmt.Errorf("unknown format %q: it is text or jsonl", format)
			}
			runErr := aio.RunWith(aio.Config{Output: io.Discard, Log: c.ErrOrStderr(), Trace: recorder.Record}, s.Main)
			if runErr != nil {
				fmt.Fprintf(c.ErrOrStderr(), "%s: %v\n", s.Name, runErr)
				runErr = programError{runErr}
			}
			if err := writeTo(file, c.OutOrStdout(), write); err != nil {
				return written(c, err)
			}
			return runErr
		},
	}
	addParamFlag(c, r, &params)
	c.Flags().StringVar(&format, "format", "text", "text or jsonl")
	c.Flags().StringVarP(&file, "output", "o", "", "write to this file instead of stdout")
	formats := cobra.FixedCompletions([]cobra.Completion{"text", "jsonl"}, cobra.ShellCompDirectiveNoFileComp)
	_ = c.RegisterFlagCompletionFunc("format", formats) // it fails only for a flag that does not exist
	return c
}

// writeTo calls write with the file of that name, or with w if there is none.
func writeTo(file string, w io.Writer, write func(w io.Writer) error) error {
	if file == "" {
		return write(w)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(f)
	return errors.Join(write(b), b.Flush(), f.Close())
}
