// Package engine turns what a user asks of a host's inside into a boot document and into checks: the container engine,
// the disks it lives on, the MTU of its networks. The package is pure; what has to be decided in the guest is decided by
// the scripts in scripts/.
package engine

import (
	"embed"
	"errors"
	"fmt"
	"strings"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/mtu"
	"github.com/davit-io/davit/internal/spec"
)

// Input is what a boot document is made from.
type Input struct {
	Host  *spec.Host
	Disks []drivers.DiskIdentity // of Host.Disks, in their order
	MTU   mtu.Sum                // of the engine's networks; a Total of 0 leaves the engine's default
	User  string                 // login user; empty: the image's
	Image drivers.ImageFacts
	// Reports says that the platform reads what a guest tells of itself through VMware's tools (drivers.Reporter).
	Reports bool
	// Existing says that the machine was there before: the document is applied to it with a journal (cloudinit.Script).
	Existing bool
	Config   []byte // the daemon.json that it has; nil: none
}

// folder is where everything of davit's is in the guest.
const folder = "/var/lib/davit"

// none is the engine that is no engine.
const none = "none"

//go:embed scripts/*.sh
var scripts embed.FS

// CloudConfig is the boot document that puts the disks in place and then the engine on them. A step that fails ends the
// document's commands, so that cloud-init's own verdict is an error and its log names the cause. Findings come with
// the path of their option.
func CloudConfig(in Input) (cloudinit.Config, error) {
	if err := in.check(); err != nil {
		return cloudinit.Config{}, err
	}
	c := cloudinit.Config{}
	if in.Existing {
		in.adopt(&c)
	} else {
		yes := true
		c.SSH = &cloudinit.SSH{EmitKeysToConsole: &yes}
		in.addReports(&c)
		in.showHostKeys(&c)
	}
	in.addDisks(&c)
	if in.Host.Engine.Name == none {
		return c, nil
	}
	return c, in.addDocker(&c)
}

func (in Input) check() error {
	if len(in.Disks) != len(in.Host.Disks) {
		return field.Errorf("disks", "%d are asked for, and %d have an identity in the guest", len(in.Host.Disks), len(in.Disks))
	}
	var all []error
	for i, d := range in.Host.Disks {
		if d.Mount == folder || strings.HasPrefix(d.Mount, folder+"/") {
			all = append(all, field.Errorf(fmt.Sprintf("disks[%d].mount", i), "%s is davit's own", d.Mount))
		}
	}
	return errors.Join(all...)
}

// showHostKeys prints the host's keys early, unless they are known already or told otherwise.
func (in Input) showHostKeys(c *cloudinit.Config) {
	if in.Host.HostKey == "injected" || in.Reports {
		return
	}
	c.BootCmd = append(c.BootCmd, cloudinit.Exec("systemd-run", "--quiet", "--no-block", "--collect", "--unit=davit-host-keys",
		"--property=After=cloud-init.service", "--property=After=cloud-init-network.service", "/bin/sh", path("hostkeys.sh")))
	install(c, "hostkeys.sh")
}

func (in Input) user() string {
	if in.User != "" {
		return in.User
	}
	return in.Image.User
}

func path(name string) string { return folder + "/" + name }

// script gives a script's text; a name that doesn't exist is a mistake of this package's.
func script(name string) string {
	text, err := scripts.ReadFile("scripts/" + name)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func install(c *cloudinit.Config, names ...string) {
	for _, name := range names {
		c.WriteFiles = append(c.WriteFiles, cloudinit.File{Path: path(name), Permissions: "0644", Content: script(name)})
	}
}

// step runs a script, and ends the boot document's commands when it fails.
func step(c *cloudinit.Config, name string, args ...string) {
	words := []string{"sh", path(name)}
	for _, arg := range args {
		words = append(words, quote(arg))
	}
	c.RunCmd = append(c.RunCmd, cloudinit.Shell(strings.Join(words, " ")+" || exit 1"))
}

// quote protects an argument from the shell.
func quote(arg string) string {
	if arg != "" && strings.Trim(arg, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == "" {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
