package spec

// Difference is an option in which two hosts differ. Its Path leads into lists, as in "disks[0].keep".
type Difference struct {
	Option
	Was, Is string // as Get gives them
}

// Differences lists what is different in other, in the order of the options' definition. Hosts of different drivers
// differ in their driver alone, and secrets are not compared: records don't have them. Lists of blocks that are equally
// long differ in options of their blocks, others as a whole.
func (h *Host) Differences(other *Host) []Difference {
	was, is := h.slots(), other.slots()
	if h.Driver != other.Driver {
		driver, _ := find(was, "driver")
		return []Difference{{driver.Option, h.Driver, other.Driver}}
	}
	return differ(was, is)
}

func differ(was, is []slot) []Difference {
	var out []Difference
	for i, s := range was {
		a, listed := s.at.(blocks)
		if listed && a.len() == is[i].at.(blocks).len() {
			for n := range a.len() {
				at := index(s.Path, n)
				out = append(out, differ(below(at, a.get(n)), below(at, is[i].at.(blocks).get(n)))...)
			}
			continue
		}
		if before, now := s.get(), is[i].get(); before != now && s.Type != Secret {
			out = append(out, Difference{s.Option, before, now})
		}
	}
	return out
}
