package cli

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

// lookLimit bounds how long commands that only look wait for a cloud.
const lookLimit = 10 * time.Second

// stateGone is what ls shows when the platform has no such host any more.
const stateGone drivers.State = "gone"

// hostView is a host as ls, status and create show it.
type hostView struct {
	Name    string        `json:"name"`
	Driver  string        `json:"driver"`
	State   drivers.State `json:"state,omitempty"` // as the platform tells it now; empty: not asked, or there is no server yet
	Fault   string        `json:"fault,omitempty"`
	Address string        `json:"address,omitempty"`
	Engine  string        `json:"engine,omitempty"`
	Phase   string        `json:"phase"`
	Problem string        `json:"problem,omitempty"`
	Created time.Time     `json:"created"`
}

func viewOf(rec *lifecycle.Record) hostView {
	v := hostView{
		Name: rec.Name, Driver: rec.Driver, Phase: string(rec.Phase), Problem: rec.Problem, Created: rec.Created,
	}
	if rec.Spec != nil {
		v.Engine = rec.Spec.Engine.Name
	}
	if at := rec.Dial(); at.IsValid() {
		v.Address = at.Addr().String()
	}
	return v
}

func hostTable(w io.Writer, views []hostView) error {
	rows := make([][]string, len(views))
	for i, v := range views {
		problem, _, _ := strings.Cut(v.Problem, "\n")
		if v.Fault != "" {
			problem = v.Fault
		}
		rows[i] = []string{v.Name, v.Driver, string(v.State), v.Address, v.Engine, v.Phase, clip(problem, 80)}
	}
	return table(w, []string{"NAME", "DRIVER", "STATE", "ADDRESS", "ENGINE", "PHASE", "PROBLEM"}, rows)
}

// live asks the platforms for the state of hosts, all at once: drivers make one list of it. The views of hosts that
// can't be asked stay as they are, and the error says why, once per account.
func (a *app) live(ctx context.Context, recs []*lifecycle.Record, views []hostView) error {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	accounts, err := a.accounts(ctx, recs)
	place := map[string]int{}
	for i, rec := range recs {
		place[rec.Name] = i
	}
	errs := make([][]error, len(accounts))
	var group sync.WaitGroup
	for i, acc := range accounts {
		group.Go(func() {
			for _, status := range (&lifecycle.Runner{Driver: acc.driver}).Status(ctx, acc.recs) {
				errs[i] = append(errs[i], views[place[status.Record.Name]].see(status))
			}
		})
	}
	group.Wait()
	return errors.Join(err, once(slices.Concat(errs...)))
}

// see takes over what the platform tells.
func (v *hostView) see(s lifecycle.Status) error {
	switch {
	case errors.Is(s.Err, drivers.ErrNotFound):
		v.State = stateGone
		return nil
	case s.Err != nil:
		v.State = drivers.StateUnknown
		return s.Err
	}
	v.State, v.Fault = s.Host.State, s.Host.Fault
	if at := s.Host.Dial(); at.IsValid() {
		v.Address = at.String()
	}
	return nil
}
