package spec_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/internal/spec"
)

// FuzzDecode: no document makes Decode panic, and what it takes comes back from YAML and from a record as it was.
func FuzzDecode(f *testing.F) {
	for _, doc := range []string{
		full, "", "{}", "a: &x [*x]", "disks: [{size_gib: 1}]", "image: !!str 1", "? a\n: b", "user_data: |\n  a\n", "<<: {image: a}",
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		h, err := spec.Decode(table(), "h.yaml", doc)
		if err != nil {
			return
		}
		_ = h.Validate(table()) // a finding is fine, a panic isn't
		if o, ok := h.Options.(*stackOptions); ok {
			o.Token = ""
		}
		b, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		back := &spec.Host{}
		if err := json.Unmarshal(b, back); err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		if err := back.Bind(table()); err != nil {
			t.Fatal(err)
		}
		if again, err := json.Marshal(back); err != nil || string(again) != string(b) {
			t.Errorf("%v: %s", err, cmp.Diff(string(b), string(again)))
		}
	})
}
