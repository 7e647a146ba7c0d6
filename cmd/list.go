package cmd

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/asyncsim/asyncsim/scenarios"
)

// listed is what list --json says of a scenario.
type listed struct {
	Scenario string      `json:"scenario"`
	Intent   string      `json:"intent"`
	Fails    string      `json:"fails,omitempty"` // the error that it is meant to end with
	Buggy    bool        `json:"buggy,omitempty"` // it fails in some order of its tasks
	Apart    bool        `json:"apart,omitempty"` // it is not one of "all" although it succeeds
	Params   []parameter `json:"params,omitempty"`
}

type parameter struct {
	Name    string `json:"name"`
	Default int    `json:"default"`
	Min     int    `json:"min"`
}

func newList(r *scenarios.Registry) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the scenarios",
		Example: `  asyncsim list
  asyncsim list --json`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			var all []listed
			for _, name := range r.Names() {
				s, _ := r.Lookup(name)
				l := listed{Scenario: name, Intent: s.Intent, Buggy: s.Buggy, Apart: s.Apart}
				for _, p := range s.Params {
					l.Params = append(l.Params, parameter(p))
				}
				if s.Fails != nil {
					l.Fails = s.Fails.Error()
				}
				all = append(all, l)
			}
			if asJSON {
				return written(c, json.NewEncoder(c.OutOrStdout()).Encode(all))
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, l := range all {
				if l.Fails != "" {
					l.Intent += " (fails: " + l.Fails + ")"
				}
				if len(l.Params) > 0 {
					s, _ := r.Lookup(l.Scenario)
					l.Intent += " (parameters: " + s.ParamsText() + ")"
				}
				fmt.Fprintf(w, "%s\t%s\n", l.Scenario, l.Intent)
			}
			return written(c, w.Flush())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON array of {scenario, intent, fails, buggy, apart, params}")
	return c
}
