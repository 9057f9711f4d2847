package lifecycle

// roll changes what differs. A host that has to be made anew gets its successor first where the surge has room, and
// goes first where it may be missed.
func (b Bounds) roll(pool string, members []Member) []Step {
	r := &rolling{Bounds: b, room: b.Count + b.Surge - len(members), spare: b.Unavailable - b.Count}
	for _, m := range members {
		if m.Works && m.held() {
			r.spare++
		}
	}
	places := placesOf(members)
	for _, p := range places {
		r.finish(p)
	}
	if b.Halted(members) {
		return r.steps
	}
	for _, p := range places {
		if m := p.members[0]; len(p.members) == 1 && m.Change != "" && !m.Failed {
			r.change(m, freeName(pool, m.Place, members))
		}
	}
	return r.steps
}

// Halted says that too many members fail on their new template for more to be changed.
func (b Bounds) Halted(members []Member) bool {
	bad := 0
	for _, m := range members {
		if m.Failed || m.held() && m.Change == "" && !m.Works {
			bad++
		}
	}
	return bad*100 > b.Unhealthy*b.Count
}

// rolling is what the steps of one wave leave of the bounds.
type rolling struct {
	Bounds
	room  int // hosts that may be made
	spare int // working hosts that may be missed
	steps []Step
}

// finish removes a host whose successor works.
func (r *rolling) finish(p place) {
	successor := p.has(func(m Member) bool { return m.Change == "" && m.Works })
	for _, m := range p.members {
		if len(p.members) > 1 && successor && m.Change != "" && !m.Failed {
			r.miss(DoRemove, m)
		}
	}
}

// change decides how a host changes. One that may not be missed is made anew even where it could be changed as it is.
func (r *rolling) change(m Member, successor string) {
	switch {
	case m.Change == InPlace:
		r.steps = append(r.steps, Step{DoUpdate, m.Place, m.Name})
	case m.Change != Replace && r.Unavailable > 0:
		r.miss(DoUpdate, m)
	case r.room > 0:
		r.room--
		r.steps = append(r.steps, Step{DoCreate, m.Place, successor})
	default:
		r.miss(DoRemove, m)
	}
}

// miss takes a step during which a host doesn't work, if it may be missed.
func (r *rolling) miss(do Do, m Member) {
	if !m.Works {
		r.steps = append(r.steps, Step{do, m.Place, m.Name})
		return
	}
	if r.spare > 0 {
		r.spare--
		r.steps = append(r.steps, Step{do, m.Place, m.Name})
	}
}
