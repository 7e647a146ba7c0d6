package explore

import "github.com/asyncsim/asyncsim/sim"

// sooner makes each cancellation, and each time that the loop is late, come the first time that it can where the run
// still fails in the same way: at an earlier suspension of the task, in an earlier turn at the same instant.
func (s *shrinker) sooner() {
	for i := 0; i < len(s.best.made); i++ {
		at := s.best.made[i].at
		if at.kind != sim.Late && at.kind != sim.Cancel {
			continue
		}
		for nth := range at.nth {
			if s.spent() {
				return
			}
			all := s.best.decisions()
			all[i].at.nth = nth
			p := new(player)
			if p.want(all); s.try(p) && len(p.made) <= len(all) {
				s.best = p
				break
			}
		}
	}
}
