package cli

import (
	"context"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

// machineOptions are of a driver that logs in to its hosts itself.
type machineOptions struct {
	Group string `opt:"group" help:"machines that share a login" change:"replace"`

	user, keyFile string
}

func (o *machineOptions) SetLogin(user, keyFile string) { o.user, o.keyFile = user, keyFile }
func (o *machineOptions) Account() string               { return o.Group + " " + o.user + " " + o.keyFile }

// TestDriversLearnTheLogin opens drivers that log in to hosts: each is told by whom before it is opened, and hosts with
// another login have another driver.
func TestDriversLearnTheLogin(t *testing.T) {
	t.Parallel()
	var opened []machineOptions
	table := drivers.Table{{
		Name: "machine", Help: "Machines.", Options: func() any { return new(machineOptions) },
		Open: func(_ context.Context, options any) (drivers.Driver, error) {
			opened = append(opened, *options.(*machineOptions))
			return fake.New().Driver(), nil
		},
	}}
	record := func(asked, resolved, keyFile string) *lifecycle.Record {
		h, err := spec.New(table, "machine")
		if err != nil {
			t.Fatal(err)
		}
		h.Name, h.User, h.SSHKey = "web", asked, keyFile
		rec := lifecycle.NewRecord(h)
		rec.User = resolved
		return rec
	}
	a := appWith(table, nil)
	accounts, err := a.accounts(t.Context(), []*lifecycle.Record{
		record("", "", "/keys/1"), record("ops", "", "/keys/1"), record("", "ops", "/keys/1"), record("ops", "", "/keys/2"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []machineOptions{{"", "", "/keys/1"}, {"", "ops", "/keys/1"}, {"", "ops", "/keys/2"}}
	if len(opened) != len(want) || len(accounts) != len(want) {
		t.Fatalf("opened %+v", opened)
	}
	for i, o := range opened {
		if o != want[i] {
			t.Errorf("opened %+v, want %+v", o, want[i])
		}
	}
	if len(accounts[1].recs) != 2 {
		t.Errorf("%d hosts share the second driver", len(accounts[1].recs))
	}
}
