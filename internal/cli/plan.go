package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/mtu"
	"github.com/davit-io/davit/internal/remote"
)

// planView is what would be made of a host.
type planView struct {
	Name     string           `json:"name"`
	Driver   string           `json:"driver"`
	Found    []string         `json:"found,omitempty"` // what a machine that is there already is like
	Makes    []string         `json:"makes"`
	Image    namedID          `json:"image"`
	User     string           `json:"user,omitempty"`
	Choices  []drivers.Choice `json:"choices,omitempty"`
	MTU      mtuView          `json:"mtu"`
	UserData string           `json:"user_data"`
}

type namedID struct {
	Name string `json:"name"`
	ID   string `json:"id"`
}

type mtuView struct {
	Bytes    int      `json:"bytes"`
	Sum      string   `json:"sum"`
	Warnings []string `json:"warnings,omitempty"`
}

// plan shows what create would do, and makes nothing: no record, no key.
func (c *createRun) plan(ctx context.Context, recs []*lifecycle.Record) error {
	accounts, err := c.accounts(ctx, recs)
	if err != nil {
		return err
	}
	views := []planView{}
	for _, acc := range accounts {
		runner, key := c.runner(acc.driver, c.progress(namesOf(acc.recs))), &planKey{}
		runner.Signer = key.signer
		plans, err := runner.Plan(ctx, acc.recs)
		if err != nil {
			return err
		}
		for i, p := range plans {
			views = append(views, planOf(acc.recs[i], p, key))
		}
	}
	return c.print(views, func(w io.Writer) error { return planText(w, views) })
}

func planOf(rec *lifecycle.Record, p *lifecycle.Plan, key *planKey) planView {
	return planView{
		Name: rec.Name, Driver: rec.Driver, Found: p.Resolved.Found, Makes: p.Resolved.Makes,
		Image: namedID{p.Resolved.Image.Name, p.Resolved.Image.ID}, User: p.User,
		Choices: p.Choices, MTU: mtuOf(p.MTU), UserData: key.hide(p.Preview),
	}
}

// planKey stands for the keys of hosts that have none before they are made.
type planKey struct{ made remote.KeyPair }

func (k *planKey) signer(rec *lifecycle.Record) (ssh.Signer, error) {
	if rec.KeyFile != "" {
		return remote.ReadSigner(rec.KeyFile)
	}
	var err error
	if k.made.Signer == nil {
		k.made, err = remote.GenerateKey("")
	}
	return k.made.Signer, err
}

// hide shows a key that will never be used as what it stands for, so that the plan of a host is always the same.
func (k *planKey) hide(text string) string {
	if k.made.Public == "" {
		return text
	}
	return strings.ReplaceAll(text, k.made.Public, "ssh-ed25519 (made with the host)")
}

func mtuOf(s mtu.Sum) mtuView {
	v := mtuView{Bytes: s.Total, Sum: s.String(), Warnings: s.Warnings}
	if s.Total == 0 {
		v.Sum = "unknown"
	}
	return v
}

func planText(w io.Writer, plans []planView) error {
	b := &strings.Builder{}
	for i, p := range plans {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(b, "%s on %s would make:\n", p.Name, p.Driver)
		for _, line := range p.Makes {
			fmt.Fprintf(b, "  + %s\n", line)
		}
		for _, line := range p.Found {
			fmt.Fprintf(b, "found: %s\n", line)
		}
		if len(p.Found) == 0 {
			fmt.Fprintf(b, "image: %s (%s)\n", p.Image.Name, p.Image.ID)
		}
		if p.User != "" {
			fmt.Fprintf(b, "login user: %s\n", p.User)
		}
		for _, c := range p.Choices {
			fmt.Fprintf(b, "chosen: %s = %s (%s)\n", c.Path, c.Value, c.Reason)
		}
		fmt.Fprintf(b, "MTU: %s\n", p.MTU.Sum)
		for _, warning := range p.MTU.Warnings {
			fmt.Fprintf(b, "warning: %s\n", warning)
		}
		b.WriteString(userDataText(p, plans[:i]))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// userDataText shows the user-data, or the host that has the same.
func userDataText(p planView, before []planView) string {
	for _, other := range before {
		if other.UserData == p.UserData {
			return "user-data: as that of " + other.Name + "\n"
		}
	}
	return "user-data:\n  " + strings.ReplaceAll(strings.TrimSpace(p.UserData), "\n", "\n  ") + "\n"
}
