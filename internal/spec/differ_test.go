package spec_test

import (
	"strings"
	"testing"

	"github.com/davit-io/davit/internal/spec"
)

func TestDifferences(t *testing.T) {
	t.Parallel()
	const begun = "driver: stack\nimage: a\ndisks: [{size_gib: 1}, {size_gib: 2, mount: /srv}]\nstack: {token: x}"
	for name, tc := range map[string]struct{ now, want string }{
		"none":          {begun, ""},
		"a secret":      {strings.ReplaceAll(begun, "token: x", "token: y"), ""},
		"text":          {strings.ReplaceAll(begun, "image: a", "image: b"), "image replace a>b"},
		"within a list": {strings.ReplaceAll(begun, "mount: /srv", "mount: /data, keep: true"), "disks[1].mount reboot /srv>/data, disks[1].keep in place false>true"},
		"a longer list": {strings.ReplaceAll(begun, "[{size_gib: 1}, ", "["), `disks replace [{"size_gib":1,"filesystem":"ext4"},{"size_gib":2,"filesystem":"ext4","mount":"/srv"}]>[{"size_gib":2,"filesystem":"ext4","mount":"/srv"}]`},
		"a default":     {begun + "\nengine: {name: docker}", ""},
		"the driver":    {"driver: bare\nbare: {address: b}", "driver replace stack>bare"},
		"its options":   {strings.ReplaceAll(begun, "token: x", "metadata: {a: '1'}"), "stack.metadata in place >a=1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			was, err1 := spec.Decode(table(), "a", []byte(begun))
			is, err2 := spec.Decode(table(), "b", []byte(tc.now))
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			var got []string
			for _, d := range was.Differences(is) {
				got = append(got, d.Path+" "+d.Change+" "+d.Was+">"+d.Is)
			}
			if s := strings.Join(got, ", "); s != tc.want {
				t.Errorf("%s\nwant %s", s, tc.want)
			}
		})
	}
}
