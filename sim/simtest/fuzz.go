package simtest

import (
	"bytes"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// Fuzz explores main by go test -fuzz: the fuzzer's bytes are the choices, and its coverage says which are worth
// keeping. No bytes are asyncio's own order, and so is every byte that is zero. The fuzzer makes a failing input as
// short as it can, and keeps it under testdata/fuzz, where go test runs it again. What main prints goes to the test's
// log. A run that fails is told as [Explore] tells it, as it is: the fuzzer is who looks for a simpler one.
func Fuzz(f *testing.F, main func(co *aio.Co) error) {
	f.Helper()
	needs(f, main)
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, choices []byte) {
		t.Helper()
		chooser := fuzzed{choices}
		var printed bytes.Buffer
		config := aio.Config{Output: &printed, Log: t.Output(), MaxSteps: maxSteps, Choose: chooser.choose}
		failed := false
		defer func() {
			if !failed { // the report has it
				_, _ = t.Output().Write(printed.Bytes())
			}
		}()
		if run := explore.Record(config, main); run.Err != nil {
			failed = true
			t.Error(run.Text(""))
		}
	})
}

// fuzzed makes choices of bytes: one for a choice of up to 256, so that changing a byte changes one choice, and as many
// as it takes for more.
type fuzzed struct{ left []byte }

func (f *fuzzed) choose(c *sim.Choice) int {
	value := uint64(0)
	for most := uint64(c.N - 1); most > 0 && len(f.left) > 0; most >>= 8 {
		value = value<<8 | uint64(f.left[0])
		f.left = f.left[1:]
	}
	return int(value % uint64(c.N))
}
