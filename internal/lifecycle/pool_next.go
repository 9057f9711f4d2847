package lifecycle

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Bounds say how many members a pool has, and how far it may be from that while they change.
type Bounds struct {
	Count       int
	Surge       int // members more than Count, at a time
	Unavailable int // working members fewer than Count, at a time
	Unhealthy   int // percent of Count: when more members than that fail on their new template, no more are changed
}

// Member is a host of a pool as the plan of steps sees it.
type Member struct {
	Place    int
	Name     string
	Made     time.Time
	Complete bool   // its create came to its end
	Works    bool   // it is complete, and its platform says that it runs
	Off      bool   // its platform says that it is stopped
	Lost     bool   // it can't be continued or started
	Going    bool   // its removal began
	Failed   bool   // a step failed on it in this run: it is left as it is
	Change   string // class of what differs from what is wanted; "": nothing
}

// Do is what a step does with a host.
type Do string

// The kinds of steps.
const (
	DoCreate   Do = "create"
	DoContinue Do = "continue" // a create that did not end
	DoStart    Do = "start"
	DoUpdate   Do = "update" // without making it anew
	DoRemove   Do = "remove"
)

// Step is one step of one host.
type Step struct {
	Do    Do
	Place int
	Name  string
}

// String is the step in words, such as "create web-3".
func (s Step) String() string { return string(s.Do) + " " + s.Name }

// Next gives the steps of a pool that are due now, all of which may be taken at once: first what is too many goes, then
// what is missing comes, then what differs is changed, within the bounds. None: the pool is as it is to be, or what is
// left of it failed or is held back.
func (b Bounds) Next(pool string, members []Member) []Step {
	if steps := b.removals(members); len(steps) > 0 {
		return steps
	}
	if steps := b.additions(pool, members); len(steps) > 0 {
		return steps
	}
	return b.roll(pool, members)
}

// Steps is all that is to be done, wave by wave, if every step succeeds.
func (b Bounds) Steps(pool string, members []Member) [][]Step {
	var waves [][]Step
	members = slices.Clone(members)
	for steps := b.Next(pool, members); len(steps) > 0; steps = b.Next(pool, members) {
		waves = append(waves, steps)
		for _, s := range steps {
			members = after(members, s)
		}
	}
	return waves
}

// after is what a step that succeeds makes of the members.
func after(members []Member, s Step) []Member {
	i := slices.IndexFunc(members, func(m Member) bool { return m.Name == s.Name })
	switch {
	case s.Do == DoRemove:
		return slices.Delete(members, i, i+1)
	case i < 0:
		return append(members, Member{Place: s.Place, Name: s.Name, Complete: true, Works: true})
	}
	members[i].Complete, members[i].Works, members[i].Off = true, true, false
	if s.Do == DoUpdate {
		members[i].Change = ""
	}
	return members
}

// held says that a member has its place: it is not on its way out.
func (m Member) held() bool { return !m.Going && (m.Failed || !m.outworn()) }

// outworn says that nothing is lost with a member: it doesn't work, and it would have to be made anew.
func (m Member) outworn() bool { return m.Lost || !m.Works && m.Change == Replace }

// removals takes away what is outworn and what is too many.
func (b Bounds) removals(members []Member) []Step {
	var gone []Member
	for _, m := range members {
		if m.Going || m.outworn() {
			gone = append(gone, m)
		}
	}
	places := placesOf(members)
	for len(places) > b.Count {
		victim := slices.MinFunc(places, dispensable)
		places = slices.DeleteFunc(places, func(p place) bool { return p.number == victim.number })
		gone = append(gone, victim.members...)
	}
	return steps(DoRemove, gone)
}

// place is what a place of a pool holds: one host, or two while one replaces the other.
type place struct {
	number  int
	members []Member
}

// placesOf lists the places that are held, in order.
func placesOf(members []Member) []place {
	var places []place
	for _, m := range members {
		i := slices.IndexFunc(places, func(p place) bool { return p.number == m.Place })
		switch {
		case !m.held():
		case i >= 0:
			places[i].members = append(places[i].members, m)
		default:
			places = append(places, place{m.Place, []Member{m}})
		}
	}
	slices.SortFunc(places, func(a, b place) int { return a.number - b.number })
	return places
}

func (p place) has(what func(Member) bool) bool { return slices.ContainsFunc(p.members, what) }

// dispensable puts first what goes first: what doesn't work, what would have to be changed, the newest.
func dispensable(a, b place) int {
	no := func(is bool) int {
		if is {
			return 1
		}
		return 0
	}
	works := func(m Member) bool { return m.Works }
	fits := func(m Member) bool { return m.Change == "" }
	newest := func(p place) time.Time {
		return slices.MaxFunc(p.members, func(a, b Member) int { return a.Made.Compare(b.Made) }).Made
	}
	return cmp.Or(cmp.Compare(no(a.has(works)), no(b.has(works))), cmp.Compare(no(a.has(fits)), no(b.has(fits))),
		newest(b).Compare(newest(a)), cmp.Compare(b.number, a.number))
}

// additions fills the places that are empty, the lowest first, and brings up those that don't work.
func (b Bounds) additions(pool string, members []Member) []Step {
	var out []Step
	places := placesOf(members)
	for n := 1; len(places) < b.Count; n++ {
		if !slices.ContainsFunc(places, func(p place) bool { return p.number == n }) {
			places = append(places, place{number: n})
			out = append(out, Step{DoCreate, n, freeName(pool, n, members)})
		}
	}
	var begun, off []Member
	for _, m := range members {
		switch {
		case !m.held():
		case !m.Complete:
			begun = append(begun, m)
		case m.Off:
			off = append(off, m)
		}
	}
	return slices.Concat(out, steps(DoContinue, begun), steps(DoStart, off))
}

func steps(do Do, members []Member) []Step {
	var out []Step
	for _, m := range members {
		if !m.Failed {
			out = append(out, Step{do, m.Place, m.Name})
		}
	}
	return out
}

// PlaceName is the name of a place of a pool, and of the host in it. A host that replaces another which is still there
// has the place's second name.
func PlaceName(pool string, number int) string { return fmt.Sprintf("%s-%d", pool, number) }

func secondName(pool string, number int) string { return PlaceName(pool, number) + "-b" }

// freeName is the name of a place that no host has.
func freeName(pool string, number int, members []Member) string {
	name := PlaceName(pool, number)
	if slices.ContainsFunc(members, func(m Member) bool { return m.Name == name }) {
		return secondName(pool, number)
	}
	return name
}
