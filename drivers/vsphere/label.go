package vsphere

import (
	"context"
	"slices"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vapi/tags"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

// label gives the machine its tags, its custom attributes and its place in the anti-affinity rule, before it starts:
// the scheduler looks at the rule then. Each says the same again without harm.
func (c *creation) label(ctx context.Context, m machine) error {
	for _, step := range []func(context.Context, machine) error{c.tag, c.attribute, c.group} {
		if err := step(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (c *creation) tag(ctx context.Context, m machine) error {
	if len(c.tags) == 0 {
		return nil
	}
	rest, err := c.s.restSession(ctx)
	if err != nil {
		return err
	}
	return explain(tags.NewManager(rest).AttachMultipleTagsToObject(ctx, c.tags, m.ref), "tag %s", c.spec.Name)
}

func (c *creation) attribute(ctx context.Context, m machine) error {
	for key, value := range c.fields {
		_, err := methods.SetField(ctx, c.s, &types.SetField{This: *c.s.ServiceContent.CustomFieldsManager, Entity: m.ref, Key: key, Value: value})
		if err != nil {
			return explain(err, "set a custom attribute of %s", c.spec.Name)
		}
	}
	return nil
}

func (c *creation) group(ctx context.Context, m machine) error {
	if c.options.AntiAffinity == "" {
		return nil
	}
	return c.regroup(ctx, c.compute.ref, c.options.AntiAffinity, func(members []ref) []ref {
		if slices.Contains(members, m.ref) {
			return members
		}
		return append(slices.Clone(members), m.ref)
	})
}

// regroup changes who is in an anti-affinity rule of a cluster. The rule is made with its first member and removed
// with its last.
func (d *Driver) regroup(ctx context.Context, cluster ref, name string, change func([]ref) []ref) error {
	s, err := d.session(ctx)
	if err != nil {
		return err
	}
	err = d.once.do(ctx, "rules of "+cluster.Value, func() error {
		for try := 1; ; try++ {
			spec, err := s.ruleChange(ctx, cluster, name, change)
			if spec == nil || err != nil {
				return err
			}
			_, err = s.task(ctx, d.pace.grace, func(ctx context.Context) (*object.Task, error) {
				return object.NewComputeResource(s.Client, cluster).Reconfigure(ctx, &types.ClusterConfigSpecEx{RulesSpec: []types.ClusterRuleSpec{*spec}}, true)
			})
			// Another process may have changed the rules since they were read.
			if err == nil || try == tries || ctx.Err() != nil {
				return err
			}
		}
	})
	return explain(err, "change the anti-affinity rule %s", name)
}

// ruleChange is the change of the one rule as the rules are now; nil: nothing changes.
func (s *session) ruleChange(ctx context.Context, cluster ref, name string, change func([]ref) []ref) (*types.ClusterRuleSpec, error) {
	things, err := s.properties(ctx, "ComputeResource", []ref{cluster}, "configurationEx")
	if err != nil || len(things) == 0 {
		return nil, err
	}
	config, _ := things[0].props["configurationEx"].(types.ClusterConfigInfoEx)
	return ruleChange(config.Rule, name, change), nil
}

// ruleChange is the change of the one rule; nil: nothing changes.
func ruleChange(rules []types.BaseClusterRuleInfo, name string, change func([]ref) []ref) *types.ClusterRuleSpec {
	for _, rule := range rules {
		old, ok := rule.(*types.ClusterAntiAffinityRuleSpec)
		if !ok || old.Name != name {
			continue
		}
		members := change(old.Vm)
		switch {
		case slices.Equal(members, old.Vm):
			return nil
		case len(members) == 0:
			return &types.ClusterRuleSpec{ArrayUpdateSpec: types.ArrayUpdateSpec{Operation: types.ArrayUpdateOperationRemove, RemoveKey: old.Key}}
		}
		now := *old
		now.Vm = members
		return &types.ClusterRuleSpec{ArrayUpdateSpec: types.ArrayUpdateSpec{Operation: types.ArrayUpdateOperationEdit}, Info: &now}
	}
	members := change(nil)
	if len(members) == 0 {
		return nil
	}
	return &types.ClusterRuleSpec{
		ArrayUpdateSpec: types.ArrayUpdateSpec{Operation: types.ArrayUpdateOperationAdd},
		Info: &types.ClusterAntiAffinityRuleSpec{
			ClusterRuleInfo: types.ClusterRuleInfo{Name: name, Enabled: new(true), UserCreated: new(true)}, Vm: members,
		},
	}
}
