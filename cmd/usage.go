package cmd

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// flagError says in a sentence what is wrong with a flag's value, where the parser quotes the function that refused it.
func flagError(c *cobra.Command, err error) error {
	refused := regexp.MustCompile(`^invalid argument (".*") for "(?:-., )?--([^"]+)" flag: (.*)$`)
	parts := refused.FindStringSubmatch(err.Error())
	if parts == nil {
		return err
	}
	value, name, reason := parts[1], parts[2], parts[3]
	f := c.Flags().Lookup(name)
	if f == nil {
		return err
	}
	var must string
	switch f.Value.Type() {
	case "int":
		must = "it must be a whole number"
	case "uint64":
		must = "it must be a whole number that is not negative"
	case "duration":
		must = "it must be a duration, like 500ms, 10s or 1h30m"
	case "bool":
		must = "it must be true or false"
	default:
		return err
	}
	if strings.HasSuffix(reason, "value out of range") {
		must = "the number is too large"
	}
	return fmt.Errorf("--%s %s: %s", name, value, must)
}

// arguments wants at least and at most so many arguments.
func arguments(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if n := len(args); n < least || n > most {
			return fmt.Errorf("wrong number of arguments (%d): write %s", n, c.UseLine())
		}
		return nil
	}
}
