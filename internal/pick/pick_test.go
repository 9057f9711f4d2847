package pick_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/pick"
)

type thing struct{ id, name, path string }

var boats = pick.Kind[thing]{
	Word: "boat", ID: func(t thing) string { return t.id }, Name: func(t thing) string { return t.name },
	Also: func(t thing, as string) bool { return t.path == as },
}

var harbour = []thing{{"1", "davit", "/a/davit"}, {"2", "gig", "/a/gig"}, {"3", "gig", "/b/gig"}, {"4", "", "/b/4"}}

func TestOne(t *testing.T) {
	t.Parallel()
	own := boats.Preferring(func(t thing) bool { return t.id == "3" })
	for _, tc := range []struct {
		want string
		kind pick.Kind[thing]
		id   string
		says string
		hint string
	}{
		{"1", boats, "1", "", ""},
		{"davit", boats, "1", "", ""},
		{"/b/gig", boats, "3", "", ""},
		{"gig", own, "3", "", ""},
		{"gig", boats, "", `boat: 2 of them are called "gig": 2, 3`, "give one of these instead of the name"},
		{"Davits", boats, "", `boat: no boat "Davits"`, "did you mean davit?"},
		{"/c/gic", boats, "", `boat: no boat "/c/gic"`, "did you mean gig?"},
		{"schooner", boats, "", `boat: no boat "schooner"`, "there are davit, gig"},
	} {
		t.Run(tc.want, func(t *testing.T) {
			t.Parallel()
			got, e := tc.kind.One("boat", tc.want, harbour)
			checked(t, got, e, tc.id, tc.says, tc.hint)
		})
	}
}

func TestOneOrOnly(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, want     string
		from           []thing
		id, says, hint string
	}{
		{"named", "davit", harbour, "1", "", ""},
		{"the only one", "", harbour[:1], "1", "", ""},
		{"several", "", harbour[:2], "", "boat: there are 2", "name one of davit, gig"},
		{"none", "", nil, "", "boat: the account sees no boat", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, e := boats.OneOrOnly("boat", tc.want, tc.from)
			checked(t, got, e, tc.id, tc.says, tc.hint)
		})
	}
}

func checked(t *testing.T, got thing, e *field.Error, id, says, hint string) {
	t.Helper()
	if says == "" {
		if e != nil || got.id != id {
			t.Errorf("got %v, %v", got, e)
		}
		return
	}
	if e == nil || e.Error() != says || e.Next != hint {
		t.Errorf("got %v, hint %q", e, drivers.Hint(e))
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	many := make([]string, 12)
	for i := range many {
		many[i] = fmt.Sprintf("boat-%02d", 12-i)
	}
	for _, tc := range []struct {
		want string
		have []string
		hint string
	}{
		{"boat", nil, "the account sees no boat at all"},
		{"schooner", many, "there are boat-01, boat-02, boat-03, boat-04, boat-05, boat-06, boat-07, boat-08, boat-09, boat-10 and 2 more"},
		{"boat-1", []string{"boat-111", "boat-11", "Boat-1", "boat-12", "boat-11"}, "did you mean Boat-1 or boat-11 or boat-12?"},
	} {
		e := pick.Unknown("boat", "boat", tc.want, tc.have)
		if !errors.Is(e, drivers.ErrNotFound) || e.Next != tc.hint {
			t.Errorf("%v, hint %q", e, e.Next)
		}
	}
}

// TestFindings joins what concerns several hosts, and names them unless it concerns all.
func TestFindings(t *testing.T) {
	t.Parallel()
	f := pick.NewFindings([]drivers.Spec{{Name: "a"}, {Name: "b"}, {Name: "c"}})
	if err := f.Err(); err != nil {
		t.Errorf("nothing found: %v", err)
	}
	f.Add(nil, "a")
	for _, host := range []string{"a", "b", "b"} {
		f.Add(field.Errorf("image", "%w", drivers.ErrNotFound).WithHint("name another"), host)
	}
	for _, host := range []string{"a", "b", "c"} {
		f.Add(field.Errorf("network", "gone"), host)
	}
	f.AddAll(field.Errorf("", "too many"))
	var got []string
	for _, e := range field.All(f.Err()) {
		got = append(got, e.Error()+"; "+e.Next)
	}
	if want := []string{"image: not found (a, b); name another", "network: gone; ", "too many; "}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if !errors.Is(f.Err(), drivers.ErrNotFound) {
		t.Error("the kind of a finding is lost")
	}
}
