package pick

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/davit-io/davit/internal/field"
)

// Unknown is the finding that nothing of a kind is called want, with the nearest of the names there are.
func Unknown(kind, path, want string, have []string) *field.Error {
	e := field.Errorf(path, "%w", missing("no %s %q", kind, want))
	switch near := nearest(want, have); {
	case len(near) > 0:
		return e.WithHint("did you mean %s?", strings.Join(near, " or "))
	case len(have) == 0:
		return e.WithHint("the account sees no %s at all", kind)
	}
	return e.WithHint("there are %s", Listed(have))
}

// nearest lists up to three names that someone may have meant, the nearest first. Of paths the last names count.
func nearest(want string, have []string) []string {
	want = last(want)
	distance := func(name string) int { return levenshtein.Distance(want, last(name), nil) }
	var near []string
	for _, name := range have {
		if distance(name) <= max(2, len(want)/3) && !slices.Contains(near, name) {
			near = append(near, name)
		}
	}
	slices.SortStableFunc(near, func(a, b string) int { return distance(a) - distance(b) })
	return near[:min(len(near), 3)]
}

func last(path string) string { return strings.ToLower(path[strings.LastIndex(path, "/")+1:]) }

// Listed names up to ten, sorted and each once.
func Listed(have []string) string {
	sorted := slices.Compact(slices.Sorted(slices.Values(have)))
	if len(sorted) > 10 {
		return fmt.Sprintf("%s and %d more", strings.Join(sorted[:10], ", "), len(sorted)-10)
	}
	return strings.Join(sorted, ", ")
}
