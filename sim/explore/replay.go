package explore

import (
	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// Replayed is how a run that a token describes went.
type Replayed struct {
	Err      error
	Events   []sim.Event
	Switches int      // how many of the choices about what runs next were not asyncio's
	Misfits  []Misfit // what the token says, and could not be done
	Token    string   // of what was done: another one where something did not fit
}

// Replay runs main once, as the token says, with what it prints in the events alone. The token's decisions are found
// again by the tasks that they are about, so that it also fits a program that was edited a little; what does not fit is
// a misfit, and the run goes on in asyncio's order. It returns a *TokenError for what is no token, and an error when the
// configuration cannot be right. Of that only MaxSteps, Strict, Slack and Cancel count.
func Replay(config Config, token string, main func(co *aio.Co) error) (*Replayed, error) {
	config, err := config.checked()
	if err != nil {
		return nil, err
	}
	decisions, err := decode(token)
	if err != nil {
		return nil, err
	}
	w := newWorker(config, main)
	defer w.close()
	p := &player{listing: true}
	p.want(decisions)
	o := w.play(p)
	return &Replayed{
		Err: o.err, Events: p.events, Switches: p.switches(), Misfits: p.misfits, Token: encode(p.decisions()),
	}, nil
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
