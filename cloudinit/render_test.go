package cloudinit_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/cloudinit"
)

var update = flag.Bool("update", false, "write the golden files")

// full uses every field.
func full() cloudinit.Config {
	return cloudinit.Config{
		Hostname: "web-1", FQDN: "web-1.example.org", PreserveHostname: new(false), ManageEtcHosts: "localhost",
		Timezone: "UTC", Locale: "C.UTF-8",
		Users: []cloudinit.User{{Name: "default"}, {
			Name: "op", Gecos: "Operator, on duty", Shell: "/bin/bash", Sudo: "ALL=(ALL) NOPASSWD:ALL",
			Groups: []string{"adm", "docker"}, LockPasswd: new(true), SSHAuthorizedKeys: []string{"ssh-ed25519 AAAAC3Nz op@example.org"},
			ExpireDate: "2030-01-31", UID: 1234,
		}},
		DisableRoot: new(true), SSHAuthorizedKeys: []string{"ssh-ed25519 AAAAC3Nz me@example.org"}, SSHPasswordAuth: false,
		SSHKeys: map[string]string{
			"ed25519_private": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----\n",
			"ed25519_public":  "ssh-ed25519 AAAAC3Nz web-1",
		},
		SSHDeleteKeys: new(true), SSHGenKeyTypes: []string{"ed25519", "rsa"}, SSH: &cloudinit.SSH{EmitKeysToConsole: new(true)},
		Apt:           map[string]any{"preserve_sources_list": true, "conf": "DPkg::Lock::Timeout \"600\";\nAPT::Get::Assume-Yes \"true\";\n"},
		PackageUpdate: new(true), PackageUpgrade: new(false), PackageReboot: new(false),
		Packages: []any{"curl", []any{"jq", "1.6-2.1"}},
		GrowPart: map[string]any{"mode": "auto", "devices": []string{"/"}}, ResizeRootFS: "noblock",
		DiskSetup: map[string]any{"/dev/vdz": map[string]any{"table_type": "gpt", "layout": true, "overwrite": false}},
		FSSetup:   []map[string]any{{"device": "/dev/vdz1", "filesystem": "ext4", "label": "x"}},
		Mounts:    [][]any{{"/dev/vdz1", "/srv", "auto", "defaults,nofail", "0", "2"}},
		BootCmd:   []cloudinit.Command{cloudinit.Exec("sh", "-c", "echo \"$INSTANCE_ID\" >&2\n")},
		WriteFiles: []cloudinit.File{
			{Path: "/usr/local/bin/hi", Permissions: "0755", Owner: "root:root", Content: "#!/bin/sh\nif true; then\n\techo hi\nfi\n"},
			{Path: "/etc/motd", Append: true, Defer: true, Content: "no end of line"},
			{Path: "/etc/bin", Encoding: "b64", Content: base64.StdEncoding.EncodeToString([]byte{0, 1, 255})},
		},
		RunCmd: []cloudinit.Command{cloudinit.Shell("hi || exit 1"), cloudinit.Exec("hi", "yes", "0644")},
		Extra:  map[string]any{"final_message": "up after $UPTIME s", "swap": map[string]any{"filename": "/swap", "size": 1024}},
	}
}

func render(t *testing.T, c cloudinit.Config) []byte {
	t.Helper()
	data, err := cloudinit.Render(c, 0)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRenderGolden(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]cloudinit.Config{"full": full(), "empty": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := c.Validate(); err != nil {
				t.Error(err)
			}
			got, file := render(t, c), filepath.Join("testdata", name+".yaml")
			if *update {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Error(diff)
			}
			again, err := cloudinit.Parse(got)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(got), string(render(t, again))); diff != "" {
				t.Error("what was parsed renders differently:", diff)
			}
		})
	}
}

// cloud-init's own checker is the judge of every golden document.
func TestSchema(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("cloud-init")
	if err != nil {
		t.Fatal("cloud-init is not installed: apt-get install --no-install-recommends cloud-init " +
			"(create /etc/cloud/cloud-init.disabled first: it must check documents, not set up this machine)")
	}
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no documents", err)
	}
	for _, file := range files {
		out, err := exec.CommandContext(t.Context(), tool, "schema", "--config-file", file).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "Valid cloud-config") {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
	}
}

var awkward = []string{
	"0644", "yes", "on", "off", "y", "N", "1:30", "0x1f", "1_000", "1e3", "2020-01-01", "~", "", "a: b", "# x", "a\nb\n", "  a\nb", "\n", "\n\na",
	"a\n\n\n", "a\tb", "\ta\nb", "a \nb", "a\r\nb", "a\rb\n", "é\n", "\x01", "-", "- a", "@a", "`a", "%a", "!a", "&a", "*a", "a#b", "a #b",
	"'a", "\"a\"", "\"a", "null", "NULL", ".5", ".inf", "=", "<<", "0o17", "017", "|", ">", "?", "? a", "a:", "{", "[a", "a,b", "+1", "1.",
	"Yes", " a", "a ", "\u2028", "\ufeffa\nb", "\u0085", "a\u0085b\nc", "😀", "😀\nx", "a\\nb", "\x7f", "a\n ", "a\n\t", "---\na", "...\n", "a\n#b\n", "é",
	"x\n---\ny\n", "trailing  \n  spaces  \n",
}

// PyYAML is what cloud-init reads documents with.
func TestRenderedTextsAreReadTheSame(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("/usr/bin/python3")
	if err != nil {
		t.Fatal("python3 with yaml is not installed: apt-get install --no-install-recommends cloud-init")
	}
	c := cloudinit.Config{Extra: map[string]any{"texts": awkward, "keys": map[string]any{"0644": 1, "yes": "a\nb\n", "a: b": 2, "<<": "x"}}}
	for _, s := range awkward {
		c.WriteFiles = append(c.WriteFiles, cloudinit.File{Path: "/a", Content: "b" + s, Append: true})
		c.RunCmd = append(c.RunCmd, cloudinit.Exec(s, s))
	}
	want := render(t, c)
	cmd := exec.CommandContext(t.Context(), python, "-c", "import sys,yaml,json;json.dump(yaml.safe_load(sys.stdin.buffer),sys.stdout)")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(want), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v in\n%s", err, want)
	}
	var doc struct {
		Texts      []string       `json:"texts"`
		Keys       map[string]any `json:"keys"`
		RunCmd     [][]string     `json:"runcmd"`
		WriteFiles []struct {
			Content string `json:"content"`
		} `json:"write_files"`
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"0644": 1.0, "yes": "a\nb\n", "a: b": 2.0, "<<": "x"}, doc.Keys); diff != "" {
		t.Error(diff)
	}
	for i, s := range awkward {
		if doc.Texts[i] != s || doc.RunCmd[i][1] != s || doc.WriteFiles[i].Content != "b"+s {
			t.Errorf("%q is read as %q, %q and %q", s, doc.Texts[i], doc.RunCmd[i][1], doc.WriteFiles[i].Content)
		}
	}
	again, err := cloudinit.Parse(want)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range awkward {
		if again.RunCmd[i].Args[1] != s || again.WriteFiles[i].Content != "b"+s {
			t.Errorf("%q is parsed as %q and %q", s, again.RunCmd[i].Args[1], again.WriteFiles[i].Content)
		}
	}
}

func TestRenderSize(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 3*cloudinit.OpenStackMax/4)
	for i, source := 0, rand.NewChaCha8([32]byte{}); i < len(noise); i++ {
		noise[i] = byte(source.Uint64())
	}
	flat := cloudinit.Config{WriteFiles: []cloudinit.File{{Path: "/flat", Content: strings.Repeat("flat\n", 20000)}}}
	rough := cloudinit.Config{WriteFiles: []cloudinit.File{
		{Path: "/small", Content: "x"},
		{Path: "/noise", Encoding: "b64", Content: base64.StdEncoding.EncodeToString(noise[:len(noise)-9000])},
		{Path: "/more", Encoding: "b64", Content: base64.StdEncoding.EncodeToString(noise)},
	}, RunCmd: []cloudinit.Command{cloudinit.Shell("echo a longer line")}}

	packed, err := cloudinit.Render(flat, cloudinit.OpenStackMax)
	if err != nil || len(packed) > 2000 {
		t.Fatalf("%d bytes, %v", len(packed), err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, render(t, flat)) {
		t.Errorf("unpacks to something else: %v", err)
	}
	if again, err := cloudinit.Render(flat, cloudinit.OpenStackMax); err != nil || !bytes.Equal(packed, again) {
		t.Error("packs differently each time")
	}
	_, err = cloudinit.Render(rough, cloudinit.OpenStackMax)
	if err == nil || !strings.Contains(err.Error(), "at most 49149 fit; its largest parts: write_files /more (49148), write_files /noise (37148), runcmd (") {
		t.Errorf("got %v", err)
	}
	if n := base64.StdEncoding.EncodedLen(cloudinit.OpenStackMax); n > 65535 || base64.StdEncoding.EncodedLen(cloudinit.OpenStackMax+1) <= 65535 {
		t.Errorf("the limit is %d characters of base64", n)
	}
}

func TestRenderNamesWhatIsNoText(t *testing.T) {
	t.Parallel()
	_, err := cloudinit.Render(cloudinit.Config{WriteFiles: []cloudinit.File{{Path: "/a", Content: "\xff"}}}, 0)
	if err == nil || !strings.Contains(err.Error(), "encoding b64") {
		t.Errorf("got %v", err)
	}
}
