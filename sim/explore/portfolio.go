package explore

// portfolio gives every schedule to one of the other strategies. Those that the profile favours have more, as do those
// that come upon new orders. No strategy is best for every program, and this one is as good as the best for it, within
// a factor. Where there seem to be few orders, it tries them all.
type portfolio struct {
	profile *profile
	arms    []*arm
	planned []turn
	base    int // the number of the first schedule that is planned
}

// arm is a strategy of the portfolio.
type arm struct {
	strategy
	favour     func(p *profile) float64 // what the profile says for it
	credit     float64                  // how many schedules it should have had, less those that it had
	runs       int
	tried, new float64 // recent schedules, and those of them that were new
}

// turn is the place of a schedule in the portfolio: schedule number index of an arm.
type turn struct{ arm, index int }

// The arms that are known by their place.
const (
	walkArm = iota
	exhaustiveArm
)

func newPortfolio(p *profile) *portfolio {
	always := func(w float64) func(*profile) float64 { return func(*profile) float64 { return w } }
	ifShared := func(w, otherwise float64) func(*profile) float64 {
		return func(p *profile) float64 {
			if len(p.shared) > 0 {
				return w
			}
			return otherwise
		}
	}
	// It finds by luck to the power of depth.
	short := func(p *profile) float64 { return 1 + 32/float64(max(1, p.choices)) }
	return &portfolio{profile: p, arms: []*arm{
		walkArm:       {strategy: randomWalk{}, favour: ifShared(1, 4)},
		exhaustiveArm: {strategy: newExhaustive(), favour: always(0)},
		2:             {strategy: &pct{profile: p}, favour: short},
		3:             {strategy: urw{profile: p}, favour: ifShared(1, 4)},
		4:             {strategy: pos{profile: p}, favour: ifShared(6, 2)},
		5:             {strategy: surw{profile: p}, favour: ifShared(10, 0)},
	}}
}

// share returns how much of the next schedules the arm should have, in comparison with the others.
func (a *arm) share(p *profile) float64 {
	const least = 0.25 // also of a strategy that found nothing new: it may be about to
	return a.favour(p) * (least + (1+a.new)/(1+a.tried))
}

// mostly is how much more than everything else the attempt to try all orders may cost.
const mostly = 8

// few reports whether there seem to be so few orders that to try them all costs little more than what was spent
// already.
func (p *portfolio) few() bool {
	if e := p.arms[exhaustiveArm].strategy.(*exhaustive); e.wide && e.branch() == nil {
		return false // there are values too many to try, and everything else was tried
	}
	spent, trying := p.base+profileRuns, p.arms[exhaustiveArm].runs
	return p.profile.orders <= float64(2*spent) && trying <= mostly*(spent-trying)
}

func (p *portfolio) plan(n int) int {
	p.planned = p.planned[:0]
	if p.few() {
		e := p.arms[exhaustiveArm]
		for i := range e.plan(n) {
			p.planned = append(p.planned, turn{exhaustiveArm, e.runs + i})
		}
		e.runs += len(p.planned)
		return len(p.planned)
	}
	shares := make([]float64, len(p.arms))
	sum := 0.0
	for i, a := range p.arms {
		shares[i] = a.share(p.profile)
		sum += shares[i]
	}
	for range n {
		best := 0
		for i, a := range p.arms {
			a.credit += shares[i] / sum
			if a.credit > p.arms[best].credit {
				best = i
			}
		}
		a := p.arms[best]
		p.planned = append(p.planned, turn{best, a.runs})
		a.credit--
		a.runs++
	}
	return n
}

// mixed keeps a scheduler of every arm for the next schedule that the arm has on this worker.
type mixed struct {
	scheduler
	of []scheduler
}

func (p *portfolio) start(i int, random *chance, used scheduler) scheduler {
	m, ok := used.(*mixed)
	if !ok {
		m = &mixed{of: make([]scheduler, len(p.arms))}
	}
	t := p.planned[i-p.base]
	m.of[t.arm] = p.arms[t.arm].start(t.index, random, m.of[t.arm])
	m.scheduler = m.of[t.arm]
	return m
}

func (p *portfolio) learn(batch []outcome) bool {
	for _, a := range p.arms {
		a.tried, a.new = a.tried/2, a.new/2
	}
	of := make([][]outcome, len(p.arms))
	for i := range batch {
		t := p.planned[i]
		a := p.arms[t.arm]
		a.tried++
		if batch[i].fresh {
			a.new++
		}
		if t.arm == walkArm {
			p.profile.walked(batch[i].orders)
		}
		of[t.arm] = append(of[t.arm], batch[i])
	}
	p.base += len(batch)
	for i, a := range p.arms {
		if len(of[i]) > 0 && !a.learn(of[i]) {
			return false
		}
	}
	return true
}
