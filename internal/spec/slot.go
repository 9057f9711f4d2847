package spec

import (
	"maps"
	"slices"

	"github.com/davit-io/davit/internal/field"
)

// slots lists all options of the host with their places: every host's, then the driver's.
func (h *Host) slots() []slot {
	all := walk(h)
	if isBlock(h.Options) {
		all = append(all, below(h.Driver, walk(h.Options))...)
	}
	return all
}

// below puts parent before the paths.
func below(parent string, slots []slot) []slot {
	for i := range slots {
		slots[i].Path = field.Join(parent, slots[i].Path)
	}
	return slots
}

func find(slots []slot, path string) (slot, bool) {
	i := slices.IndexFunc(slots, func(s slot) bool { return s.Path == path })
	if i < 0 {
		return slot{}, false
	}
	return slots[i], true
}

// zero says whether the value is unset.
func (s slot) zero() bool {
	switch at := s.at.(type) {
	case *bool:
		return !*at
	case *int:
		return *at == 0
	case *string:
		return *at == ""
	case *field.Secret:
		return *at == ""
	case *[]string:
		return len(*at) == 0
	case *map[string]string:
		return len(*at) == 0
	default:
		return s.at.(blocks).len() == 0
	}
}

// reset gives the default back.
func (s slot) reset() {
	s.clear()
	if s.Default == "" {
		return
	}
	if err := s.set(s.Default); err != nil {
		panic("default of option " + err.Error())
	}
}

func (s slot) clear() {
	switch at := s.at.(type) {
	case *bool:
		*at = false
	case *int:
		*at = 0
	case *string:
		*at = ""
	case *field.Secret:
		*at = ""
	case *[]string:
		*at = nil
	case *map[string]string:
		*at = nil
	default:
		s.at.(blocks).clear()
	}
}

func setDefaults(slots []slot) {
	for _, s := range slots {
		s.reset()
	}
}

// copyTo puts a deep copy of the value into the same option of another document.
func (s slot) copyTo(to slot) {
	switch at := s.at.(type) {
	case *bool:
		*to.at.(*bool) = *at
	case *int:
		*to.at.(*int) = *at
	case *string:
		*to.at.(*string) = *at
	case *field.Secret:
		*to.at.(*field.Secret) = *at
	case *[]string:
		*to.at.(*[]string) = slices.Clone(*at)
	case *map[string]string:
		*to.at.(*map[string]string) = maps.Clone(*at)
	default:
		copyBlocks(s.at.(blocks), to.at.(blocks))
	}
}

func copyBlocks(from, to blocks) {
	to.clear()
	for i := range from.len() {
		copySlots(from.get(i), to.add())
	}
}

func copySlots(from, to []slot) {
	for i := range from {
		from[i].copyTo(to[i])
	}
}

// Clone gives a deep copy.
func (h *Host) Clone() *Host {
	c := &Host{Options: h.Options}
	if isBlock(h.Options) {
		c.Options = newLike(h.Options)
	}
	copySlots(h.slots(), c.slots())
	return c
}
