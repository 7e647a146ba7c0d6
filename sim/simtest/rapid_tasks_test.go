package simtest

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// TestRapidEndsPropertiesInTasks: rapid ends a property by a panic of its own, which must reach it from every task as it
// is, or rapid would neither shrink nor repeat the failure.
func TestRapidEndsPropertiesInTasks(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(rt *rapid.T)
		want string
	}{
		"Fatalf": {func(rt *rapid.T) { rt.Fatalf("it is too much") }, "it is too much"},
		"panic":  {func(*rapid.T) { panic("it is too much") }, `task "checker" panicked at 0s: it is too much`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir()) // where rapid keeps what failed
			f := try(func(t testing.TB) {
				rapid.Check(t, func(rt *rapid.T) {
					Rapid(rt, func(co *aio.Co) error {
						return aio.TaskGroup(co, func(g *aio.Group) error {
							_, err := g.Go("checker", func(co *aio.Co) error {
								rapid.IntRange(0, 9).Filter(func(n int) bool { return n > 3 }).Draw(rt, "filtered")
								if n := rapid.IntRange(0, 1000).Draw(rt, "value"); n >= 100 && n < 1000 { // the greatest rapid leaves as it is
									test.end(rt)
								}
								return nil
							})
							return err
						})
					})
				})
			})
			if len(f.errors) != 1 || !strings.HasPrefix(f.errors[0], "[rapid] failed after") || !strings.Contains(f.errors[0], test.want) {
				t.Errorf("rapid says %q", f.errors)
			}
			if text := strings.Join(f.logs, "\n"); !strings.Contains(text, "value: 100\n") {
				t.Errorf("rapid did not shrink it:\n%s", text)
			}
		})
	}
}
