package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/asyncsim/asyncsim/scenarios"
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
	FirstFailure int           `json:"first_failure"` // the number of its schedule, from 1; 0: none
	Distinct     int           `json:"distinct"`
	Steps        int64         `json:"steps"`
	Seconds      float64       `json:"seconds"`
	Stopped      explore.Stop  `json:"stopped"`
	Failure      *shownFailure `json:"failure"` // null: none
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
		Long: `Explore runs a scenario again and again, each time in another order, until a run fails. It shows the simplest
run that fails in the same way, and how to make it again. On a terminal a line tells how far it is, unless the environment
variable CI is set. Interrupt it and it tells what it has found so far; again, and it
does not.

It stops because of a failure, or because it is exhausted (every order was tried), saturated (nothing new came for long,
where no number of runs was given), or because of the budget (of runs), the deadline (of --time), or because it was
cancelled (interrupted).

Exit codes: 0 no run failed, 1 a run failed, 130 it was interrupted before one did.`,
		Example: `  asyncsim explore races/lost_update
  asyncsim explore sct/reorder --param setters=9 --strategy surw --all --schedules 1000`,
		Args:              arguments(1, 1),
		ValidArgsFunction: completeNames(r, 1),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := lookup(r, args[0], params)
			if err != nil {
				return err
			}
			// Every run leaves garbage and nothing else: a heap that may grow is collected less often.
			defer debug.SetGCPercent(debug.SetGCPercent(1600))
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt)
			context.AfterFunc(ctx, stop) // a second interrupt is not waited for
			defer stop()
			if !asJSON {
				config.Progress = explore.Terminal(os.Stderr)
			}
			result, err := explore.Run(ctx, config, s.Main)
			if err != nil {
				return err
			}
			e := exploration{s, config, params, result}
			if asJSON {
				return e.showJSON(ctx, c)
			}
			return e.show(ctx, c)
		},
	}
	addParamFlag(c, r, &params)
	f := c.Flags()
	f.StringVar(&config.Strategy, "strategy", "", "one of "+strings.Join(explore.Strategies(), ", "))
	f.IntVar(&config.Schedules, "schedules", 0,
		"how many runs at most (default 10000, or as many as --time allows; fewer if nothing new comes)")
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

// exploration is a search that has ended.
type exploration struct {
	scenario scenarios.Scenario
	config   explore.Config
	params   []string
	result   *explore.Result
}

// explain returns the report of the first failure; nil: there is none. The error is a program that is not
// deterministic.
func (e exploration) explain(ctx context.Context) (*explore.Report, error) {
	if e.result.First == nil {
		return nil, nil
	}
	return explore.Explain(ctx, e.config, e.result.First, e.scenario.Main)
}

func (e exploration) show(ctx context.Context, c *cobra.Command) error {
	failed := e.interrupted()
	report, err := e.explain(ctx)
	switch {
	case err != nil:
		failed = programError{err}
		fmt.Fprintf(c.OutOrStdout(), "%v\n\n", err)
	case report != nil:
		failed = programError{report.Err}
		fmt.Fprintf(c.OutOrStdout(), "%s\n", report.Text(e.again(report.Token)))
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: %s\n", e.scenario.Name, e.result.Text())
	return failed
}

// interrupted returns errInterrupted if the search ended so; a failure that it had found comes before that.
func (e exploration) interrupted() error {
	if e.result.Stopped == explore.Cancelled {
		return errInterrupted
	}
	return nil
}

// again returns the command that replays a run.
func (e exploration) again(token string) string {
	command := "asyncsim replay " + e.scenario.Name + " " + token
	for _, p := range e.params {
		command += " --param " + p
	}
	return command + choiceFlags(e.config)
}

func (e exploration) showJSON(ctx context.Context, c *cobra.Command) error {
	r := e.result
	out := explored{
		Scenario: e.scenario.Name, Params: used(e.scenario, e.params), Strategy: r.Strategy, Seed: e.config.Seed,
		Schedules: r.Schedules, Failures: r.Failures, Distinct: r.Distinct, Steps: r.Steps,
		Seconds: r.Elapsed.Seconds(), Stopped: r.Stopped,
	}
	failed := e.interrupted()
	if r.First != nil {
		out.FirstFailure = r.First.Schedule
		out.Failure = &shownFailure{Switches: r.First.Switches, Schedule: r.First.Schedule}
		report, err := e.explain(ctx)
		if err == nil {
			out.Failure.Token, out.Failure.Switches, err = report.Token, report.Switches, report.Err
		}
		out.Failure.Error, _, _ = strings.Cut(err.Error(), "\n\ngoroutine ") // a stack is never the same twice
		failed = programError{err}
	}
	enc := json.NewEncoder(c.OutOrStdout())
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
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
		Use:   "replay NAME TOKEN",
		Short: "Make a run again that explore has found",
		Long: `Replay makes a run again from its token. What the program prints goes to stdout; how the run ended, what each
task did, and where it leaves asyncio's order goes to stderr. Where the scenario has changed since, it says what of the token
could not be done.

Exit codes: 0 the run passes, 1 it fails.`,
		Example: `  asyncsim replay races/lost_update 1.AgFhAWIAAAABAAAAAWQt57I`,
		Args:    arguments(2, 2),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := lookup(r, args[0], params)
			if err != nil {
				return err
			}
			run, err := explore.Replay(config, args[1], s.Main)
			if err != nil {
				return err
			}
			fmt.Fprint(c.OutOrStdout(), run.Output())
			fmt.Fprintf(c.ErrOrStderr(), "%s: %s", s.Name, run.Text(""))
			if run.Err == nil {
				return nil
			}
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
