package cmd

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/asyncsim/asyncsim/scenarios"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// explored is what explore --json prints.
type explored struct {
	Scenario     string        `json:"scenario"`
	Params       []string      `json:"params"`
	Strategy     string        `json:"strategy"`
	Seed         uint64        `json:"seed"`
	Schedules    int           `json:"schedules"`
	Failures     int           `json:"failures"`
	FirstFailure int           `json:"first_failure"` // 0: none
	Distinct     int           `json:"distinct"`
	Steps        int64         `json:"steps"`
	Seconds      float64       `json:"seconds"`
	Stopped      explore.Stop  `json:"stopped"`
	Failure      *shownFailure `json:"failure,omitempty"`
}

type shownFailure struct {
	Error    string `json:"error"`
	Token    string `json:"token"`
	Switches int    `json:"switches"`
	Schedule int    `json:"schedule"`
}

func newExplore(r *scenarios.Registry) *cobra.Command {
	var config explore.Config
	var params []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "explore NAME",
		Short: "Run a scenario in other orders until a run fails",
		Long: `Explore runs a scenario again and again, each time in another order, until a run fails. It shows the simplest run
that fails in the same way, and how to make it again.

Exit codes: 0 no run failed, 1 a run failed.`,
		Example: `  asyncsim explore races/lost_update
  asyncsim explore sct/reorder --param setters=9 --strategy surw --all --schedules 1000`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeNames(r, 1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := lookup(r, args[0], params)
			if err != nil {
				return err
			}
			// Every run leaves garbage and nothing else: a heap that may grow is collected less often.
			defer debug.SetGCPercent(debug.SetGCPercent(400))
			result, err := explore.Run(c.Context(), config, s.Main)
			if err != nil {
				return err
			}
			return showExplored(c, s, config, params, result, asJSON)
		},
	}
	addParamFlag(c, r, &params)
	f := c.Flags()
	f.StringVar(&config.Strategy, "strategy", "", "one of "+strings.Join(explore.Strategies(), ", "))
	f.IntVar(&config.Schedules, "schedules", 0, "how many runs at most (default 10000)")
	f.DurationVar(&config.Time, "time", 0, "how long at most")
	f.Uint64Var(&config.Seed, "seed", 0, "the same seed finds the same")
	f.IntVar(&config.Workers, "workers", 0, "how many runs at a time (default one on each core)")
	f.BoolVar(&config.Strict, "strict", false, "only what real asyncio could show: ties of timers, and values")
	f.DurationVar(&config.Slack, "slack", 0, "how late the loop may be: timers within such a window come in any order")
	f.BoolVar(&config.Cancel, "cancel", false, "cancel tasks where they suspend, each but main once")
	f.BoolVar(&config.All, "all", false, "go on after a failure, and count them")
	f.BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func showExplored(c *cobra.Command, s scenarios.Scenario, config explore.Config, params []string, r *explore.Result, asJSON bool) error {
	var failed error
	var report *explore.Report
	if r.First != nil {
		var err error
		if report, err = explore.Explain(c.Context(), config, r.First, s.Main); err != nil {
			return written(c, err)
		}
		failed = programError{report.Err}
	}
	if !asJSON {
		if report != nil {
			again := "asyncsim replay " + s.Name + " " + report.Token
			for _, p := range params {
				again += " --param " + p
			}
			again += choiceFlags(config)
			fmt.Fprintf(c.OutOrStdout(), "%s\n", report.Text(again))
		}
		fmt.Fprintf(c.OutOrStdout(), "%s: %d runs, %d of them different, %d failed; stopped: %s\n",
			s.Name, r.Schedules, r.Distinct, r.Failures, r.Stopped)
		return failed
	}
	out := explored{
		Scenario: s.Name, Params: append([]string{}, params...), Strategy: config.Strategy, Seed: config.Seed,
		Schedules: r.Schedules, Failures: r.Failures, Distinct: r.Distinct, Steps: r.Steps,
		Seconds: r.Elapsed.Seconds(), Stopped: r.Stopped,
	}
	if out.Strategy == "" {
		out.Strategy = explore.Strategies()[0]
	}
	if report != nil {
		out.FirstFailure = r.First.Schedule
		out.Failure = &shownFailure{report.Err.Error(), report.Token, report.Switches, report.Schedule}
	}
	if err := json.NewEncoder(c.OutOrStdout()).Encode(out); err != nil {
		return written(c, err)
	}
	return failed
}

// choiceFlags returns the flags without which a token's decisions are not made.
func choiceFlags(config explore.Config) (flags string) {
	if config.Strict {
		flags += " --strict"
	}
	if config.Slack > 0 {
		flags += " --slack " + config.Slack.String()
	}
	if config.Cancel {
		flags += " --cancel"
	}
	return flags
}

func newReplay(r *scenarios.Registry) *cobra.Command {
	var params []string
	var config explore.Config
	c := &cobra.Command{
		Use:     "replay NAME TOKEN",
		Short:   "Make a run again that explore has found",
		Example: `  asyncsim replay races/lost_update 1.AgFhAWIAAAABAAAAAWQt57I`,
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := lookup(r, args[0], params)
			if err != nil {
				return err
			}
			run, err := explore.Replay(config, args[1], s.Main)
			if err != nil {
				return err
			}
			for _, m := range run.Misfits {
				fmt.Fprintf(c.ErrOrStderr(), "%s: %v\n", s.Name, m)
			}
			for _, e := range run.Events {
				if e.Kind == sim.Output {
					fmt.Fprintln(c.OutOrStdout(), e.Text)
				}
			}
			if run.Err == nil {
				return nil
			}
			fmt.Fprintf(c.ErrOrStderr(), "%s: %v\n", s.Name, run.Err)
			return programError{run.Err}
		},
	}
	addParamFlag(c, r, &params)
	f := c.Flags()
	f.BoolVar(&config.Strict, "strict", false, "the run was found with --strict")
	f.DurationVar(&config.Slack, "slack", 0, "the run was found with --slack of so much")
	f.BoolVar(&config.Cancel, "cancel", false, "the run was found with --cancel")
	return c
}
