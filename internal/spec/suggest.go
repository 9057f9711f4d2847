package spec

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// didYouMean gives `: did you mean "x"?` for the nearest of names, or "" when none is near.
func didYouMean(word string, names []string) string {
	near, least := "", len(word)/3+2
	for _, name := range names {
		if d := levenshtein.Distance(strings.ToLower(word), name, nil); d < least {
			near, least = name, d
		}
	}
	if near == "" {
		return ""
	}
	return fmt.Sprintf(": did you mean %q?", near)
}

func notOneOf(word string, names []string) string {
	return fmt.Sprintf("%q is not one of %s%s", word, strings.Join(names, ", "), didYouMean(word, names))
}
