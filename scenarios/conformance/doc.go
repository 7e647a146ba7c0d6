// Package conformance runs conformance programs: small asyncio programs, written as JSON, whose traces say what CPython
// does, line by line. testdata/conformance/FORMAT.md defines them; the programs recorded there are this package's tests.
//
// [ParseCase] reads a line of a file, [Case.Run] runs its program on asyncsim and returns the trace, and [FirstDifference]
// compares. The reading order is program.go (what a program is), parse.go, interpreter.go (how one runs), blocks.go, and
// the operations_*.go, which stand on the public API of primitives alone.
package conformance
