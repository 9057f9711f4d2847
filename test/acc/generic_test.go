//go:build acc

package acc

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/internal/wait"
)

const (
	genericPort = "2298"
	genericDisk = "/dev/disk/by-id/virtio-davit-acc"
)

// there is a guest that plain QEMU booted: a machine of which davit knows nothing.
type there struct {
	program
	dir, fingerprint string
}

func newThere(t *testing.T, image string) there {
	t.Helper()
	ctx := t.Context()
	dir, err := filepath.Abs("../../build/guest/run/web-1")
	check(t, err)
	m := there{program: newProgram(t), dir: dir}
	t.Cleanup(m.off)
	out, text, code := m.exec(ctx, "../guest/boot.sh", "--name", "web-1", "--port", genericPort, "--data-disk", "davit-acc",
		"--host-apt", "--wait", "../../build/guest/"+image+".qcow2")
	if code != 0 {
		t.Fatalf("boot.sh: exit %d: %s%s", code, out, text)
	}
	key, _, _ := m.exec(ctx, "ssh-keygen", "-lf", filepath.Join(dir, "host.pub"))
	m.fingerprint = strings.Fields(key)[1]
	return m
}

func (m there) off() {
	pid, err := os.ReadFile(filepath.Join(m.dir, "pid"))
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_ = exec.CommandContext(ctx, "sh", "-c", "kill $0; while kill -0 $0; do sleep 0.2; done", strings.TrimSpace(string(pid))).Run() // it may have ended by itself
}

// root runs a script on the machine without davit.
func (m there) root(script string) string {
	m.t.Helper()
	cmd := exec.CommandContext(m.t.Context(), "ssh", "-F", filepath.Join(m.dir, "ssh_config"), "guest", "sudo", "sh", "-s")
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.Output()
	if err != nil {
		m.t.Fatalf("%s: %v", script, err)
	}
	return string(out)
}

// arguments take the machine over with its disk.
func (m there) arguments(more ...string) []string {
	return append([]string{
		"create", "web-1", "--driver", "generic", "--address", "127.0.0.1", "--ssh-port", genericPort, "--user", "debian",
		"--ssh-key", filepath.Join(m.dir, "login"), "--disk", "size_gib=2", "--devices", genericDisk, "--mtu", linkMTU, "--timeout", "25m",
	}, more...)
}

// refused wants a plan that davit refuses, with these words.
func (m there) refused(t *testing.T, words []string, args ...string) {
	t.Helper()
	_, text, code := m.on(t).try(t.Context(), append(m.arguments("--dry-run"), args...)...)
	if code == 0 {
		t.Error("it was not refused")
	}
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%q is not in:\n%s", word, text)
		}
	}
}

// everything lists what the machine has: files, the content of its configuration, units, mounts, groups.
const everything = `find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp \) -prune -o \
  \( -type f -printf '%y %m %u:%g %s %p\n' -o -type l -printf '%y %l %p\n' -o -printf '%y %m %u:%g %p\n' \) | sort -k 5
find /etc -xdev -type f -exec sha256sum {} + | sort -k 2
systemctl list-unit-files --no-legend --no-pager
systemctl list-units --type=service,socket --state=active --no-legend --no-pager --plain | cut -d ' ' -f 1
cat /proc/sys/net/ipv4/ip_forward; ls /sys/class/net; id debian
findmnt -rno TARGET,SOURCE | grep -v '^/run\|^/proc\|^/sys\|^/dev'
`

// stays is what docs/generic.md says stays: data, what package managers keep, backups, caches, logs, states of timers and
// of sessions and of checked filesystems, cloud-init's own.
var stays = regexp.MustCompile(`/var/lib/(docker|containerd)/|/var/lib/apt/|/var/cache/|/var/lib/dpkg|/var/log/|/etc/(group|gshadow|passwd|shadow|subuid|subgid)-$|` +
	`/etc/ld.so.cache$|/var/tmp/systemd-private|/var/lib/systemd/|/var/lib/cloud/|/var/lib/logrotate|session-[0-9c]+.scope|user@|user-runtime-dir@|` +
	`apt-daily|dpkg-db-backup|systemd-fsck@|/var/backups/|systemd-tmpfiles-clean`)

func (m there) listing() []string {
	m.t.Helper()
	var out []string
	for line := range strings.Lines(m.root(everything)) {
		if !stays.MatchString(strings.TrimSpace(line)) {
			out = append(out, strings.TrimSpace(line))
		}
	}
	if len(out) < 1000 {
		m.t.Fatalf("only %d lines:\n%s", len(out), strings.Join(out, "\n"))
	}
	return out
}

// TestGeneric takes over a machine that has nothing of Docker's, looks at it from outside and from inside, across a
// reboot, and gives it back as it was.
func TestGeneric(t *testing.T) {
	ctx, m := t.Context(), newThere(t, "debian-12")
	before := m.listing()
	t.Run("unknown host key", func(t *testing.T) {
		m.refused(t, []string{"generic.ssh_host_key", m.fingerprint, "--ssh-host-key " + m.fingerprint})
	})
	t.Run("another host key", func(t *testing.T) {
		m.refused(t, []string{"generic.ssh_host_key", m.fingerprint}, "--ssh-host-key", "SHA256:5VuAy8hSKJYc1qsMnhzOtIzAdXZaCVKGPrYMN5V/Cis")
	})
	t.Run("disk with a signature", func(t *testing.T) {
		m.root("mkfs.ext4 -q -L mine " + genericDisk)
		m.refused(t, []string{"generic.devices[0]", "ext4:mine", "--accept disk_data"}, "--ssh-host-key", m.fingerprint)
		m.root("wipefs -q --all " + genericDisk)
	})
	m.removed("web-1")
	m.run(ctx, m.arguments("--ssh-host-key", m.fingerprint)...)
	t.Run("engine answers over the pinned connection", func(t *testing.T) { engineAnswers(t, m.program) })
	t.Run("data root on the disk", func(t *testing.T) { dataOnDisk(t, m.program, genericDisk) })
	t.Run("container", func(t *testing.T) { containerRuns(t, m.program) })
	t.Run("reboot", func(t *testing.T) {
		m.reboot(t)
		dataOnDisk(t, m.program, genericDisk)
		if got := m.ssh(ctx, "web-1", "docker images -q kept | wc -l"); got != "1" {
			t.Errorf("%s images named kept after the reboot, want 1", got)
		}
	})
	m.ssh(ctx, "web-1", "docker rm -f $(docker ps -aq); rm -rf r")
	m.run(ctx, "rm", "-y", "web-1")
	if diff := cmp.Diff(before, m.listing()); diff != "" {
		t.Errorf("not as before:\n%s", diff)
	}
	if got := m.root("mount " + genericDisk + " /mnt && ls /mnt/docker/image; umount /mnt"); !strings.Contains(got, "overlay2") {
		t.Errorf("the data on the disk are gone: %q", got)
	}
}

// reboot waits for another boot.
func (m there) reboot(t *testing.T) {
	boot := m.ssh(t.Context(), "web-1", "cat /proc/sys/kernel/random/boot_id")
	m.try(t.Context(), "ssh", "web-1", "--", "sudo systemctl reboot")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	err := wait.Poll(ctx, wait.Pace{Min: 5 * time.Second}, func(ctx context.Context) (bool, string, error) {
		out, _, code := m.try(ctx, "ssh", "web-1", "--", "sudo systemctl is-system-running --wait >/dev/null; cat /proc/sys/kernel/random/boot_id")
		now := strings.TrimSpace(out)
		return code == 0 && now != "" && now != boot, "the machine is not back", nil
	})
	check(t, err)
}
