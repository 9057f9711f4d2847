//go:build acc

package acc

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// linkMTU is what the bed's tunnelled network carries, 1500 less 50 for VXLAN; the sandbox's is made alike.
const linkMTU = "1450"

// engineAnswers asks from outside with the docker client, through what `davit env` prints.
func engineAnswers(t *testing.T, p program) {
	ctx := t.Context()
	p.run(ctx, "env", "--ssh-config", "install")
	t.Cleanup(func() { p.run(context.WithoutCancel(ctx), "env", "--ssh-config", "remove") })
	env := p.run(ctx, "env", "web-1", "--shell", "sh")
	if !strings.Contains(env, `export DOCKER_HOST="ssh://`) {
		t.Fatalf("env prints %q", env)
	}
	out, text, code := p.exec(ctx, "sh", "-c", env+"\ndocker info --format '{{json .}}'")
	if code != 0 {
		t.Fatalf("docker info: exit %d: %s", code, text)
	}
	var info struct{ Name, DockerRootDir, ServerVersion string }
	check(t, json.Unmarshal([]byte(out), &info))
	if info.Name != "web-1" || info.DockerRootDir != "/var/lib/docker" || info.ServerVersion == "" {
		t.Errorf("docker info says %+v", info)
	}
}

// dataOnDisk wants the engine's data on the disk that a link in the guest names by its identity.
func dataOnDisk(t *testing.T, p program, link string) {
	ctx := t.Context()
	for _, dir := range []string{"/var/lib/docker", "/var/lib/containerd"} {
		got := p.ssh(ctx, "web-1", "readlink -f $(findmnt -n -o SOURCE --target "+dir+" | sed 's/\\[.*//')")
		want := p.ssh(ctx, "web-1", "readlink -f "+link)
		if got != want || !strings.HasPrefix(got, "/dev/") {
			t.Errorf("%s is on %s, want the data disk, %s", dir, got, want)
		}
	}
}

func mtuAsComputed(t *testing.T, p program) {
	ctx := t.Context()
	if got := p.ssh(ctx, "web-1", `sudo docker network inspect bridge -f '{{index .Options "com.docker.network.driver.mtu"}}'`); got != linkMTU {
		t.Errorf("the bridge network has MTU %s, want %s", got, linkMTU)
	}
	if got := p.ssh(ctx, "web-1", "cat /sys/class/net/$(ip -o route get 169.254.169.254 | sed 's/.* dev \\([^ ]*\\).*/\\1/')/mtu"); got != linkMTU {
		t.Errorf("the link has MTU %s, want %s", got, linkMTU)
	}
}

// containerRuns imports an image, as no registry is needed for that, and looks from inside of a container.
func containerRuns(t *testing.T, p program) {
	ctx := t.Context()
	p.ssh(ctx, "web-1", "mkdir -p r/bin && cp $(command -v busybox) r/bin/busybox && ln -sf busybox r/bin/cat && tar -C r -c . | sudo docker import - kept")
	if got := p.ssh(ctx, "web-1", "sudo docker run --rm kept cat /sys/class/net/eth0/mtu"); got != linkMTU {
		t.Errorf("a container's MTU is %s, want %s", got, linkMTU)
	}
	if got := p.ssh(ctx, "web-1", "cat /sys/class/net/docker0/mtu; sudo docker run --rm -d kept busybox sleep 60 >/dev/null; cat /sys/class/net/docker0/mtu"); !strings.HasSuffix(got, linkMTU) {
		t.Errorf("docker0 has MTU %s, want %s with a container on it", got, linkMTU)
	}
}

func exitCode(t *testing.T, p program) {
	if _, text, code := p.try(t.Context(), "ssh", "web-1", "--", "exit 23"); code != 23 {
		t.Errorf("exit code %d, want 23: %s", code, text)
	}
}

// fileComesBack copies a file to the host and back.
func fileComesBack(t *testing.T, p program) {
	ctx, dir := t.Context(), t.TempDir()
	there, back := filepath.Join(dir, "there"), filepath.Join(dir, "back")
	check(t, os.WriteFile(there, []byte("lowered and raised\n"), 0o600))
	p.run(ctx, "scp", there, "web-1:copied")
	p.run(ctx, "scp", "web-1:copied", back)
	if got, err := os.ReadFile(back); err != nil || string(got) != "lowered and raised\n" {
		t.Errorf("the file came back as %q: %v", got, err)
	}
}

// otherKeyRefused puts another key in the place of the pinned one: no connection may come about.
func otherKeyRefused(t *testing.T, p program) {
	home := filepath.Join(p.home, "state")
	var pinned string
	check(t, filepath.WalkDir(home, func(path string, _ os.DirEntry, err error) error {
		if filepath.Base(path) == "known_hosts" {
			pinned = path
		}
		return err
	}))
	if pinned == "" {
		t.Fatal("no known_hosts below " + home)
	}
	good, err := os.ReadFile(pinned)
	check(t, err)
	t.Cleanup(func() { check(t, os.WriteFile(pinned, good, 0o600)) })
	other := filepath.Join(t.TempDir(), "other")
	check(t, exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other).Run())
	key, err := os.ReadFile(other + ".pub")
	check(t, err)
	var lines []string
	for line := range strings.Lines(string(good)) {
		if f := strings.Fields(line); len(f) >= 3 {
			lines = append(lines, f[0]+" "+strings.Join(strings.Fields(string(key))[:2], " "))
		}
	}
	check(t, os.WriteFile(pinned, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	if out, _, code := p.try(t.Context(), "ssh", "web-1", "--", "echo reached"); code == 0 || strings.Contains(out, "reached") {
		t.Errorf("exit code %d and output %q with a key that is not the host's", code, out)
	}
}

// rotated wants a host key that is pinned and that the boot documents, which containers can read, know nothing of.
func rotated(t *testing.T, p program, host string) {
	ctx := t.Context()
	key := strings.Fields(p.ssh(ctx, host, "cat /etc/ssh/ssh_host_ed25519_key.pub"))[1]
	if pinned, err := os.ReadFile(filepath.Join(p.home, "state", "hosts", host, "known_hosts")); err != nil || !strings.Contains(string(pinned), key) {
		t.Errorf("known_hosts has not the host's key: %v", err)
	}
	injected := p.ssh(ctx, host, "sudo grep -c 'ed25519_public:' /var/lib/cloud/instance/user-data.txt; sudo grep -cF '"+key+"' /var/lib/cloud/instance/user-data.txt || true")
	if injected != "1\n0" {
		t.Errorf("user-data: %q lines with an injected key and with the host's key of now, want 1 and 0", injected)
	}
}
