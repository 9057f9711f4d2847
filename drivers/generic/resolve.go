package generic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// resolved is what Create needs beyond the spec.
type resolved struct{ options *Options }

// Resolve implements drivers.Driver: it inspects every machine, at once and without changing anything.
func (d *Driver) Resolve(ctx context.Context, specs []drivers.Spec) ([]drivers.Resolved, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out, errs := make([]drivers.Resolved, len(specs)), make([]error, len(specs))
	var all sync.WaitGroup
	for i, s := range specs {
		all.Go(func() { out[i], errs[i] = d.resolve(ctx, s) })
	}
	all.Wait()
	if err := errors.Join(append(errs, twice(specs))...); err != nil {
		return nil, errors.Join(err, ctx.Err())
	}
	return out, nil
}

// twice refuses a machine for two hosts.
func twice(specs []drivers.Spec) error {
	for i, s := range specs {
		same := func(other drivers.Spec) bool {
			return other.Owner != s.Owner && optionsOf(other).where() == optionsOf(s).where()
		}
		if j := slices.IndexFunc(specs[:i], same); j >= 0 {
			return field.Errorf("generic.address", "%s is asked for twice, for %s and %s", optionsOf(s).where(), specs[j].Name, s.Name)
		}
	}
	return nil
}

func (d *Driver) resolve(ctx context.Context, s drivers.Spec) (drivers.Resolved, error) {
	o := optionsOf(s)
	if err := field.Under("generic", o.Validate()); err != nil {
		return drivers.Resolved{}, err
	}
	m, err := o.connect(ctx)
	if err != nil {
		return drivers.Resolved{}, err
	}
	defer func() { _ = m.Close() }()
	d.know(o)
	text, err := m.root(ctx, o, "inspect.sh", o.Devices...)
	if err != nil {
		return drivers.Resolved{}, err
	}
	f := parseFacts(text)
	if err := judge(s, o, f); err != nil {
		return drivers.Resolved{}, err
	}
	return plan(s, o, f), nil
}

// plan tells what was found and what will be done.
func plan(s drivers.Spec, o *Options, f facts) drivers.Resolved {
	device, mtu := f.link()
	return drivers.Resolved{
		Spec: s, LinkMTU: mtu, Existing: true, Disks: identities(f), EngineConfig: f.config(),
		Image: drivers.ImageFacts{
			ID: strings.Fields(f.get("system"))[0] + " " + f.get("release"), Name: f.get("name"), Distro: strings.Fields(f.get("system"))[0],
			User: o.login(), Architecture: f.get("architecture"),
		},
		Choices: []drivers.Choice{{Path: "network", Value: device, Reason: "the machine's default route"}},
		Found:   found(f), Makes: makes(s, o, f), Private: resolved{o},
	}
}

func identities(f facts) []drivers.DiskIdentity {
	var out []drivers.DiskIdentity
	for _, d := range f.disks() {
		id := drivers.DiskIdentity{Path: d.device}
		if kind, ours := d.filesystem(); !ours {
			id.Filesystem = kind
		}
		out = append(out, id)
	}
	return out
}

func found(f facts) []string {
	device, mtu := f.link()
	docker := "no Docker"
	if version := f.get("engine"); version != "" {
		docker = "Docker " + version
	}
	if storage := strings.Join(f["storage"], ", "); storage != "" {
		docker += ", storage driver " + storage
	}
	if data := f.data(); data != "" {
		docker += ", with " + data
	}
	out := []string{
		fmt.Sprintf("%s on %s, %s, cgroups version %s", f.get("name"), f.get("architecture"), f.get("init"), f.get("cgroups")),
		docker,
		fmt.Sprintf("%s free below /var/lib; packages by %s", size(f.number("free")), orNone(f.get("packages"))),
		fmt.Sprintf("default route by %s, which carries %d bytes; TCP ports in use: %s", device, mtu, orNone(f.get("ports"))),
	}
	for _, d := range f.disks() {
		out = append(out, fmt.Sprintf("disk %s: %s", d.device, d.text()))
	}
	return out
}

func makes(s drivers.Spec, o *Options, f facts) []string {
	out := []string{"machine " + o.where() + " taken over: every change is noted there first, and davit rm takes it back"}
	for i, d := range f.disks() {
		what := s.Disks[i].Filesystem + " on " + d.device
		if len(d.marks) > 0 {
			what = "the data of " + d.device + ", taken over"
		}
		if s.Disks[i].Mount != "" {
			out = append(out, what+", at "+s.Disks[i].Mount)
			continue
		}
		out = append(out, what+", for the engine's data")
	}
	switch {
	case s.Engine == "":
	case f.get("engine") == "":
		out = append(out, s.Engine+" from the packages of "+f.get("name"))
	default:
		out = append(out, "the configuration of Docker "+f.get("engine")+", which is there already, and its restart")
	}
	return out
}
