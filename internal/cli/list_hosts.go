package cli

import (
	"context"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

// hostsWanted are the flags of davit hosts.
type hostsWanted struct {
	owner, deployment, name string
	tags                    map[string]string
}

// platformHost is a host as its platform shows it.
type platformHost struct {
	ID      string            `json:"id"`
	Name    string            `json:"name"`
	Owner   drivers.Owner     `json:"owner"`
	State   drivers.State     `json:"state"`
	Address string            `json:"address,omitempty"`
	Tags    map[string]string `json:"tags,omitempty"`
}

func (a *app) hostsCmd() *cobra.Command {
	var want hostsWanted
	cmd := a.listCmd("hosts", "List the hosts of davit's on a platform, whoever has their record", func([]string) listing {
		return listing{[]string{"NAME", "STATE", "ADDRESS", "OWNER", "ID"}, want.read}
	})
	f := cmd.Flags()
	f.StringVar(&want.owner, "owner", "", "only the host of this owner")
	f.StringVar(&want.deployment, "deployment", "", "only hosts that Terraform made for this deployment")
	f.StringVar(&want.name, "name-regex", "", "only hosts whose name matches this regular expression")
	f.StringToStringVar(&want.tags, "tag", nil, "only hosts with this tag: OpenStack's metadata, vSphere's custom attributes (may be given several times)")
	return cmd
}

func (w *hostsWanted) read(ctx context.Context, d drivers.Driver) (all any, rows [][]string, err error) {
	name, err := regexp.Compile(w.name)
	if err != nil {
		return nil, nil, usagef("", "--name-regex: %w", err)
	}
	found, err := (&lifecycle.Runner{Driver: d}).Hosts(ctx, lifecycle.HostsWanted{
		Owner: drivers.Owner(w.owner), Deployment: w.deployment, Name: name, Tags: w.tags,
	})
	views := make([]platformHost, len(found))
	for i, h := range found {
		views[i] = platformHost{ID: h.ID, Name: h.Name, Owner: h.Owner, State: h.State, Tags: h.Tags}
		if at := h.Dial(); at.IsValid() {
			views[i].Address = at.String()
		}
		rows = append(rows, []string{h.Name, string(h.State), views[i].Address, string(h.Owner), h.ID})
	}
	return views, rows, err
}
