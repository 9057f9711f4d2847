//go:build acc

package engine_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const packages = "apt-get install --no-install-recommends e2fsprogs xfsprogs lvm2 cryptsetup-bin gdisk fdisk util-linux"

// bed is a disk of the test's own: a loop device on a sparse file, and a folder for everything else. Scripts run in a
// mount namespace with a copy of /etc, so nothing of this machine changes.
type bed struct {
	t    *testing.T
	dir  string
	disk string
}

func newBed(t *testing.T, mib int) *bed {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("loop devices and mounts need root")
	}
	for _, tool := range []string{"mkfs.ext4", "mkfs.xfs", "pvcreate", "cryptsetup", "sgdisk", "sfdisk", "wipefs", "losetup", "unshare"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%s is missing: %s", tool, packages)
		}
	}
	b := &bed{t: t, dir: t.TempDir()}
	b.grow(mib)
	b.disk = strings.TrimSpace(b.must(t.Context(), "losetup --find --show "+b.file()))
	t.Cleanup(func() {
		if out, err := exec.CommandContext(context.Background(), "losetup", "-d", b.disk).CombinedOutput(); err != nil {
			t.Errorf("%s is left: %v %s", b.disk, err, out)
		}
	})
	if err := os.WriteFile(filepath.Join(b.dir, "disk.sh"), []byte(diskScript(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	return b
}

func diskScript(t *testing.T) string {
	t.Helper()
	return file(t, document(t, variants(t)["usual"]), "/var/lib/davit/disk.sh")
}

func (b *bed) file() string { return filepath.Join(b.dir, "file") }

func (b *bed) grow(mib int) {
	b.t.Helper()
	f, err := os.OpenFile(b.file(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := f.Truncate(int64(mib) << 20); err != nil {
		b.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) must(ctx context.Context, script string) string {
	b.t.Helper()
	out, err := b.run(ctx, script)
	if err != nil {
		b.t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return out
}

func (b *bed) run(ctx context.Context, script string) (string, error) {
	cmd := exec.CommandContext(ctx, "sh", "-euc", script)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "DISK="+b.disk, "DIR="+b.dir, "DAVIT_DISK_WAIT=1")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// inGuest runs a script as if the bed were a guest: mounts and /etc are the script's own.
func (b *bed) inGuest(script string) (string, error) {
	b.t.Helper()
	path := filepath.Join(b.dir, "guest.sh")
	text := "mkdir -p etc && cp -a /etc/. etc/ && mount --bind etc /etc && : >/etc/fstab\n" + script
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return b.run(b.t.Context(), "unshare --mount --propagation private sh -eu "+path)
}

// sum tells whether anything on the disk has changed.
func (b *bed) sum() string {
	b.t.Helper()
	b.must(b.t.Context(), "sync; blockdev --flushbufs $DISK")
	data, err := os.ReadFile(b.file())
	if err != nil {
		b.t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))
}

func engineDisk(fs string) string {
	return "sh disk.sh $DISK " + fs + " davit-engine $DIR/davit/data $DIR/lib/docker $DIR/lib/containerd\n"
}

// Whatever a disk carries that was not put there by davit for the same use, the disk stays as it is.
func TestAccDiskWithDataIsLeftAlone(t *testing.T) {
	for _, tc := range []struct{ name, prepare, fs, want string }{
		{"ext4", "mkfs.ext4 -q $DISK", "ext4", "ext4"},
		{"ext4 of a name that begins alike", "mkfs.ext4 -q -L davit-engine2 $DISK", "ext4", "davit-engine2"},
		{"ext4 of davit's for another use", "mkfs.ext4 -q -L davit-data $DISK", "ext4", "davit-data"},
		{"ext4 of davit's when xfs is asked for", "mkfs.ext4 -q -L davit-engine $DISK", "xfs", "davit-engine,ext4"},
		{"xfs", "mkfs.xfs -q $DISK", "ext4", "xfs"},
		{"mbr", "echo ',,83' | sfdisk -q $DISK", "ext4", "dos"},
		{"gpt", "sgdisk -n 1 $DISK", "ext4", "gpt"},
		{"second copy of gpt", "sgdisk -n 1 $DISK; dd if=/dev/zero of=$DISK bs=512 count=34 conv=notrunc,fsync status=none", "ext4", "gpt"},
		{"lvm", "pvcreate -q -y --config \"devices/filter=[\\\"a|^$DISK\\$|\\\",\\\"r|.*|\\\"]\" $DISK", "ext4", "LVM2_member"},
		{"luks", "echo key | cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 $DISK -", "ext4", "crypto_LUKS"},
		{"swap", "mkswap $DISK", "ext4", "swap"},
		{"a filesystem below a partition table", "mkfs.ext4 -q -L davit-engine $DISK; echo ',,83' | sfdisk -q --wipe never $DISK", "ext4", "dos"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			mib := 32
			if strings.Contains(tc.prepare, "mkfs.xfs") {
				mib = 320
			}
			b := newBed(t, mib)
			b.must(t.Context(), tc.prepare)
			before := b.sum()
			out, err := b.inGuest(engineDisk(tc.fs))
			if err == nil || !strings.Contains(out, "carries data and is left alone") || !strings.Contains(out, tc.want) ||
				!strings.Contains(out, "wipefs --all "+b.disk) {
				t.Errorf("%v: %s", err, out)
			}
			if b.sum() != before {
				t.Error("the disk was written to")
			}
		})
	}
}

func TestAccBlankDiskIsFormatted(t *testing.T) {
	for _, fs := range []string{"ext4", "xfs"} {
		t.Run(fs, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, 320)
			out, err := b.inGuest(`
mkdir -p lib/docker/image && echo kept >lib/docker/image/one && chmod 710 lib/docker
echo "UUID=of-an-earlier-life $DIR/davit/data ext4 defaults 0 2" >>/etc/fstab
echo "# a remark" >>/etc/fstab
` + engineDisk(fs) + engineDisk(fs) + `
for place in davit/data lib/docker lib/containerd; do
  test "$(findmnt -nvo SOURCE --mountpoint $DIR/$place)" = $DISK
done
test "$(cat lib/docker/image/one)" = kept && test "$(stat -c %a lib/docker)" = 710
test "$(cat davit/data/docker/image/one)" = kept
echo new >lib/containerd/two
# after a reboot fstab alone must bring it all back
umount lib/docker lib/containerd davit/data
test ! -e lib/containerd/two
mount --all
test "$(cat lib/containerd/two)" = new && test "$(cat lib/docker/image/one)" = kept
cat /etc/fstab
`)
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			_, table, _ := strings.Cut(out, "# a remark")
			if n := strings.Count(table, b.dir+"/davit/data "+fs+" defaults,nofail,"); n != 1 {
				t.Errorf("%d lines for the disk: %s", n, out)
			}
			if n := strings.Count(table, "none bind,nofail,x-systemd.requires-mounts-for="); n != 2 || strings.Contains(out, "UUID=of-an") {
				t.Errorf("%d lines for folders, or the old line has stayed: %s", n, out)
			}
			if !strings.Contains(out, "blank, becomes "+fs) {
				t.Error(out)
			}
		})
	}
}

// A disk of an earlier life keeps its data and grows with its volume.
func TestAccEarlierDiskIsTakenOver(t *testing.T) {
	for _, fs := range []string{"ext4", "xfs"} {
		t.Run(fs, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, 320)
			if out, err := b.inGuest(engineDisk(fs) + "echo precious >lib/docker/volume\n"); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			b.grow(640)
			b.must(t.Context(), "losetup --set-capacity $DISK")
			out, err := b.inGuest(`
mkdir -p lib/docker && echo "of the image" >lib/docker/volume
` + engineDisk(fs) + `
test "$(cat lib/docker/volume)" = precious
test "$(df --output=size -m davit/data | tail -n 1)" -gt 500
`)
			if err != nil || !strings.Contains(out, "holds data of an earlier host, which stay") ||
				!strings.Contains(out, "what the image has there is hidden") {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

func TestAccExtraDisk(t *testing.T) {
	b := newBed(t, 32)
	out, err := b.inGuest(`
sh disk.sh $DISK ext4 davit-data $DIR/srv
test "$(findmnt -nvo SOURCE --mountpoint $DIR/srv)" = $DISK
test "$(blkid -p -s LABEL -o value $DISK)" = davit-data
`)
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestAccDiskFailures(t *testing.T) {
	for _, tc := range []struct{ name, script, want string }{
		{"no such disk", "sh disk.sh /dev/disk/by-id/virtio-none ext4 davit-engine $DIR/data", "there is no such disk"},
		{"no tools", "PATH=/none /bin/sh disk.sh $DISK ext4 davit-engine $DIR/data", "wipefs is missing in this image"},
		{
			"no mkfs.xfs", "mkdir bin; for t in wipefs blkid findmnt; do ln -s $(command -v $t) bin; done; PATH=$DIR/bin /bin/sh disk.sh $DISK xfs davit-engine $DIR/data",
			"mkfs.xfs is missing in this image",
		},
		{"another filesystem", "sh disk.sh $DISK btrfs davit-engine $DIR/data", "ext4 or xfs, not btrfs"},
		{"a place that is taken", "mkdir data; mount -t tmpfs none data; sh disk.sh $DISK ext4 davit-engine $DIR/data", "is mounted already, from none"},
		{"an image with too much", "mkdir -p lib/docker; head -c 64M /dev/zero >lib/docker/big; " + engineDisk("ext4"), "is it too small?"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, 32)
			if out, err := b.inGuest(tc.script); err == nil || !strings.Contains(out, tc.want) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}
