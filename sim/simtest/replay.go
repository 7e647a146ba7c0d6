package simtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim/explore"
)

// call is one call of Explore.
type call struct {
	t      testing.TB
	number int // in its test, from 1
}

// newCall counts a call in its test: in a file, because package testing keeps nothing for a test but its directory.
func newCall(t testing.TB) call {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(filepath.Dir(t.TempDir()), "explored"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, err = f.WriteString(".")
	info, failed := f.Stat()
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	return call{t, int(info.Size())}
}

// replayOne makes the run that a token describes, and fails the test if that fails. A number and a colon before the
// token say which call of the test it is for; without them it is for the first.
func (c call) replayOne(config explore.Config, token string, main func(co *aio.Co) error) {
	c.t.Helper()
	number := 1
	if before, after, ok := strings.Cut(token, ":"); ok {
		n, err := strconv.Atoi(before)
		if err != nil || n < 1 {
			c.t.Fatalf("token %q: before the colon stands the number of a call of Explore, from 1", token)
		}
		number, token = n, after
	}
	if c.number != number {
		c.t.Logf("call %d of Explore is left out: the token is for call %d", c.number, number)
		return
	}
	r, err := explore.Replay(config, token, main)
	if err != nil {
		c.t.Fatal(err)
	}
	if r.Err == nil {
		c.t.Log(r.Text(""))
		return
	}
	c.t.Error(r.Text(c.replayCommand(token)))
}

// stillFails replays the failure that is kept from an earlier search, and reports whether it is still there.
func (c call) stillFails(config explore.Config, main func(co *aio.Co) error) bool {
	c.t.Helper()
	file := c.tokenFile()
	data, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	r, err := explore.Replay(config, strings.TrimSpace(string(data)), main)
	if err != nil {
		c.t.Logf("%s: %v", file, err)
		return false
	}
	if r.Err == nil {
		c.t.Log(strings.TrimRight(file+": that run passes now\n"+r.MisfitText(), "\n"))
		return false
	}
	c.t.Error(r.Text(c.replayCommand(r.Token)))
	return true
}

func (c call) replayCommand(token string) string {
	parts := strings.Split(c.t.Name(), "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	pattern := strings.ReplaceAll(strings.Join(parts, "/"), "'", `'\''`) // for the shell
	if c.number > 1 {
		token = fmt.Sprintf("%d:%s", c.number, token)
	}
	return fmt.Sprintf("go test -run='%s' -sim.replay=%s", pattern, token)
}

func (c call) tokenFile() string {
	name := "failure.token"
	if c.number > 1 {
		name = fmt.Sprintf("failure-%d.token", c.number)
	}
	return filepath.Join("testdata", "sim", filepath.FromSlash(c.t.Name()), name)
}
