package spec

import (
	"encoding/json"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// raw is a driver's block as a record holds it, before Bind.
type raw json.RawMessage

// MarshalJSON writes the block as it was read.
func (r raw) MarshalJSON() ([]byte, error) { return r, nil }

// MarshalJSON writes the host for a record, with the keys of the YAML document. Secrets are left out.
func (h *Host) MarshalJSON() ([]byte, error) { return json.Marshal(h.object(true)) }

// UnmarshalJSON reads what MarshalJSON wrote. The driver's block stays raw until Bind, since only the table of drivers
// knows its options; so listing records needs no driver. It is strict as Decode is.
func (h *Host) UnmarshalJSON(b []byte) error {
	n, err := parseJSON(b)
	if err != nil {
		return err
	}
	fresh, err := New(nil, "")
	if err != nil {
		return err
	}
	driver := driverOf(nil, n)
	block := n.take(driver)
	a := &assigner{}
	a.document(n, "", fresh.slots())
	if len(a.errs) > 0 {
		return a.err()
	}
	if fresh.Options, err = rawBlock(b, driver, block); err != nil {
		return err
	}
	*h = *fresh
	return nil
}

// rawBlock is the text of the driver's block, an empty one when the record has none; nil without a driver.
func rawBlock(b []byte, driver string, block *node) (any, error) {
	switch {
	case driver == "":
		return nil, nil
	case block == nil:
		return raw("{}"), nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, err
	}
	return raw(all[driver]), nil
}

// Bind makes the driver's block of a host that was read from a record. A host that is bound already stays as it is.
// A driver that the table doesn't have, and options that the driver doesn't have, are findings.
func (h *Host) Bind(table drivers.Table) error {
	block, ok := h.Options.(raw)
	if !ok {
		return nil
	}
	n, err := parseJSON(block)
	if err != nil {
		return field.Under(h.Driver, err)
	}
	bound := *h
	if err := bound.choose(table, h.Driver); err != nil {
		return err
	}
	a := &assigner{}
	a.document(n, h.Driver+".", bound.slots())
	if len(a.errs) > 0 {
		return a.err()
	}
	h.Options = bound.Options
	return nil
}

// FromJSON reads a host from JSON as strictly as Decode reads YAML, secrets included. All findings come joined, each
// with the path of its option, beside the host as far as it could be read. What the whole document must hold is for
// Validate to say.
func FromJSON(table drivers.Table, b []byte) (*Host, error) {
	n, err := parseJSON(b)
	if err != nil {
		return nil, err
	}
	h, err := New(table, driverOf(table, n))
	if err != nil {
		return nil, err
	}
	a := &assigner{}
	a.assignDocument(table, n, h)
	return h, a.err()
}
