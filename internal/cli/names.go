package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
)

// mostNames bounds what one pattern stands for: a slip like {1..1000000} is not what anybody wants.
const mostNames = 1000

var numbers = regexp.MustCompile(`^([^{}]*)\{(\d+)\.\.(\d+)\}([^{}]*)$`)

// expand does what a shell does with web-{1..20}, for those who quoted it or whose shell does not.
func expand(args []string) ([]string, error) {
	var names []string
	for _, arg := range args {
		some, err := expandOne(arg)
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

func expandOne(arg string) ([]string, error) {
	if !strings.ContainsAny(arg, "{}") {
		return []string{arg}, nil
	}
	m := numbers.FindStringSubmatch(arg)
	if m == nil {
		return nil, usagef("a range of names is written web-{1..20}", "the name %q has braces that are no range", arg)
	}
	from, errFrom := strconv.Atoi(m[2])
	to, errTo := strconv.Atoi(m[3])
	if errFrom != nil || errTo != nil || from > to || to-from >= mostNames {
		return nil, usagef(fmt.Sprintf("a range goes up and has at most %d names", mostNames), "the range in %q is none", arg)
	}
	width := 0
	if strings.HasPrefix(m[2], "0") {
		width = len(m[2])
	}
	var names []string
	for i := from; i <= to; i++ {
		names = append(names, fmt.Sprintf("%s%0*d%s", m[1], width, i, m[4]))
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
