//go:build acc

package acc

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inUse gives the machine an image, settings of its own, and a disk with data.
const inUse = `set -e
mkdir -p /tmp/r/bin /etc/docker
cp "$(command -v busybox)" /tmp/r/bin/busybox
tar -C /tmp/r -c . | docker import - mine
printf '{"dns": ["192.0.2.53"], "log-driver": "local", "mtu": 1400}' >/etc/docker/daemon.json
systemctl restart docker
mkfs.ext4 -q -L mine ` + genericDisk + `
mount ` + genericDisk + ` /mnt
echo 'the user'"'"'s' >/mnt/kept
umount /mnt
rm -rf /tmp/r
`

// TestGenericInUse takes over a machine whose Docker holds data, with a disk that does: only what is accepted, and all
// of it is there afterwards.
func TestGenericInUse(t *testing.T) {
	ctx, m := t.Context(), newThere(t, "debian-12-docker")
	m.root(inUse)
	before := m.listing()
	t.Run("refused", func(t *testing.T) {
		m.refused(t, []string{"1 images", "--accept engine_data", "sets mtu", "--accept daemon_json", "ext4:mine", "--accept disk_data"}, "--ssh-host-key", m.fingerprint)
	})
	m.removed("web-1")
	m.run(ctx, m.arguments("--ssh-host-key", m.fingerprint, "--accept", "engine_data,daemon_json,disk_data")...)
	t.Run("engine answers over the pinned connection", func(t *testing.T) { engineAnswers(t, m.program) })
	t.Run("data root on the disk", func(t *testing.T) { dataOnDisk(t, m.program, genericDisk) })
	if got := m.ssh(ctx, "web-1", "docker images -q mine | wc -l; sudo cat /var/lib/davit/data/kept; cat /etc/docker/daemon.json | tr -d ' \\n'"); !strings.HasPrefix(got, "1\nthe user's\n") ||
		!strings.Contains(got, `"dns":["192.0.2.53"]`) || !strings.Contains(got, `"log-driver":"local"`) || !strings.Contains(got, `"mtu":`+linkMTU) {
		t.Errorf("got %s", got)
	}
	m.run(ctx, "rm", "-y", "web-1")
	if got := m.root("docker images -q mine | wc -l; cat /etc/docker/daemon.json"); got != "1\n"+`{"dns": ["192.0.2.53"], "log-driver": "local", "mtu": 1400}` {
		t.Errorf("afterwards: %s", got)
	}
	if diff := cmp.Diff(before, m.listing()); diff != "" {
		t.Errorf("not as before:\n%s", diff)
	}
}
