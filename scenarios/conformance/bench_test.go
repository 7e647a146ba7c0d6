package conformance

import (
	"testing"

	"github.com/asyncsim/asyncsim/sim"
)

// BenchmarkPrograms parses, runs and compares the programs of the corpus, one after another.
func BenchmarkPrograms(b *testing.B) {
	var lines [][]byte
	for _, file := range corpus(b) {
		lines = append(lines, readLines(b, file)...)
	}
	pool := sim.NewPool()
	defer pool.Close()
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		c, err := ParseCase(lines[n%len(lines)])
		if err != nil {
			b.Fatal(err)
		}
		trace, err := c.Run(pool)
		if line, _, _ := FirstDifference(c.Trace, trace); err != nil || line > 0 {
			b.Fatalf("program %q: line %d, %v", c.Name, line, err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "programs/s")
}
