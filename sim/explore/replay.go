package explore

import (
	"fmt"
	"strings"

	aio "github.com/asyncsim/asyncsim/primitives"
)

// Replay runs main once, as the token says, with what it prints in the events alone. The token's decisions are found
// again by the tasks that they are about, so that it also fits a program that was edited a little; what does not fit is
// a misfit, and the run goes on in asyncio's order. Where the run fails, main is run a few times more, for what the
// report says of asyncio's order. Replay returns a *TokenError for what is no token, and for one that has decisions of
// which not one fits; and an error when the configuration cannot be right. Of that what says how the program is run
// counts: MaxSteps, Strict, Slack and Cancel.
func Replay(config Config, token string, main func(co *aio.Co) error) (*Report, error) {
	config, err := config.checked()
	if err != nil {
		return nil, err
	}
	decisions, err := decode(token)
	if err != nil {
		return nil, err
	}
	w := newWatchedWorker(config, main)
	defer w.close()
	p := &player{listing: true}
	p.want(decisions)
	o := w.play(p)
	if len(decisions) > 0 && len(p.misfits) == len(decisions) {
		return nil, &TokenError{token, misfitting(p, o.err)}
	}
	report := newReport(p, o.err)
	if o.err != nil && !isBlocked(o.err) {
		if len(p.made) > 0 {
			report.plain = w.play(new(player)).err
		}
		report.overtook = w.overtaken(p)
	}
	return report, nil
}

// maxMisfits is how many misfits are told one by one.
const maxMisfits = 20

// misfitting is the error of a token of which nothing fits, whose run has ended with the given error.
func misfitting(p *player, ended error) error {
	how := "passes"
	if ended != nil {
		how = "ends with: " + textOf(ended)
	}
	return fmt.Errorf("%w: none of its decisions (%d) can be made, and asyncio's own order is run, which %s\n%s\n"+
		"likely causes: another program, an edit, or not the Strict, Slack and Cancel that the run was found with",
		ErrTokenMisfit, len(p.misfits), how, listed(p.misfits))
}

// MisfitText says how many of the token's decisions do not fit the program, and which; it is empty where all do.
func (r *Report) MisfitText() string {
	n := len(r.Misfits)
	if n == 0 {
		return ""
	}
	verb := "do"
	if n == 1 {
		verb = "does"
	}
	return fmt.Sprintf("%d of the token's %d decisions %s not fit this program:\n%s\n",
		n, len(r.player.wanted), verb, listed(r.Misfits))
}

// listed returns a line for each misfit, without the end of the last one.
func listed(misfits []Misfit) string {
	var lines []string
	for _, m := range misfits[:min(len(misfits), maxMisfits)] {
		lines = append(lines, "  "+m.String())
	}
	if more := len(misfits) - maxMisfits; more > 0 {
		lines = append(lines, fmt.Sprintf("  (%d more)", more))
	}
	return strings.Join(lines, "\n")
}

// switches returns how many of the decisions made are about what runs next.
func (p *player) switches() (n int) {
	for i := range p.made {
		if p.made[i].at.isSwitch() {
			n++
		}
	}
	return n
}
