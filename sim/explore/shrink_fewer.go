package explore

// fewer tries every run that has fewer switches than the best, and the same values, the fewest first. A run that it
// finds is the minimum, with the first switch as early as possible. It spends no more than a part of the bounds, and
// reports whether it found one.
func (s *shrinker) fewer(part int) bool {
	s.part = part
	defer func() { s.part = 1 }()
	values := s.best.values()
	for switches := range s.best.switches() {
		if s.anyWith(switches, nil, values) {
			s.Minimal = true
			return true
		}
		if s.spent() {
			return false
		}
	}
	s.Minimal = true
	return false
}

// anyWith tries the runs with so many more switches after those forced, in the order of the choices. It reports whether
// one fails, which is the best run then, and stops at a bound.
func (s *shrinker) anyWith(more int, forced []deviation, values []decision) bool {
	if s.spent() {
		return false
	}
	p := &player{forced: forced}
	p.want(values)
	if s.try(p) && more == 0 {
		s.best = p
		return true
	}
	if more == 0 {
		return false
	}
	from := 0
	if n := len(forced); n > 0 {
		from = forced[n-1].choice + 1
	}
	for i := from; i < len(p.choices); i++ {
		for k := 1; k < p.choices[i]; k++ {
			if s.anyWith(more-1, append(forced[:len(forced):len(forced)], deviation{i, k}), values) {
				return true
			}
		}
	}
	return false
}

// earlier moves each switch, the first one first, to the earliest choice where the run still fails in the same way with
// no more switches.
func (s *shrinker) earlier() {
	var forced []deviation
	for n := 0; n < s.best.switches(); n++ {
		made := s.best.switchesMade()
		rest := append(s.best.values(), decisionsOf(made[n+1:])...)
		if !s.move(forced, made[n], rest) && s.Bound != "" {
			return
		}
		if made = s.best.switchesMade(); n < len(made) {
			forced = append(forced, made[n].deviation)
		}
	}
}

// move looks for an earlier place for one switch, between those forced and the rest, which is found by its keys.
func (s *shrinker) move(forced []deviation, at taken, rest []decision) bool {
	if s.spent() {
		return false
	}
	base := &player{forced: forced}
	base.want(rest)
	s.try(base)
	from := 0
	if n := len(forced); n > 0 {
		from = forced[n-1].choice + 1
	}
	for i := from; i <= at.choice && i < len(base.choices); i++ {
		for k := 1; k < base.choices[i]; k++ {
			if i == at.choice && k >= at.take {
				return false
			}
			if s.spent() {
				return false
			}
			p := &player{forced: append(forced[:len(forced):len(forced)], deviation{i, k})}
			p.want(rest)
			if s.try(p) && len(p.made) <= len(s.best.made) {
				s.best = p
				return true
			}
		}
	}
	return false
}

// values returns the decisions made that are about values and random bits.
func (p *player) values() (ds []decision) {
	for i := range p.made {
		if !p.made[i].at.isSwitch() {
			ds = append(ds, p.made[i].decision)
		}
	}
	return ds
}

// switchesMade returns the decisions made about what runs next.
func (p *player) switchesMade() (ts []taken) {
	for _, t := range p.made {
		if t.at.isSwitch() {
			ts = append(ts, t)
		}
	}
	return ts
}

func decisionsOf(made []taken) (ds []decision) {
	for i := range made {
		ds = append(ds, made[i].decision)
	}
	return ds
}
