package generic

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/remote"
)

// Options is the generic block of a host document.
type Options struct {
	Address    string   `opt:"address,required" help:"Name or address of the machine" example:"192.0.2.10" change:"replace"`
	SSHPort    int      `opt:"ssh_port" help:"Port of its SSH server" default:"22" min:"1" max:"65535" why:"ports are that many" example:"2222" change:"replace"`
	SSHHostKey string   `opt:"ssh_host_key" help:"The machine's SSH host key, as a line of authorized_keys or as its fingerprint; empty: it is shown, and pinned when you say yes" example:"SHA256:5VuAy8hSKJYc1qsMnhzOtIzAdXZaCVKGPrYMN5V/Cis" change:"replace"`
	Devices    []string `opt:"devices" help:"The machine's disks for the entries of disks, in their order, by stable names" example:"/dev/disk/by-id/virtio-data" change:"replace"`
	Accept     []string `opt:"accept" help:"What the machine has and may keep: engine_data, storage_driver, daemon_json (davit's settings win), disk_data (a filesystem is taken over with its data)" example:"engine_data,disk_data" change:"replace"`

	user, keyFile string // from SetLogin
}

// What accept can name.
const (
	acceptEngineData = "engine_data"
	acceptStorage    = "storage_driver"
	acceptConfig     = "daemon_json"
	acceptDiskData   = "disk_data"
)

// SetLogin implements drivers.NeedsLogin.
func (o *Options) SetLogin(user, keyFile string) { o.user, o.keyFile = user, keyFile }

// Account tells machines and logins apart.
func (o *Options) Account() string {
	return strings.Join([]string{o.login(), o.where(), o.SSHHostKey, o.keyFile}, " ")
}

// Unused lists the options of every host that a machine which is there already has decided.
func (o *Options) Unused() []string {
	return []string{"image", "cpus", "memory_gib", "network", "host_key"}
}

// Needed lists the options of every host that can't be left out: a key that davit makes is in no machine yet.
func (o *Options) Needed() []string { return []string{"ssh_key"} }

// ShownKey implements drivers.PinsKey.
func (o *Options) ShownKey(ctx context.Context) (string, error) {
	if o.SSHHostKey != "" {
		return "", nil
	}
	key, _, err := o.shownKey(ctx, func(ssh.PublicKey) bool { return true })
	if err != nil {
		return "", err
	}
	return remote.AuthorizedKey(key), nil
}

// PinKey implements drivers.PinsKey.
func (o *Options) PinKey(line string) { o.SSHHostKey = line }

// Validate reports what is wrong without asking the machine; paths are relative to the block.
func (o *Options) Validate() error {
	var errs []error
	bad := func(path, format string, args ...any) { errs = append(errs, field.Errorf(path, format, args...)) }
	if strings.ContainsAny(o.Address, " /@[]") {
		bad("address", "%q is no name or address: the user, and the port, are options of their own", o.Address)
	}
	if k := o.SSHHostKey; k != "" && !strings.HasPrefix(k, fingerprint) {
		if _, err := remote.ParseKeys([]string{k}); err != nil {
			bad("ssh_host_key", "%q is neither a line of authorized_keys nor a fingerprint, SHA256:...", k)
		}
	}
	for i, d := range o.Devices {
		if !strings.HasPrefix(d, "/dev/disk/by-") {
			bad(fmt.Sprintf("devices[%d]", i), "%q may name another disk after a restart: name it by a link below /dev/disk/by-id", d)
		}
		if slices.Index(o.Devices, d) < i {
			bad(fmt.Sprintf("devices[%d]", i), "%s is there twice", d)
		}
	}
	known := []string{acceptEngineData, acceptStorage, acceptConfig, acceptDiskData}
	for i, a := range o.Accept {
		if !slices.Contains(known, a) {
			bad(fmt.Sprintf("accept[%d]", i), "%q is not one of %s", a, strings.Join(known, ", "))
		}
	}
	return errors.Join(errs...)
}

const fingerprint = "SHA256:"

func (o *Options) accepts(what string) bool { return slices.Contains(o.Accept, what) }

// login is the user to log in as.
func (o *Options) login() string {
	if o.user != "" {
		return o.user
	}
	return "root"
}

func (o *Options) port() int {
	if o.SSHPort != 0 {
		return o.SSHPort
	}
	return defaultPort
}

const defaultPort = 22

// where is the machine's address with its port.
func (o *Options) where() string { return net.JoinHostPort(o.Address, strconv.Itoa(o.port())) }

// pinned gives the keys that are pinned. A fingerprint is looked for among the keys that the machine shows.
func (o *Options) pinned(ctx context.Context) ([]ssh.PublicKey, error) {
	if o.SSHHostKey != "" && !strings.HasPrefix(o.SSHHostKey, fingerprint) {
		return remote.ParseKeys([]string{o.SSHHostKey})
	}
	key, known, err := o.shownKey(ctx, func(k ssh.PublicKey) bool { return o.SSHHostKey == "" || ssh.FingerprintSHA256(k) == o.SSHHostKey })
	switch {
	case err != nil:
		return nil, err
	case o.SSHHostKey == "":
		return nil, o.unknownKey(key)
	case !known:
		return nil, field.Errorf("generic.ssh_host_key", "%w", &remote.HostKeyError{
			Addr: o.where(), Got: ssh.FingerprintSHA256(key), Pinned: []string{o.SSHHostKey},
		})
	}
	return []ssh.PublicKey{key}, nil
}

func (o *Options) unknownKey(key ssh.PublicKey) error {
	return field.Errorf("generic.ssh_host_key", "the host key of %s is not known; it shows %s %s", o.where(), key.Type(), ssh.FingerprintSHA256(key)).
		WithHint("compare it with what ssh-keygen -lf /etc/ssh/ssh_host_%s_key.pub says on the machine, then: --ssh-host-key %s",
			keyFileType(key.Type()), ssh.FingerprintSHA256(key))
}

// keyFileType is how sshd names the file of a key.
func keyFileType(algorithm string) string {
	switch {
	case algorithm == ssh.KeyAlgoED25519:
		return "ed25519"
	case strings.HasPrefix(algorithm, "ecdsa-"):
		return "ecdsa"
	default:
		return "rsa"
	}
}
