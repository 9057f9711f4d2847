package mtu

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Names lists the names of all known encapsulations in order.
func Names() []string {
	var names []string
	for _, e := range All() {
		names = append(names, e.Name)
	}
	slices.Sort(names)
	return names
}

// Stack is the MTU inside of encapsulations by name, the outermost first, over a link of so many bytes. Without any it
// is the link's. The error of an unknown name tells the nearest known one.
func Stack(link int, names ...string) (Sum, error) {
	sum, err := Bridge(link)
	for _, name := range names {
		if err != nil {
			return sum, err
		}
		e, ok := Find(name)
		if !ok {
			return sum, fmt.Errorf("there is no encapsulation %q: %s", name, suggest(name))
		}
		sum, err = sum.Over(e)
	}
	return sum, err
}

func suggest(name string) string {
	names := Names()
	near := slices.MinFunc(names, func(a, b string) int { return distance(name, a) - distance(name, b) })
	if distance(name, near) <= len(name)/2 {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "there are " + strings.Join(names, ", ")
}

func distance(a, b string) int { return levenshtein.Distance(strings.ToLower(a), b, nil) }
