//go:build acc

package acc

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHost is the main job on real parts: an image that has its engine, a Cinder volume for the engine's data, a
// floating IP; looked at from outside and from inside, across a reboot, to a removal that leaves nothing.
func TestHost(t *testing.T) {
	ctx, p := t.Context(), newProgram(t)
	before := listing(ctx, t)
	p.removed("web-1")
	p.run(ctx, "create", "web-1", "--driver", "openstack", "--cloud", "bed", "--image", "debian-12-docker",
		"--network", "private", "--floating-pool", "public", "--flavor", "m1.small", "--disk", "size_gib=2", "--timeout", "15m")
	disk := "/dev/disk/by-id/virtio-" + volumeOf(ctx, t, "web-1")[:20]

	t.Run("engine answers over the pinned connection", func(t *testing.T) { engineAnswers(t, p) })
	t.Run("data root on the volume", func(t *testing.T) { dataOnDisk(t, p, disk) })
	t.Run("MTU", func(t *testing.T) { mtuAsComputed(t, p) })
	t.Run("container", func(t *testing.T) { containerRuns(t, p) })
	t.Run("exit code of ssh", func(t *testing.T) { exitCode(t, p) })
	t.Run("scp", func(t *testing.T) { fileComesBack(t, p) })
	t.Run("another key is refused", func(t *testing.T) { otherKeyRefused(t, p) })
	t.Run("reboot", func(t *testing.T) {
		boot := p.ssh(ctx, "web-1", "cat /proc/sys/kernel/random/boot_id")
		p.run(ctx, "restart", "web-1")
		if p.ssh(ctx, "web-1", "cat /proc/sys/kernel/random/boot_id") == boot {
			t.Fatal("the guest did not reboot")
		}
		dataOnDisk(t, p, disk)
		mtuAsComputed(t, p)
		if got := p.ssh(ctx, "web-1", "sudo docker images -q kept | wc -l"); got != "1" {
			t.Errorf("%s images named kept after the reboot, want 1", got)
		}
	})

	p.run(ctx, "rm", "-y", "web-1")
	sameListing(t, before, listing(ctx, t))
}

// TestInstall makes a host from an image without an engine: the distribution's packages bring it. Its host key is
// injected, as for an image that prints none, and has to be another one after the first contact.
func TestInstall(t *testing.T) {
	ctx, p := t.Context(), newProgram(t)
	before := listing(ctx, t)
	source := filepath.Join(t.TempDir(), "apt.yaml")
	check(t, os.WriteFile(source, aptSource(t), 0o600))
	p.removed("plain-1")
	p.run(ctx, "create", "plain-1", "--driver", "openstack", "--cloud", "bed", "--image", "debian-12",
		"--network", "private", "--floating-pool", "public", "--flavor", "m1.small", "--user-data", "@"+source, "--host-key", "injected", "--timeout", "25m")
	rotated(t, p, "plain-1")
	if got := p.ssh(ctx, "plain-1", "docker version --format '{{.Server.Version}}'"); !strings.HasPrefix(got, "20.10") {
		t.Errorf("engine %q, want Debian 12's 20.10", got)
	}
	p.run(ctx, "rm", "-y", "plain-1")
	sameListing(t, before, listing(ctx, t))
}

// aptSource gives the guest the package source of this machine, read when the test runs.
func aptSource(t *testing.T) []byte {
	t.Helper()
	var text strings.Builder
	text.WriteString("#cloud-config\napt:\n  preserve_sources_list: true\nbootcmd:\n")
	files, err := filepath.Glob("/etc/apt/sources.list.d/*.sources")
	check(t, err)
	lists, err := filepath.Glob("/etc/apt/sources.list*")
	check(t, err)
	for _, name := range append(files, lists...) {
		content, err := os.ReadFile(name)
		if err != nil {
			continue // sources.list.d itself
		}
		fmt.Fprintf(&text, "  - [sh, -c, %q]\n", "cat >"+name+" <<'EOF'\n"+string(content)+"\nEOF\n")
	}
	fmt.Fprintf(&text, "  - [sh, -c, %q]\n", "printf 'Acquire::Check-Valid-Until \"false\";\\nAcquire::Check-Date \"false\";\\n' >/etc/apt/apt.conf.d/90test")
	return []byte(text.String())
}
