package explore

import "testing"

// TestComparingIsCheap: shrinking compares thousands of errors, each of which would compile its patterns anew.
func TestComparingIsCheap(t *testing.T) {
	for name, f := range map[string]func(){
		"numbers":   func() { withoutNumbers("12 of 3") },
		"addresses": func() { withoutAddresses("at 0xc000012345") },
	} {
		if n := testing.AllocsPerRun(100, f); n > 10 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
