package drivers

import (
	"context"
	"slices"
)

// Constructor is a driver's line in the table of drivers.
type Constructor struct {
	Name    string     // as in the host document, for example "openstack"
	Help    string     // one sentence
	Options func() any // a new options block: a pointer to a struct with option tags
	// Open makes the driver from its options block. Drivers log in at their first call, not here, so that a wrong
	// option is found before the network is asked. Hosts whose options name the same account share a driver.
	Open func(ctx context.Context, options any) (Driver, error)
}

// Table is all drivers of a program.
type Table []Constructor

// Find gives the constructor with a name.
func (t Table) Find(name string) (Constructor, bool) {
	i := slices.IndexFunc(t, func(c Constructor) bool { return c.Name == name })
	if i < 0 {
		return Constructor{}, false
	}
	return t[i], true
}

// Names lists the names in the order of the table.
func (t Table) Names() []string {
	names := make([]string, len(t))
	for i, c := range t {
		names[i] = c.Name
	}
	return names
}

// PinsKey is implemented by the options of a driver whose machines are there already. A front end with a user to ask
// shows the key and pins what the user confirms; without one, Resolve's finding tells how to pin it.
type PinsKey interface {
	// ShownKey gives the host key that the machine shows, as a line of authorized_keys, when none is pinned; empty: one is.
	ShownKey(ctx context.Context) (string, error)
	// PinKey pins a key; it becomes part of the options.
	PinKey(line string)
}

// NeedsLogin is implemented by the options of a driver that logs in to its hosts itself. Front ends call it before Open,
// Resolve and Create; what is set is no option of its own and counts for Account.
type NeedsLogin interface {
	// SetLogin names the login user (empty: the driver's choice) and the file with the private key.
	SetLogin(user, keyFile string)
}
