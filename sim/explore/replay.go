package explore

import (
	aio "github.com/asyncsim/asyncsim/primitives"
)

// Replay runs main once, as the token says, with what it prints in the events alone. The token's decisions are found
// again by the tasks that they are about, so that it also fits a program that was edited a little; what does not fit is
// a misfit, and the run goes on in asyncio's order. Where the run fails, main is run a few times more, for what the
// report says of asyncio's order. Replay returns a *TokenError for what is no token, and an error when the configuration
// cannot be right. Of that what says how the program is run counts: MaxSteps, Strict, Slack
// and Cancel.
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
	report := newReport(p, o.err)
	if o.err != nil && !isBlocked(o.err) {
		if len(p.made) > 0 {
			report.plain = w.play(new(player)).err
		}
		report.overtook = w.overtaken(p)
	}
	return report, nil
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
