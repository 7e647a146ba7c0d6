// Package cmd makes a command of a registry of scenarios: cmd/asyncsim is the one for the scenarios of this module. A
// program that adds its own makes its own command:
//
//	func main() {
//		r := scenarios.All()
//		if err := r.Add(scenarios.Scenario{Name: "mine", Intent: "…", Main: mine}); err != nil {
//			log.Fatal(err)
//		}
//		os.Exit(cmd.Main(r, os.Args[1:], os.Stdout, os.Stderr))
//	}
package cmd

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"

	"github.com/asyncsim/asyncsim/scenarios"
)

// Exit codes of [Main].
const (
	ExitOK     = 0 // everything went well
	ExitFailed = 1 // a program failed
	ExitUsage  = 2 // the command line cannot be right

	ExitInterrupted = 130 // explore was interrupted before a run failed
)

// Main runs the command with the given arguments and returns its exit code. What the simulated programs print goes to
// stdout, everything else but what was asked for to stderr.
func Main(r *scenarios.Registry, args []string, stdout, stderr io.Writer) int {
	root := newRoot(r)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	c, err := root.ExecuteC()
	if err == nil {
		return ExitOK
	}
	var failed programError
	if errors.As(err, &failed) {
		return ExitFailed
	}
	if errors.Is(err, errInterrupted) {
		return ExitInterrupted
	}
	fmt.Fprintf(stderr, "asyncsim: %v\nSee %s --help.\n", err, c.CommandPath())
	return ExitUsage
}

// errInterrupted ends a search that was interrupted before it found anything, which has been reported.
var errInterrupted = errors.New("interrupted")

// programError says that a program failed, which has been reported.
type programError struct{ error }

func newRoot(r *scenarios.Registry) *cobra.Command {
	root := &cobra.Command{
		Use:   "asyncsim",
		Short: "Run asyncio programs, written in Go, in virtual time",
		Long: `asyncsim runs asyncio programs, written in Go, in virtual time: sleeping costs nothing and every run is the
same.

Exit codes: 0 everything went well, 1 a program failed, 2 the command line cannot be right,
130 explore was interrupted before a run failed.`,
		Example: `  asyncsim list
  asyncsim run ex_5_5
  asyncsim run all
  asyncsim trace ex_5_5 --format jsonl -o trace.jsonl`,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newList(r), newRun(r), newTrace(r), newExplore(r), newReplay(r), newConform(), newVersion())
	return root
}

// written reports an output that could not be written.
func written(c *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	fmt.Fprintf(c.ErrOrStderr(), "asyncsim: %v\n", err)
	return programError{err}
}

// completeNames offers the names of scenarios, at most so many, to the shell; and "all" where there may be several.
func completeNames(r *scenarios.Registry, most int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var names []cobra.Completion
		if len(args) >= most || slices.Contains(args, all) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		if most > 1 && len(args) == 0 {
			const what = "every scenario that is meant to succeed and has no bug"
			names = append(names, cobra.CompletionWithDesc(all, what))
		}
		for _, name := range r.Names() {
			if !slices.Contains(args, name) {
				s, _ := r.Lookup(name)
				names = append(names, cobra.CompletionWithDesc(name, s.Intent))
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// lookup returns the scenario of that name with the parameters, or an error that lists the names near it.
func lookup(r *scenarios.Registry, name string, params []string) (scenarios.Scenario, error) {
	if _, known := r.Lookup(name); !known && name == all {
		return scenarios.Scenario{}, errNotAll
	}
	if s, ok := r.Lookup(name); ok {
		args, err := parseParams(params)
		if err != nil {
			return scenarios.Scenario{}, err
		}
		return s.With(args)
	}
	hint := "asyncsim list shows what there is"
	if near := nearNames(r, name); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, ", ") + "?"
	}
	return scenarios.Scenario{}, fmt.Errorf("unknown scenario %q: %s", name, hint)
}

var errNotAll = errors.New(`"all" is for run: here one scenario is named, and asyncsim list shows which there are`)

// nearNames returns the names that may have been meant, the nearest first.
func nearNames(r *scenarios.Registry, name string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var near []candidate
	for _, known := range r.Names() {
		d := levenshtein.ComputeDistance(strings.ToLower(name), known)
		switch {
		case d <= max(2, len(name)/3):
		case len(name) >= 3 && strings.Contains(known, strings.ToLower(name)):
		default:
			continue
		}
		near = append(near, candidate{known, d})
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return a.distance - b.distance })
	names := make([]string, 0, 5)
	for _, c := range near[:min(len(near), cap(names))] {
		names = append(names, c.name)
	}
	return names
}
