package field_test

import (
	"encoding/json"
	"errors"
	"fmt"
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
