package explore

import (
	"fmt"
	"io"
	"os"
	"time"
)

// Progress is how far a search is.
type Progress struct {
	Schedules int
	Failures  int
	Distinct  int           // see [Result]
	Elapsed   time.Duration // in real time
	Left      time.Duration // how long it will take, at this rate and at most; 0 if nothing can be said yet
	Done      bool          // the search has ended
}

// Rate returns how many schedules a second there were.
func (p Progress) Rate() float64 { return float64(p.Schedules) / max(p.Elapsed, 1).Seconds() }

// String tells it in a line of less than 80 characters.
func (p Progress) String() string {
	text := fmt.Sprintf("%d schedules, %d distinct traces, %.0f/s", p.Schedules, p.Distinct, p.Rate())
	if p.Failures > 0 {
		text += fmt.Sprintf(", %d failed", p.Failures)
	}
	switch {
	case p.Left >= 10*time.Second:
		text += fmt.Sprintf(", %v left", p.Left.Round(time.Second))
	case p.Left > 0:
		text += fmt.Sprintf(", %.1fs left", p.Left.Seconds())
	}
	return text
}

// progress tells how far the search is.
func (s *search) progress(done bool) Progress {
	r := &s.result
	p := Progress{
		Schedules: r.Schedules, Failures: r.Failures, Distinct: r.Distinct, Elapsed: time.Since(s.began), Done: done,
	}
	if done {
		return p
	}
	atMost := func(left time.Duration) {
		if left = max(left, 1); p.Left == 0 || left < p.Left {
			p.Left = left
		}
	}
	if p.Schedules > 0 {
		more := float64(s.config.Schedules - p.Schedules)
		atMost(time.Duration(min(more/float64(p.Schedules)*float64(p.Elapsed), float64(1<<62))))
	}
	if s.config.Time > 0 {
		atMost(s.config.Time - p.Elapsed)
	}
	if end, ok := s.ctx.Deadline(); ok {
		atMost(time.Until(end))
	}
	return p
}

// Terminal returns a [Config].Progress that shows a line on the terminal, four times a second, and erases it in the
// end; or nil if the file is no terminal, or the environment variable CI is set. go test hands its terminal on to the
// test where it shows the output as it comes: without naming a package, or with -v and a single one.
func Terminal(file *os.File) func(Progress) {
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 || os.Getenv("CI") != "" {
		return nil
	}
	return lineOn(file)
}

// lineOn shows progress as a line that is written again and again.
func lineOn(w io.Writer) func(Progress) {
	const every, erase = 250 * time.Millisecond, "\r\x1b[K"
	shown := time.Duration(0)
	return func(p Progress) {
		switch {
		case p.Done && shown > 0:
			fmt.Fprint(w, erase)
		case !p.Done && (p.Elapsed-shown >= every-tick/2):
			shown = p.Elapsed
			fmt.Fprintf(w, "%s%v", erase, p)
		}
	}
}
