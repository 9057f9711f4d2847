package provider

import (
	"context"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

// change plans what becomes of a host that is there: for each option what its change costs, and what of the host heals
// besides.
func (p *planning) change(ctx context.Context) error {
	touched := !p.plan.value().Equal(p.prior.value())
	for name := range computedAttributes() {
		p.plan.at[name] = p.prior.at[name]
	}
	if touched {
		if err := p.differ(); err != nil {
			return err
		}
	}
	p.heal()
	if len(p.replace) > 0 {
		p.plan.setUnknown("id", "address", "addresses") // for those who use them
		return nil
	}
	return p.cost(ctx)
}

// differ sorts the changes of options.
func (p *planning) differ() error {
	was, _, err := document(p.table, p.prior)
	if err != nil {
		return err
	}
	for _, c := range lifecycle.Changes(was, p.host) {
		switch {
		case c.Path == "ssh_key":
		case c.Class == lifecycle.Replace:
			p.replaces(c.Path)
		default:
			p.changes[c.Path] = c.Class
		}
	}
	return p.rekey()
}

// rekey looks whether the key to log in with is another one. What is given as a value is another when its version is.
func (p *planning) rekey() error {
	if err := p.key(); err != nil {
		return err
	}
	switch {
	case p.config.unknown("ssh_key"):
		p.plan.setUnknown("authorized_key")
	case !p.config.given("ssh_key") && !p.plan.same(versionAttribute, p.prior):
		p.replaces(versionAttribute)
	case !p.plan.same("authorized_key", p.prior):
		p.replaces("authorized_key")
	}
	return nil
}

// heal plans what brings the host back to what it shall be, whatever the user changed.
func (p *planning) heal() {
	if goal := p.goal(); p.prior.text("phase") != string(goal) && p.prior.text("phase") != string(lifecycle.PhaseReady) {
		p.plan.set("phase", string(goal))
		p.plan.setUnknown("host_keys", "disk_devices", "resources")
		p.plan.setUnknown(decided...)
	}
	switch drivers.State(p.prior.text("state")) {
	case drivers.StateError:
		p.plan.set("state", string(drivers.StateRunning))
		p.replaces("state")
	case drivers.StateStopped, drivers.StatePaused:
		p.changes["state"] = lifecycle.InPlace
		p.plan.set("state", string(drivers.StateRunning))
		p.moves()
	}
	if p.strays() {
		p.changes["engine_mtu"] = lifecycle.EngineRestart
	}
}

// strays says that the network has another MTU than the engine was told.
func (p *planning) strays() bool {
	if _, asked := p.changes["mtu"]; asked || len(p.unknown) > 0 || p.prior.text("phase") != string(lifecycle.PhaseReady) || p.host.Engine.Name == "none" {
		return false
	}
	now := lifecycle.EngineMTU(p.host, p.prior.number("link_mtu"))
	return now != 0 && now != p.prior.number("engine_mtu")
}

// moves: a host that starts may get other addresses.
func (p *planning) moves() { p.plan.setUnknown("address", "addresses", "ssh_port", "docker_host") }

// cost shows the changes with the class of each, and what is decided anew.
func (p *planning) cost(ctx context.Context) error {
	if len(p.changes) == 0 {
		return nil
	}
	p.plan.set("changes", p.changes)
	dearest := p.dearest()
	if dearest == lifecycle.Reboot {
		p.moves()
	}
	if dearest == lifecycle.InPlace {
		return nil
	}
	booted := p.prior.at["user_data_sha256"]
	p.plan.setUnknown(decided...)
	err := p.truth(ctx)
	for _, name := range []string{"image_id", "login_user"} {
		p.plan.at[name] = p.prior.at[name]
	}
	p.plan.at["user_data_sha256"] = booted // it is the document that the host was made with
	return err
}

func (p *planning) dearest() string {
	var all []lifecycle.Change
	for option, class := range p.changes {
		all = append(all, lifecycle.Change{Path: option, Class: class})
	}
	return lifecycle.Dearest(all)
}
