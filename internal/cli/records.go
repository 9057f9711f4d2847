package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

// records gives a record for each host: the one of an earlier try, or a new one from the document.
func (c *createRun) records(names []string) ([]*lifecycle.Record, error) {
	host, err := c.host(names)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 && host != nil && host.Name != "" {
		names = []string{host.Name}
	}
	if len(names) == 0 {
		return nil, usagef("davit create web-1", "create needs the name of a host, or several")
	}
	var recs []*lifecycle.Record
	var errs []error
	for _, name := range names {
		rec, err := c.record(name, host)
		recs, errs = append(recs, rec), append(errs, err)
	}
	return recs, once(errs)
}

// host reads the document. It isn't needed, and may be wrong, when nothing is said and all hosts are known.
func (c *createRun) host(names []string) (*spec.Host, error) {
	host, err := c.doc.host()
	if err == nil || c.doc.said() || len(names) == 0 {
		return host, err
	}
	for _, name := range names {
		if _, unknown := c.store.Load(name); unknown != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (c *createRun) record(name string, host *spec.Host) (*lifecycle.Record, error) {
	rec, err := c.store.Load(name)
	switch {
	case err == nil:
		return rec, c.continues(rec, host)
	case !errors.Is(err, drivers.ErrNotFound):
		return nil, err
	}
	host = host.Clone()
	host.Name = name
	if err := host.Validate(c.table); err != nil {
		return nil, err
	}
	return lifecycle.NewRecord(host), nil
}

// continues says whether an earlier try can go on: nothing else is asked of the host now. That it is done already is
// for the lifecycle to say.
func (c *createRun) continues(rec *lifecycle.Record, host *spec.Host) error {
	if err := rec.Spec.Bind(c.table); err != nil {
		return err
	}
	if rec.Complete() || !c.doc.said() {
		return nil
	}
	if differ := c.differences(rec.Spec, host); len(differ) > 0 {
		return usagef(fmt.Sprintf("davit create %s without options continues it; davit rm %s takes it back", rec.Name, rec.Name),
			"%s was begun with other options: %s", rec.Name, strings.Join(differ, ", "))
	}
	return nil
}

func (c *createRun) differences(begun, asked *spec.Host) []string {
	if begun.Driver != asked.Driver {
		return []string{"driver"}
	}
	var paths []string
	for _, o := range spec.OptionsOf(c.table, begun.Driver) {
		was, _ := begun.Get(o.Path)
		is, _ := asked.Get(o.Path)
		if was != is && o.Path != "name" && o.Type != spec.Secret {
			paths = append(paths, o.Path)
		}
	}
	return paths
}

// once joins errors; what is wrong with every host is told once.
func once(errs []error) error {
	var out []error
	seen := map[string]bool{}
	for _, err := range errs {
		for _, e := range field.Split(err) {
			if !seen[e.Error()] {
				seen[e.Error()] = true
				out = append(out, e)
			}
		}
	}
	return errors.Join(out...)
}
