package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"golang.org/x/sync/semaphore"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/spec"
)

// session is a provider's configuration, for all its parts. Values that Terraform does not know yet are noted, and
// whoever needs one of them has to wait.
type session struct {
	*pool
	deployment  string
	accounts    map[string]map[string]any // account options, by driver
	given       []string                  // drivers whose block is there
	unknown     []string                  // paths of what is not known yet
	parallelism int64                     // what places has
	places      *semaphore.Weighted       // hosts at work at a time; nil: as many as are asked for
}

func newSession(p *pool, config tftypes.Value) (*session, error) {
	value, unknown := plain(config, "")
	doc, _ := value.(map[string]any)
	s := &session{pool: p, accounts: map[string]map[string]any{}, unknown: unknown}
	s.deployment, _ = doc["deployment"].(string)
	s.deployment = cmp.Or(s.deployment, os.Getenv("DAVIT_DEPLOYMENT"))
	errs := []error{s.parallel(doc["max_parallel"])}
	for _, name := range p.table.Names() {
		block, there := doc[name].(map[string]any)
		if there {
			s.given = append(s.given, name)
		}
		s.accounts[name] = block
		_, err := s.host(name)
		errs = append(errs, err)
	}
	return s, errors.Join(errs...)
}

func (s *session) parallel(value any) error {
	n, ok := value.(json.Number)
	text := cmp.Or(n.String(), os.Getenv("DAVIT_MAX_PARALLEL"))
	if text == "" {
		return nil
	}
	places, err := strconv.Atoi(text)
	if err == nil && places > 0 {
		s.places, s.parallelism = semaphore.NewWeighted(int64(places)), int64(places)
		return nil
	}
	from := "DAVIT_MAX_PARALLEL"
	if ok {
		from = "max_parallel"
	}
	return field.Errorf("max_parallel", "must be a number of hosts from 1, not %q (from %s)", text, from)
}

// host makes a host of a driver that has the account of this configuration and else all defaults.
func (s *session) host(driver string) (*spec.Host, error) {
	h, err := spec.New(s.table, driver)
	if err != nil {
		return nil, err
	}
	return h, s.setAccount(h)
}

// setAccount gives a host the account of this configuration.
func (s *session) setAccount(h *spec.Host) error {
	var errs []error
	for _, o := range accountOptions(s.table, h.Driver) {
		errs = append(errs, h.Set(o.Path, "")) // the default
		if v, ok := os.LookupEnv(o.Env); ok && v != "" {
			errs = append(errs, h.Set(o.Path, v))
		}
		if v, ok := s.accounts[h.Driver][o.Key()]; ok {
			errs = append(errs, h.Set(o.Path, text(v)))
		}
	}
	return errors.Join(errs...)
}

// driverOf is the driver of what names none itself: the one whose block the provider has, or that of the environment.
func (s *session) driverOf(name string) string {
	switch {
	case name != "":
		return name
	case len(s.given) == 1:
		return s.given[0]
	case len(s.given) == 0 && len(s.table) == 1:
		return s.table[0].Name
	}
	return os.Getenv("DAVIT_DRIVER")
}

// known says whether all is known that a use of a driver needs.
func (s *session) known(driver string) bool {
	return !slices.ContainsFunc(s.unknown, func(path string) bool { return within(path, driver) })
}

// driver opens the driver with a name, or the provider's only one, with this configuration's account.
func (s *session) driver(ctx context.Context, name string) (drivers.Driver, error) {
	name = s.driverOf(name)
	h, err := s.host(name)
	if err != nil {
		return nil, err
	}
	a, err := s.open(ctx, h)
	if err != nil {
		return nil, err
	}
	return a.Driver, nil
}
