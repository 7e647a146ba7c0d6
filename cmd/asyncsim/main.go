// Command asyncsim runs asyncio programs, written in Go, in virtual time. See asyncsim help.
package main

import (
	"os"

	"github.com/asyncsim/asyncsim/cmd"
	"github.com/asyncsim/asyncsim/scenarios"
)

func main() {
	os.Exit(cmd.Main(scenarios.All(), os.Args[1:], os.Stdout, os.Stderr))
}
