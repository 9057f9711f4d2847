package provider

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

type kind struct {
	error
	says string
}

// kinds are davit's kinds of errors in the words of a summary.
var kinds = []kind{
	{drivers.ErrNotFound, "not found"},
	{drivers.ErrExists, "exists already"},
	{drivers.ErrAuth, "not authorized"},
	{drivers.ErrQuota, "quota exceeded"},
	{drivers.ErrCapacity, "no capacity"},
	{drivers.ErrUnsupported, "not supported"},
	{drivers.ErrTimeout, "time limit reached"},
}

// report turns an error into diagnostics: a finding for each part, at the attribute that at finds for the path of its
// option, with the next step in its detail. It is the only place that does.
func report(to *diag.Diagnostics, at func(option string) path.Path, subject string, err error) {
	for _, f := range field.All(err) {
		detail := f.Err.Error()
		if next := f.Next; next != "" {
			detail += "\n\nNext: " + next
		}
		where := at(f.Path)
		if f.Path != "" && where.Equal(path.Empty()) {
			detail = f.Path + ": " + detail
		}
		to.Append(diag.NewAttributeErrorDiagnostic(where, summary(subject, f), detail))
	}
}

func summary(subject string, f *field.Error) string {
	i := slices.IndexFunc(kinds, func(k kind) bool { return errors.Is(f, k.error) })
	switch {
	case i >= 0:
		return subject + ": " + kinds[i].says
	case f.Path != "":
		return subject + ": invalid value"
	}
	return subject + ": failed"
}

var step = regexp.MustCompile(`^([^.\[]+)?(?:\[(\d+)\])?`)

// attributePath is the path of an option whose values have no maps in them.
func attributePath(option string) path.Path {
	p := path.Empty()
	for part := range strings.SplitSeq(option, ".") {
		if part == "" {
			return path.Empty()
		}
		m := step.FindStringSubmatch(part)
		p = p.AtName(m[1])
		if m[2] != "" {
			i, _ := strconv.Atoi(m[2]) // it is made of digits
			p = p.AtListIndex(i)
		}
	}
	return p
}
