package cmd

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/asyncsim/asyncsim/scenarios"
)

const paramFlag = "param"

// addParamFlag adds --param, which may be given again and again.
func addParamFlag(c *cobra.Command, r *scenarios.Registry, params *[]string) {
	c.Flags().StringArrayVar(params, paramFlag, nil, "set a parameter of the scenario: `NAME=NUMBER`")
	_ = c.RegisterFlagCompletionFunc(paramFlag, completeParams(r)) // it fails only for a flag that does not exist
}

// parseParams returns the values of what was given as NAME=NUMBER.
func parseParams(params []string) (scenarios.Args, error) {
	args := scenarios.Args{}
	for _, param := range params {
		name, text, found := strings.Cut(param, "=")
		if !found || name == "" {
			return nil, fmt.Errorf("parameter %q: write NAME=NUMBER", param)
		}
		if _, twice := args[name]; twice {
			return nil, fmt.Errorf("parameter %q is given twice", name)
		}
		value, err := strconv.Atoi(text)
		if errors.Is(err, strconv.ErrRange) {
			return nil, fmt.Errorf("parameter %q: the number %s is too large", name, text)
		} else if err != nil {
			return nil, fmt.Errorf("parameter %q: %q is no whole number", name, text)
		}
		args[name] = value
	}
	return args, nil
}

// used returns the values of all parameters of a scenario, as NAME=NUMBER: those that were given, and else the
// defaults.
func used(s scenarios.Scenario, params []string) []string {
	args, _ := parseParams(params) // it has been parsed
	all := []string{}
	for _, p := range s.Params {
		value, given := args[p.Name]
		if !given {
			value = p.Default
		}
		all = append(all, fmt.Sprintf("%s=%d", p.Name, value))
	}
	return all
}

// completeParams offers the parameters of the scenarios that are named.
func completeParams(r *scenarios.Registry) cobra.CompletionFunc {
	return func(_ *cobra.Command, names []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var offered []cobra.Completion
		for _, name := range names {
			s, _ := r.Lookup(name)
			for _, p := range s.Params {
				if text := p.Name + "="; !slices.Contains(offered, text) {
					offered = append(offered, text)
				}
			}
		}
		return offered, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}
