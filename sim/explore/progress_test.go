package explore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// TestProgressOfASlowProgram is told within a batch, too, and does not change what is found.
func TestProgressOfASlowProgram(t *testing.T) {
	slow := func(*aio.Co) error {
		time.Sleep(20 * time.Millisecond)
		return nil
	}
	var told []Progress
	config := Config{Strategy: RandomWalk, Schedules: 40, Workers: 2, Progress: func(p Progress) { told = append(told, p) }}
	r, err := Run(context.Background(), config, slow)
	if err != nil || r.Schedules != 40 {
		t.Fatalf("%+v, %v", r, err)
	}
	if len(told) < 3 {
		t.Fatalf("it was told only %d times", len(told))
	}
	for i, p := range told {
		if p.Done != (i == len(told)-1) || i > 0 && p.Schedules < told[i-1].Schedules || p.Distinct > p.Schedules {
			t.Errorf("%d of %d: %+v", i, len(told), p)
		}
		if !p.Done && (p.Schedules > 0 && p.Left <= 0 || p.Left > 10*time.Second) {
			t.Errorf("%d of %d: it takes %v", i, len(told), p.Left)
		}
	}
	if last := told[len(told)-1]; last.Schedules != 40 || last.Distinct != r.Distinct {
		t.Errorf("the last is %+v", last)
	}
	within := false
	for _, p := range told {
		within = within || p.Schedules > 1 && p.Schedules&(p.Schedules-1) != 0 && p.Schedules < 40
	}
	if !within {
		t.Errorf("it was told between batches only: %+v", told)
	}
}

func TestTimeLeft(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, test := range []struct {
		config    Config
		schedules int
		low, high time.Duration
	}{
		{Config{Schedules: 1000}, 0, 50 * time.Second, time.Minute},
		{Config{Schedules: 1000, Time: 5 * time.Second}, 0, 3 * time.Second, 5 * time.Second},
		{Config{Schedules: 1000, Time: 5 * time.Second}, 500, 900 * time.Millisecond, 1500 * time.Millisecond},
		{Config{Schedules: 1 << 62}, 1, 50 * time.Second, time.Minute},
		{Config{Time: time.Millisecond}, 1, 0, time.Millisecond},
	} {
		s := &search{ctx: ctx, config: test.config, began: time.Now().Add(-time.Second), result: Result{Schedules: test.schedules}}
		if left := s.progress(false).Left; left < test.low || left > test.high {
			t.Errorf("%+v after %d schedules in a second: %v left", test.config, test.schedules, left)
		}
	}
}

func TestTheLineIsErased(t *testing.T) {
	var b strings.Builder
	show := lineOn(&b)
	for i := range 11 {
		show(Progress{Schedules: 1000 * i, Distinct: 7, Failures: i, Elapsed: time.Duration(i) * 100 * time.Millisecond, Left: 90 * time.Second})
	}
	show(Progress{Done: true})
	lines := strings.Split(b.String(), "\r\x1b[K")
	if n := len(lines); n < 4 || n > 7 || lines[0] != "" || lines[n-1] != "" {
		t.Fatalf("%q", lines)
	}
	want := regexp.MustCompile(`^\d+000 schedules, 7 distinct traces, 10000/s, \d+ failed, 1m30s left$`)
	for _, line := range lines[1 : len(lines)-1] {
		if !want.MatchString(line) {
			t.Errorf("%q", line)
		}
	}
	b.Reset()
	if lineOn(&b)(Progress{Done: true}); b.Len() > 0 {
		t.Errorf("a short search shows %q", b.String())
	}
}

func TestTerminal(t *testing.T) {
	t.Setenv("CI", "")
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if Terminal(file) != nil {
		t.Error("a file counts as a terminal")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if Terminal(w) != nil {
		t.Error("a pipe counts as a terminal")
	}
	device, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	if Terminal(device) == nil {
		t.Error("a device does not count as a terminal")
	}
	t.Setenv("CI", "true")
	if Terminal(device) != nil {
		t.Error("it is shown in CI")
	}
}

// TestSaturation: a program with few traces, tried without a number of schedules, is not tried for ever.
func TestSaturation(t *testing.T) {
	few := func(co *aio.Co) error {
		co.Choose("value", 3)
		return nil
	}
	for _, test := range []struct {
		name     string
		config   Config
		want     Stop
		distinct int
	}{
		{"no number", Config{Strategy: RandomWalk}, Saturated, 3},
		{"a number", Config{Strategy: RandomWalk, Schedules: 5000}, Budget, 3},
		{"all", Config{Strategy: RandomWalk, All: true}, Budget, 3},
		{"a proof comes first", Config{}, Exhausted, 3},
		{"exhaustive", Config{Strategy: Exhaustive}, Exhausted, 3},
		{"asyncio's order", Config{Strategy: FIFO}, Exhausted, 1},
	} {
		for workers := 1; workers <= 2; workers++ {
			test.config.Workers = workers
			r, err := Run(context.Background(), test.config, few)
			if err != nil || r.Stopped != test.want || r.Distinct != test.distinct {
				t.Errorf("%s: %+v, %v", test.name, r, err)
			}
			if r.Stopped == Saturated && (r.Schedules < 1000 || r.Schedules > 3000 || r.Stale < r.Schedules/2 || r.Stale < 1000) {
				t.Errorf("%s: %+v", test.name, r)
			}
		}
	}
}

func TestResultText(t *testing.T) {
	failed := &Failure{Schedule: 3, Err: errors.New("failed")}
	for _, test := range []struct {
		result Result
		want   string
	}{
		{Result{Stopped: Failed, Schedules: 3, Failures: 1, Distinct: 2, First: failed},
			"schedule 3 failed, after 2 different traces (stopped: failure)"},
		{Result{Stopped: Exhausted, Schedules: 16, Distinct: 12},
			"proved: all orders were tried, in 16 schedules with 12 different traces, and none fails (stopped: exhausted)"},
		{Result{Stopped: Exhausted, Schedules: 16, Distinct: 12, Failures: 2, First: failed},
			"proved: all orders were tried, in 16 schedules with 12 different traces, and 2 fail, number 3 first (stopped: exhausted)"},
		{Result{Stopped: Exhausted, Schedules: 1, Distinct: 1, Strategy: FIFO},
			"asyncio's own order was tried alone, and none fails (stopped: exhausted)"},
		{Result{Stopped: Saturated, Schedules: 3000, Distinct: 57, Stale: 1500},
			"3000 schedules tried, with 57 different traces, and none fails: the last 1500 showed nothing new (stopped: saturated)"},
		{Result{Stopped: Budget, Schedules: 3000, Distinct: 57, Failures: 2, First: failed},
			"3000 schedules tried, with 57 different traces, and 2 fail, number 3 first: that is how many were allowed (stopped: budget)"},
		{Result{Stopped: Budget, Schedules: 20_000_000, Distinct: maxDistinct},
			"20000000 schedules tried, with at least 16777216 different traces, and none fails: that is how many were allowed (stopped: budget)"},
		{Result{Stopped: Deadline, Schedules: 30, Distinct: 5},
			"30 schedules tried, with 5 different traces, and none fails: the time is up (stopped: deadline)"},
		{Result{Stopped: Cancelled, Schedules: 30, Distinct: 5},
			"30 schedules tried, with 5 different traces, and none fails: the search was cancelled (stopped: cancelled)"},
		{Result{Stopped: Failed, Schedules: 30, Distinct: 5, Failures: 2, First: failed},
			"30 schedules tried, with 5 different traces, and 2 fail, number 3 first: a schedule is blocked (stopped: failure)"},
	} {
		if got := test.result.Text(); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

func TestImpossibleConfigurations(t *testing.T) {
	for want, config := range map[string]Config{
		`unknown strategy "best"`: {Strategy: "best"}, "schedules = -1": {Schedules: -1}, "time = -1ns": {Time: -1},
		"workers = -1": {Workers: -1}, "steps = -1": {MaxSteps: -1},
	} {
		if _, err := Run(context.Background(), config, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", config, err)
		}
	}
}

// TestCountedAsItComes: the searcher counts while workers deliver; a failure is the last that counts.
func TestCountedAsItComes(t *testing.T) {
	config, err := Config{Strategy: RandomWalk, Workers: 1}.checked()
	if err != nil {
		t.Fatal(err)
	}
	s := newSearch(t.Context(), config, func(*aio.Co) error { return nil })
	defer s.close()
	s.batch.reset(0, 4)
	w := s.workers[0]
	for _, i := range []int{1, 0} {
		w.at.Store(int64(i) + 1)
		var failed error
		if i == 0 {
			failed = errors.New("failed")
		}
		s.deliver(w, i, outcome{err: failed})
		s.count()
	}
	if stopped := s.learn(); stopped != Failed || s.result.Schedules != 1 {
		t.Errorf("%q after %d schedules", stopped, s.result.Schedules)
	}
}
