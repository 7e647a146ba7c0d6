package conformance

// FirstDifference returns the first line, counted from 1, at which two traces differ, and what stands there; an empty
// string where a trace has ended. It returns 0 for equal traces.
func FirstDifference(want, got []string) (line int, wanted, have string) {
	for i := range max(len(want), len(got)) {
		wanted, have = "", ""
		if i < len(want) {
			wanted = want[i]
		}
		if i < len(got) {
			have = got[i]
		}
		if wanted != have || i >= len(want) || i >= len(got) {
			return i + 1, wanted, have
		}
	}
	return 0, "", ""
}
