package spec

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/davit-io/davit/internal/field"
)

// MostNames bounds what one pattern stands for: a slip like {1..1000000} is not what anybody wants.
const MostNames = 1000

var numbers = regexp.MustCompile(`^([^{}]*)\{(\d+)\.\.(\d*)\}([^{}]*)$`)

// Names does what a shell does with web-{1..20}, for those who quoted it or whose shell does not. A name without
// braces stands for itself. Leading zeros of the first number are kept: web-{01..20}.
func Names(pattern string) ([]string, error) {
	if !strings.ContainsAny(pattern, "{}") {
		return []string{pattern}, nil
	}
	m := numbers.FindStringSubmatch(pattern)
	if m == nil || m[3] == "" {
		return nil, field.Errorf("", "the name %q has braces that are no range", pattern).WithHint("a range of names is written web-{1..20}")
	}
	from, errFrom := strconv.Atoi(m[2])
	to, errTo := strconv.Atoi(m[3])
	if errFrom != nil || errTo != nil || from > to || to-from >= MostNames {
		return nil, field.Errorf("", "the range in %q is none", pattern).WithHint("a range goes up and has at most %d names", MostNames)
	}
	return numbered(m, from, to-from+1), nil
}

// FirstNames gives the first n names of a pattern, whose range may have no end: web-{1..}.
func FirstNames(pattern string, n int) ([]string, error) {
	if n < 0 || n > MostNames {
		return nil, field.Errorf("", "%d names are asked for, and a pattern has at most %d", n, MostNames)
	}
	m := numbers.FindStringSubmatch(pattern)
	if m != nil && m[3] == "" {
		from, err := strconv.Atoi(m[2])
		if err != nil {
			return nil, field.Errorf("", "the range in %q is none", pattern).WithHint("it begins with a number")
		}
		return numbered(m, from, n), nil
	}
	all, err := Names(pattern)
	if err != nil {
		return nil, err
	}
	if len(all) < n {
		return nil, field.Errorf("", "%q stands for %d names, and %d are asked for", pattern, len(all), n).WithHint("a range without an end has as many as one likes: web-{1..}")
	}
	return all[:n], nil
}

func numbered(m []string, from, n int) []string {
	width := 0
	if strings.HasPrefix(m[2], "0") {
		width = len(m[2])
	}
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s%0*d%s", m[1], width, from+i, m[4])
	}
	return names
}
