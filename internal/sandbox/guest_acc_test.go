//go:build acc

package sandbox_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/sandbox"
	"github.com/davit-io/davit/internal/wait"
)

// guestLimit is for a guest under emulation on a busy machine.
const guestLimit = 10 * time.Minute

func guestImage(t *testing.T) string {
	t.Helper()
	image := os.Getenv("DAVIT_GUEST_IMAGE")
	if image == "" {
		image = "../../build/guest/debian-12-docker.qcow2"
	}
	abs, err := filepath.Abs(image)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(abs); err != nil {
		t.Fatalf("no guest image, which test/guest/build.sh makes: %v", err)
	}
	return abs
}

// userData lets key in as ops, and tells the host key by guestinfo once cloud-init is done.
func userData(key ssh.PublicKey) map[string]string {
	doc := "#cloud-config\nusers:\n- name: ops\n  shell: /bin/bash\n  sudo: ALL=(ALL) NOPASSWD:ALL\n  ssh_authorized_keys:\n  - " +
		strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) +
		"\nruncmd:\n- vmware-rpctool \"info-set guestinfo.test.hostkey $(cat /etc/ssh/ssh_host_ed25519_key.pub)\"\n"
	return map[string]string{
		"guestinfo.userdata": base64.StdEncoding.EncodeToString([]byte(doc)), "guestinfo.userdata.encoding": "base64",
		"guestinfo.metadata": "instance-id: test-" + uuid.NewString() + "\nlocal-hostname: davit-1\n",
	}
}

func newSigner(t *testing.T) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// reach waits for the guest's address and its key, both told by the guest through the vCenter, and connects.
func reach(t *testing.T, vm *object.VirtualMachine, signer ssh.Signer) (*remote.Conn, netip.Addr) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), guestLimit)
	defer cancel()
	start := time.Now()
	var address netip.Addr
	var key ssh.PublicKey
	err := wait.Poll(ctx, wait.Pace{Min: time.Second}, func(context.Context) (bool, string, error) {
		now := look(t, vm)
		addr, err := netip.ParseAddr(now.Guest.IpAddress)
		if err == nil && addr != address {
			t.Logf("%s: address %s after %s", now.Config.Name, addr, time.Since(start).Round(time.Second))
			address = addr
		}
		text := extra(now, "guestinfo.test.hostkey")
		if text == "" || err != nil {
			return false, "address " + now.Guest.IpAddress, nil //nolint:nilerr // not yet
		}
		key, _, _, _, err = ssh.ParseAuthorizedKey([]byte(text))
		return err == nil, "", err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("key after %s", time.Since(start).Round(time.Second))
	conn, err := remote.Dial(ctx, remote.Target{Addr: netip.AddrPortFrom(address, 22), User: "ops", Signer: signer, HostKeys: []ssh.PublicKey{key}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn, address
}

func says(t *testing.T, conn *remote.Conn, command, want string) {
	t.Helper()
	got, err := conn.Run(t.Context(), command, nil)
	if err != nil || !strings.Contains(got.Stdout, want) {
		t.Errorf("%s: %q, %q, %v; want %q", command, got.Stdout, got.Stderr, err, want)
	}
}

// TestGuest is a real guest from the clone to its end, and two of them on one network.
func TestGuest(t *testing.T) {
	o := sandbox.Options{Dir: filepath.Join(t.TempDir(), "sandbox"), Images: []string{guestImage(t)}, MTU: 1450, Command: options(t).Command}
	s := up(t, o)
	c, signer, id := login(t, s), newSigner(t), uuid.NewString()
	first := clone(t, c, "davit-1", spec{on: true, disk: 1 << 30, id: id, info: userData(signer.PublicKey())})
	second := clone(t, c, "davit-2", spec{on: true, info: userData(signer.PublicKey())})
	process := machinePID(t, o.Dir, first.Reference().Value)
	conn, _ := reach(t, first, signer)
	_, other := reach(t, second, signer)

	disk := "/dev/disk/by-id/wwn-0x" + strings.ReplaceAll(id, "-", "")
	says(t, conn, "cloud-init status --wait", "status: done")
	says(t, conn, "cloud-id", "vmware")
	says(t, conn, "lsblk -bdno SIZE "+disk, "1073741824")
	says(t, conn, "cat /sys/class/net/eth0/mtu", "1450")
	says(t, conn, "ping -c 2 -W 10 "+other.String(), "2 received")

	t.Run("shutdown", func(t *testing.T) { shutdown(t, first) })
	off(t, second)
	for _, vm := range []*object.VirtualMachine{first, second} {
		destroy(t, vm)
	}
	gone(t, process)
	nothingLeft(t, o.Dir, "davit-1", "davit-2")
}

func shutdown(t *testing.T, vm *object.VirtualMachine) {
	if err := vm.ShutdownGuest(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), guestLimit)
	defer cancel()
	if err := vm.WaitForPowerState(ctx, types.VirtualMachinePowerStatePoweredOff); err != nil {
		t.Error(err)
	}
	if now := look(t, vm); now.Guest.IpAddress != "" || extra(now, "guestinfo.test.hostkey") != "" {
		t.Errorf("the vCenter still tells of the guest: %q, %q", now.Guest.IpAddress, extra(now, "guestinfo.test.hostkey"))
	}
}
