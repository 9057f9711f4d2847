package field_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/davit-io/davit/internal/field"
)

func TestUnder(t *testing.T) {
	t.Parallel()
	cause := errors.New("no such thing")
	for _, tc := range []struct {
		name, parent string
		err          error
		want         []string
	}{
		{"nothing", "a", nil, nil},
		{"plain", "a", cause, []string{"a: no such thing"}},
		{"nested", "disks[1]", field.Errorf("size_gib", "too small"), []string{"disks[1].size_gib: too small"}},
		{"index", "disks", field.Errorf("[1].size_gib", "too small"), []string{"disks[1].size_gib: too small"}},
		{"joined", "a", errors.Join(field.Errorf("b", "x"), fmt.Errorf("y: %w", cause)), []string{"a.b: x", "a: y: no such thing"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := field.All(field.Under(tc.parent, tc.err))
			if len(got) != len(tc.want) {
				t.Fatalf("got %v, want %v", got, tc.want)
			}
			for i, e := range got {
				if e.Error() != tc.want[i] {
					t.Errorf("finding %d: got %q, want %q", i, e, tc.want[i])
				}
			}
		})
	}
}

func TestKeepsKindAndHint(t *testing.T) {
	t.Parallel()
	kind := errors.New("kind")
	err := field.Under("openstack", field.Errorf("image", "gone: %w", kind).WithHint("see %s", "images"))
	if !errors.Is(err, kind) {
		t.Error("the kind is lost")
	}
	if hint := field.All(err)[0].Hint(); hint != "see images" {
		t.Errorf("hint %q", hint)
	}
}

// kinded is an error of a kind, whose text is more than that of its parts.
type kinded struct{ kind, cause error }

func (k kinded) Error() string   { return "image: " + k.cause.Error() }
func (k kinded) Unwrap() []error { return []error{k.kind, k.cause} }
func (k kinded) Hint() string    { return "see images" }

func TestAllKeepsWhatIsMoreThanItsParts(t *testing.T) {
	t.Parallel()
	whole := kinded{errors.New("not found"), errors.New("no such image")}
	got := field.All(field.Under("openstack", errors.Join(whole, field.Errorf("flavor", "gone"))))
	if len(got) != 2 {
		t.Fatalf("%d findings: %v", len(got), got)
	}
	if got[0].Error() != "openstack: image: no such image" || got[0].Hint() != "see images" || !errors.Is(got[0], whole.kind) {
		t.Errorf("got %q, hint %q", got[0], got[0].Hint())
	}
}

func TestSplitKeepsWhatSaysMore(t *testing.T) {
	t.Parallel()
	a, b := errors.New("a"), kinded{errors.New("quota"), errors.New("b")}
	var got []string
	for _, e := range field.Split(errors.Join(a, errors.Join(b, fmt.Errorf("c: %w", errors.Join(a, a))))) {
		got = append(got, e.Error())
	}
	if want := []string{"a", "image: b", "c: a\na"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSecretHides(t *testing.T) {
	t.Parallel()
	s := field.Secret("hunter2")
	js, err := json.Marshal(map[string]any{"s": s})
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []string{fmt.Sprint(s), fmt.Sprintf("%#v %q %s", s, s, s), string(js)} {
		if want := "hunter2"; got == "" || strings.Contains(got, want) {
			t.Errorf("%q shows the secret", got)
		}
	}
	if s.Reveal() != "hunter2" {
		t.Error("Reveal gives another text")
	}
}
