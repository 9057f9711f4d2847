package spec

import (
	"slices"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// Sources are the places a host comes from, the weakest first: defaults, environment, file, flags.
type Sources struct {
	Lookup   func(name string) (string, bool) // environment, for example os.LookupEnv; nil: none
	FileName string                           // for findings
	File     []byte                           // a YAML document; nil: none
	Flags    []Flag                           // in the order given
}

// Flag is a flag as given, with a value for each time: of a list or of blocks they add up, else the last one counts.
type Flag struct {
	Name   string // as Option.Flag, without dashes
	Values []string
}

// Host makes the host. Its driver is the first named by flag, by the file's key or only block, by environment, or else
// the only one that has all flags given. All findings come joined; Validate is the caller's next step.
func (s Sources) Host(table drivers.Table) (*Host, error) {
	doc, err := parseYAML(s.FileName, s.File)
	if err != nil {
		return nil, err
	}
	a := &assigner{file: s.FileName}
	h, err := New(table, "")
	if err != nil {
		return nil, err
	}
	h.Driver = s.driver(table, doc)
	if h.Driver != "" {
		if err := h.choose(table, h.Driver); err != nil {
			a.errs = append(a.errs, s.whereDriver(doc, h.Driver, err))
		}
	}
	s.environment(a, h)
	a.assignDocument(table, doc, h)
	s.flags(a, table, h)
	if len(a.errs) > 0 {
		return nil, a.err()
	}
	return h, nil
}

func (s Sources) driver(table drivers.Table, doc node) string {
	if i := slices.IndexFunc(s.Flags, func(f Flag) bool { return f.Name == "driver" }); i >= 0 {
		return s.Flags[i].last()
	}
	if driver := driverOf(table, doc); driver != "" {
		return driver
	}
	if driver, ok := s.env("DAVIT_DRIVER"); ok {
		return driver
	}
	if able := s.able(table); len(able) == 1 {
		return able[0]
	}
	return ""
}

// Apply sets what flags say, and leaves the rest as it is. All findings come joined; Validate is the caller's next step.
func (h *Host) Apply(table drivers.Table, flags ...Flag) error {
	a := &assigner{}
	Sources{Flags: flags}.flags(a, table, h)
	return a.err()
}

// able lists the drivers that have all flags given.
func (s Sources) able(table drivers.Table) []string {
	options := Options(table)
	lacks := func(driver string) bool {
		return slices.ContainsFunc(s.Flags, func(f Flag) bool {
			return !slices.ContainsFunc(options, func(o Option) bool { return o.Flag == f.Name && (o.Driver == "" || o.Driver == driver) })
		})
	}
	return slices.DeleteFunc(table.Names(), lacks)
}

// whereDriver adds the place in the file to the finding that the driver isn't known.
func (s Sources) whereDriver(doc node, driver string, err error) error {
	for i, key := range doc.keys {
		if key.text == "driver" && doc.values[i].text == driver && doc.values[i].line > 0 {
			return &At{s.FileName, doc.values[i].line, doc.values[i].column, field.All(err)[0]}
		}
	}
	return err
}

func (s Sources) env(name string) (string, bool) {
	if s.Lookup == nil || name == "" {
		return "", false
	}
	v, ok := s.Lookup(name)
	return v, ok && v != ""
}

func (s Sources) environment(a *assigner, h *Host) {
	for _, o := range h.slots() {
		if v, ok := s.env(o.Env); ok && o.Path != "driver" {
			a.from(o.Env, o.replace([]string{v}))
		}
	}
}

func (s Sources) flags(a *assigner, table drivers.Table, h *Host) {
	slots := h.slots()
	for _, f := range s.Flags {
		i := slices.IndexFunc(slots, func(o slot) bool { return o.Flag == f.Name && f.Name != "" })
		switch {
		case f.Name == "driver":
		case i < 0:
			a.errs = append(a.errs, noFlag(table, h.Driver, f.Name))
		default:
			a.from("--"+f.Name, slots[i].replace(f.Values))
		}
	}
}

// noFlag says whose flag it is when it isn't the driver's.
func noFlag(table drivers.Table, driver, name string) error {
	for _, o := range Options(table) {
		if o.Flag == name && o.Driver != "" {
			return field.Errorf("", "--%s is an option of driver %s, and the host's driver is %q", name, o.Driver, driver)
		}
	}
	return field.Errorf("", "no option has the flag --%s", name)
}

// from adds findings with the flag or variable that the value came from.
func (a *assigner) from(source string, err error) {
	for _, f := range field.All(err) {
		a.errs = append(a.errs, &field.Error{Path: f.Path, Err: &origin{f.Err, source}, Next: f.Next})
	}
}

type origin struct {
	error
	source string
}

func (o *origin) Error() string { return o.error.Error() + " (from " + o.source + ")" }
func (o *origin) Unwrap() error { return o.error }

func (f Flag) last() string {
	if len(f.Values) == 0 {
		return ""
	}
	return f.Values[len(f.Values)-1]
}
