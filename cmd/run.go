package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/spf13/cobra"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/scenarios"
)

// all stands for every scenario that is meant to succeed, has no bug and does not stand apart.
const all = "all"

// ran is what run --json says of a scenario: one object in a line.
type ran struct {
	Scenario    string  `json:"scenario"`
	Output      string  `json:"output"`
	Error       string  `json:"error,omitempty"`
	VirtualTime float64 `json:"virtual_time"` // seconds
	Steps       int64   `json:"steps"`        // callbacks and task steps
}

func newRun(r *scenarios.Registry) *cobra.Command {
	var asJSON bool
	var params []string
	c := &cobra.Command{
		Use:   "run NAME...|all",
		Short: "Run scenarios and show what they print",
		Long: `Run runs scenarios one after another. What they print goes to stdout; how they fail, and what their exception
handlers report, goes to stderr. "all" stands for every scenario that is meant to succeed, has no bug and does not stand
apart. Parameters go to every scenario that is named.`,
		Example: `  asyncsim run ex_5_1
  asyncsim run ex_5_1 ex_5_2
  asyncsim run all
  asyncsim run all --json
  asyncsim run sct/reorder --param setters=9 --param checkers=1`,
		Args:              arguments(1, math.MaxInt),
		ValidArgsFunction: completeNames(r, math.MaxInt),
		RunE: func(c *cobra.Command, args []string) error {
			chosen, err := choose(r, args, params)
			if err != nil {
				return err
			}
			if asJSON {
				return runJSON(c, chosen)
			}
			return runPlain(c, chosen)
		},
	}
	addParamFlag(c, r, &params)
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object a line: {scenario, output, error, virtual_time, steps}")
	return c
}

// choose returns the scenarios of the given names, in the order given, each with the parameters.
func choose(r *scenarios.Registry, names, params []string) ([]scenarios.Scenario, error) {
	if slices.Contains(names, all) {
		if len(names) > 1 {
			return nil, errors.New(`"all" stands alone`)
		}
		names = slices.DeleteFunc(r.Names(), func(name string) bool {
			s, _ := r.Lookup(name)
			return s.Fails != nil || s.Buggy || s.Apart
		})
	}
	chosen := make([]scenarios.Scenario, len(names))
	for i, name := range names {
		s, err := lookup(r, name, params)
		if err != nil {
			return nil, err
		}
		chosen[i] = s
	}
	return chosen, nil
}

func runPlain(c *cobra.Command, chosen []scenarios.Scenario) error {
	var failed error
	for _, s := range chosen {
		err := aio.RunWith(aio.Config{Output: c.OutOrStdout(), Log: c.ErrOrStderr()}, s.Main)
		if err != nil {
			fmt.Fprintf(c.ErrOrStderr(), "%s: %v\n", s.Name, err)
			failed = programError{err}
		}
	}
	return failed
}

func runJSON(c *cobra.Command, chosen []scenarios.Scenario) error {
	var failed error
	enc := json.NewEncoder(c.OutOrStdout())
	enc.SetEscapeHTML(false)
	for _, s := range chosen {
		result, err := measure(s, c.ErrOrStderr())
		if err != nil {
			failed = programError{err}
		}
		if err := enc.Encode(result); err != nil {
			return written(c, err)
		}
	}
	return failed
}

// measure runs a scenario and tells what there is to tell about the run.
func measure(s scenarios.Scenario, log io.Writer) (ran, error) {
	var output bytes.Buffer
	result := ran{Scenario: s.Name}
	r, err := aio.NewRunner(aio.Config{Output: &output, Log: log})
	if err != nil {
		return result, err
	}
	err = r.Run(s.Main)
	err = errors.Join(err, r.Close())
	result.Output = output.String()
	result.VirtualTime, result.Steps = r.Loop().Now().Seconds(), r.Loop().Steps()
	if err != nil {
		result.Error = err.Error()
	}
	return result, err
}
