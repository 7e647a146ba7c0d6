package cmd

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/asyncsim/asyncsim/sim/trace"
)

// versions is what version --json says.
type versions struct {
	Version string `json:"version"`
	Trace   int    `json:"trace"` // of the trace formats
	Go      string `json:"go"`
}

func newVersion() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: `  asyncsim version --json`,
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			v := versions{Version: "(devel)", Trace: trace.Version, Go: runtime.Version()}
			if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
				v.Version = info.Main.Version
			}
			if asJSON {
				return written(c, json.NewEncoder(c.OutOrStdout()).Encode(v))
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "asyncsim %s (trace format %d, %s)\n", v.Version, v.Trace, v.Go)
			return written(c, err)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object {version, trace, go}")
	return c
}
