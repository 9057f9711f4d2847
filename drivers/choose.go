package drivers

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/davit-io/davit/internal/field"
)

// ImageWanted says what an image must be. What is empty doesn't matter.
type ImageWanted struct {
	Name         string // or id
	Pattern      *regexp.Regexp
	Distro       string
	Architecture string
	Newest       bool // of several the one made last is taken
}

// Pick finds the one image that is wanted. Its findings have the paths name and name_regex.
func (w ImageWanted) Pick(all []Image) (Image, error) {
	found := filter(all, func(i Image) bool {
		return (w.Name == "" || i.Name == w.Name || i.ID == w.Name) && (w.Pattern == nil || w.Pattern.MatchString(i.Name)) &&
			(w.Distro == "" || strings.EqualFold(i.Distro, w.Distro)) && (w.Architecture == "" || i.Architecture == w.Architecture)
	})
	if w.Newest && len(found) > 1 {
		return slices.MaxFunc(found, func(a, b Image) int { return a.Created.Compare(b.Created) }), nil
	}
	return only("image", found, all, func(i Image) string { return i.Name }, "set most_recent, or say more of it")
}

// FlavorWanted says what a flavor must have.
type FlavorWanted struct {
	Name      string // or id
	CPUs      int    // at least
	MemoryMiB int    // at least
	DiskGiB   int    // at least; a flavor whose disk is as large as the image has enough
}

// Pick finds the smallest flavor that does.
func (w FlavorWanted) Pick(all []Flavor) (Flavor, error) {
	found := filter(all, func(f Flavor) bool {
		return (w.Name == "" || f.Name == w.Name || f.ID == w.Name) &&
			f.CPUs >= w.CPUs && f.MemoryMiB >= w.MemoryMiB && (f.DiskGiB == 0 || f.DiskGiB >= w.DiskGiB)
	})
	if len(found) == 0 {
		return only("flavor", found, all, func(f Flavor) string { return f.Name }, "")
	}
	return slices.MinFunc(found, Flavor.Smaller), nil
}

// NetworkWanted says what a network must be.
type NetworkWanted struct {
	Name string // or id
	Kind NetworkKind
	MTU  int // at least, in bytes
}

// Pick finds the one network that is wanted.
func (w NetworkWanted) Pick(all []Network) (Network, error) {
	found := filter(all, func(n Network) bool {
		return (w.Name == "" || n.Name == w.Name || n.ID == w.Name) && (w.Kind == "" || n.Kind == w.Kind) && n.MTU >= w.MTU
	})
	return only("network", found, all, func(n Network) string { return n.Name }, "name one of them, by its id where names are alike")
}

func filter[T any](all []T, want func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), func(thing T) bool { return !want(thing) })
}

// only gives the one thing that was found.
func only[T any](kind string, found, all []T, name func(T) string, next string) (T, error) {
	if len(found) == 1 {
		return found[0], nil
	}
	var none T
	if len(found) > 1 {
		return none, field.Errorf("name", "%d %ss are like that: %s", len(found), kind, someOf(found, name)).WithHint("%s", next)
	}
	err := field.Errorf("name", "%w", &Error{Kind: ErrNotFound, Err: errors.New("no " + kind + " is like that")})
	if len(all) == 0 {
		return none, err.WithHint("the account sees no %s at all", kind)
	}
	return none, err.WithHint("there are %s", someOf(all, name))
}

// someOf names up to ten.
func someOf[T any](all []T, name func(T) string) string {
	var names []string
	for _, thing := range all {
		names = append(names, name(thing))
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) > 10 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:10], ", "), len(names)-10)
	}
	return strings.Join(names, ", ")
}
