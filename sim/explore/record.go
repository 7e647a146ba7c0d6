package explore

import (
	"errors"
	"sync/atomic"

	aio "github.com/asyncsim/asyncsim/primitives"
	"github.com/asyncsim/asyncsim/sim"
)

// Record runs main once, as aio.RunWith does, and reports the run: for a search that makes the choices itself, in
// config.Choose. What config.Trace says does not count. The report's Err is what RunWith returns; of asyncio's own
// order the report says nothing, because that is not run.
func Record(config aio.Config, main func(co *aio.Co) error) *Report {
	var noted atomic.Bool // publishes what a run has noted that blocks, and is given up
	p := &player{chooser: config.Choose, listing: true}
	p.reset()
	config.Choose = func(c *sim.Choice) int {
		k := p.choose(c)
		noted.Store(true)
		return k
	}
	err := recorded(p, config, main, &noted)
	noted.Load()
	r := newReport(p, err)
	r.recorded = true
	return r
}

func recorded(p *player, config aio.Config, main func(co *aio.Co) error, noted *atomic.Bool) (err error) {
	var r *aio.Runner
	config.Trace = func(e sim.Event) {
		if p.record(e); e.Kind == sim.RunFailed {
			p.circle = circleOf(r.Loop())
		}
		noted.Store(true)
	}
	r, err = aio.NewRunner(config)
	if err != nil {
		return err
	}
	defer func() { // also where the program ends the goroutine
		if closing := r.Close(); closing != nil {
			err = errors.Join(err, closing)
		}
	}()
	return r.Run(main)
}
