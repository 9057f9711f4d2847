package cloudinit_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/internal/field"
)

func TestParseFindings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, doc string
		want      []string
	}{
		{"no header", "hostname: a\n", []string{`1:1: the first line must be #cloud-config, not "hostname: a"`}},
		{"a script", "#!/bin/sh\n", []string{`1:1: the first line must be #cloud-config, not "#!/bin/sh"`}},
		{"nothing", "", []string{"1:1: the first line"}},
		{"a list", "#cloud-config\n- a\n", []string{"2:1: keys with values are expected, not a sequence"}},
		{"syntax", "#cloud-config\nhostname: [a\n", []string{"2:11: "}},
		{"twice", "#cloud-config\nhostname: a\nhostname: b\n", []string{`3:1: mapping key "hostname" already defined at [2:1]`}},
		{"two documents", "#cloud-config\na: 1\n---\nb: 1\n", []string{"4:1: a second document"}},
		{"unknown key in a block", "#cloud-config\nwrite_files:\n- path: /a\n  contents: b\n", []string{`4:3: unknown field "contents"`}},
		{"unknown key in a user", "#cloud-config\nusers:\n- name: a\n  sheel: b\n", []string{`4:3: unknown field "sheel"`}},
		{
			"wrong types, both told", "#cloud-config\ndisable_root: maybe\nhostname: a\nruncmd: {a: b}\n",
			[]string{"2:15: ", "4:9: "},
		},
		{"merge key at the top", "#cloud-config\nx: &x {hostname: a}\n<<: *x\n", []string{"3:1: a merge key"}},
		{"unknown alias", "#cloud-config\nhostname: *x\n", []string{"2:1"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := cloudinit.Parse([]byte(tc.doc))
			findings := field.All(err)
			if len(findings) != len(tc.want) {
				t.Fatalf("got %v, want %q", err, tc.want)
			}
			for i, f := range findings {
				var at *cloudinit.Finding
				if !errors.As(f, &at) || !strings.HasPrefix(at.Error(), tc.want[i]) {
					t.Errorf("got %v, want %q", f, tc.want[i])
				}
			}
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	no := false
	got := parse(t, `
hostname: web-1
users: [default, {name: op, sudo: false}]
runcmd: [echo a, [ls, -l]]
packages: [curl, [jq, 1.6]]
ssh: {emit_keys_to_console: false}
x-keys: &keys [k1]
ssh_authorized_keys: *keys
swap: {size: 1}
`)
	want := cloudinit.Config{
		Hostname:          "web-1",
		Users:             []cloudinit.User{{Name: "default"}, {Name: "op", Sudo: false}},
		RunCmd:            []cloudinit.Command{cloudinit.Shell("echo a"), cloudinit.Exec("ls", "-l")},
		Packages:          []any{"curl", []any{"jq", 1.6}},
		SSH:               &cloudinit.SSH{EmitKeysToConsole: &no},
		SSHAuthorizedKeys: []string{"k1"},
		Extra:             map[string]any{"x-keys": []any{"k1"}, "swap": map[string]any{"size": uint64(1)}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := parse(t, "# only a comment\n"); !cmp.Equal(got, cloudinit.Config{}) {
		t.Errorf("an empty document gives %+v", got)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, doc string
		want      []string
	}{
		{"good", "hostname: web-1.example\nusers: [default]\nwrite_files: [{path: /a, permissions: '0644'}, {path: /a, append: true}]\n", nil},
		{"hostname", "hostname: web_1\n", []string{"hostname: "}},
		{"fqdn", "fqdn: a..b\n", []string{"fqdn: "}},
		{"users", "users: [default, {shell: /bin/sh}, Root]\n", []string{"users[1].name: ", "users[2].name: "}},
		{
			"files", "write_files: [{path: a}, {path: /b, permissions: rw}, {path: /c, encoding: rot13}, {path: /d, encoding: b64, content: '!'}, {path: /d}]\n",
			[]string{"write_files[0].path: ", "write_files[1].permissions: ", "write_files[2].encoding: ", "write_files[3].content: ", "write_files[4]: /d is written twice"},
		},
		{"commands", "bootcmd: ['']\nruncmd: [a, []]\n", []string{"bootcmd[0]: is empty", "runcmd[1]: is empty"}},
		{"mounts", "mounts: [[a], [], [a, b, c, d, e, f, g]]\n", []string{"mounts[1]: 0 fields", "mounts[2]: 7 fields"}},
		{"keys", "ssh_keys: {ed25519: x}\nssh_genkeytypes: [rsa, x]\n", []string{"ssh_keys: ", "ssh_genkeytypes[1]: "}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			findings := field.All(parse(t, tc.doc).Validate())
			if len(findings) != len(tc.want) {
				t.Fatalf("got %v, want %q", findings, tc.want)
			}
			for i, f := range findings {
				if !strings.HasPrefix(f.Error(), tc.want[i]) {
					t.Errorf("got %v, want %q", f, tc.want[i])
				}
			}
		})
	}
}

func TestValidateExtraTwice(t *testing.T) {
	t.Parallel()
	c := cloudinit.Config{Hostname: "a", Extra: map[string]any{"hostname": "b"}}
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "hostname: stands in Extra too") {
		t.Errorf("got %v", err)
	}
	if _, err := cloudinit.Render(c, 0); err == nil {
		t.Error("rendered all the same")
	}
}
