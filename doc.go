// Package asyncsim is the documentation of its module, which runs asyncio programs, written in Go, in virtual time.
// README.md says how it is used and DESIGN.md how it is made. Programs import
//
//	github.com/asyncsim/asyncsim/primitives   as aio: asyncio's vocabulary
//	github.com/asyncsim/asyncsim/sim          the kernel: the loop, its configuration, its errors
//	github.com/asyncsim/asyncsim/sim/simtest  programs in go test
//	github.com/asyncsim/asyncsim/sim/trace    what happened in a run, written down
//	github.com/asyncsim/asyncsim/scenarios    named programs
//	github.com/asyncsim/asyncsim/cmd          a command for one's own scenarios
package asyncsim
