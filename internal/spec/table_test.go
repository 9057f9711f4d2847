package spec_test

import (
	"errors"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/spec"
)

// stackOptions has an option of every type.
type stackOptions struct {
	Cloud   string            `opt:"cloud" help:"Entry of clouds.yaml." default:"main" example:"test" change:"replace"`
	Flavor  string            `opt:"flavor" help:"Flavor, by name." example:"m1.small" change:"replace"`
	Groups  []string          `opt:"security_groups" help:"Security groups." example:"web,ssh" change:"in place"`
	Drive   bool              `opt:"config_drive" help:"Boot from a config drive." default:"true" example:"false" change:"replace"`
	Token   field.Secret      `opt:"token" help:"Token." example:"abc" change:"in place"`
	Meta    map[string]string `opt:"metadata" help:"Metadata." example:"a=1,b=2" change:"in place"`
	Retries int               `opt:"retries" help:"Tries." min:"1" max:"5" why:"more anger the cloud" default:"3" example:"2" change:"in place"`
	Ports   []stackPort       `opt:"ports" help:"More ports." example:"network=a,speed=10" change:"replace"`
	Retry   stackRetry        `opt:"retry"`
}

type stackPort struct {
	Network string `opt:"network,required" help:"Network." example:"a" change:"replace"`
	Speed   int    `opt:"speed" help:"Speed." unit:"Gbit/s" min:"1" default:"1" example:"10" change:"replace"`
}

type stackRetry struct {
	Pause int `opt:"pause" help:"Pause." unit:"s" example:"5" change:"in place"`
}

var errFlavor = errors.New("no flavor is called bad")

func (o *stackOptions) Validate() error {
	if o.Flavor == "bad" {
		return field.Errorf("flavor", "%w", errFlavor)
	}
	return nil
}

// bareOptions is of a driver that has no images.
type bareOptions struct {
	Address string `opt:"address,required" help:"Address of the machine." example:"192.0.2.1" change:"replace"`
	Cloud   string `opt:"cloud" help:"Entry of clouds.yaml." default:"main" example:"test" change:"replace"`
}

func (*bareOptions) Unused() []string { return []string{"image", "host_key"} }

func table() drivers.Table {
	return drivers.Table{
		{Name: "stack", Help: "A cloud.", Options: func() any { return &stackOptions{} }},
		{Name: "bare", Help: "A machine.", Options: func() any { return &bareOptions{} }},
	}
}

func newHost(t *testing.T, driver string) *spec.Host {
	t.Helper()
	h, err := spec.New(table(), driver)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// same fails unless the findings of err read as want.
func same(t *testing.T, err error, want ...string) {
	t.Helper()
	got := texts(err)
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("finding %d is missing: %s", i, want[i])
		case i >= len(want):
			t.Errorf("finding %d is too much: %s", i, got[i])
		case got[i] != want[i]:
			t.Errorf("finding %d:\n got %s\nwant %s", i, got[i], want[i])
		}
	}
}

// texts lists the errors joined in err.
func texts(err error) []string {
	if err == nil {
		return nil
	}
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []string{err.Error()}
	}
	var all []string
	for _, e := range many.Unwrap() {
		all = append(all, texts(e)...)
	}
	return all
}
