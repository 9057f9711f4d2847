package cli

import (
	"fmt"
	"slices"

	"github.com/agext/levenshtein"

	"github.com/davit-io/davit/internal/spec"
)

// expand gives the names that the arguments stand for, none of them twice.
func expand(args []string) ([]string, error) {
	var names []string
	for _, arg := range args {
		some, err := spec.Names(arg)
		if err != nil {
			return nil, err
		}
		for _, name := range some {
			if slices.Contains(names, name) {
				return nil, usagef("", "the name %s is given twice", name)
			}
			names = append(names, name)
		}
	}
	return names, nil
}

// nearest is a hint at the word that was probably meant, or "".
func nearest(word string, words []string, prefix string) string {
	best, far := "", len(word)/2+1
	for _, w := range words {
		if d := levenshtein.Distance(word, w, nil); d < far {
			best, far = w, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s%s?", prefix, best)
}
