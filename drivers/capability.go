package drivers

import "context"

// As finds a capability of a driver. Drivers are never wrapped, so a type assertion is enough.
func As[T any](d Driver) (T, bool) {
	c, ok := d.(T)
	return c, ok
}

// Power switches a host. Each method returns when the platform reports the state asked for; a host that is there
// already is no error.
type Power interface {
	Start(ctx context.Context, id string) error
	Stop(ctx context.Context, id string, force bool) error    // force: without asking the guest, where the platform can
	Restart(ctx context.Context, id string, force bool) error // force: as a reset button does
}

// Finder lists what carries an owner, complete even when a create was killed between two calls.
type Finder interface {
	// Find lists the resources of owner in the order in which a create makes them; the empty owner: of every owner
	// of davit's in reach of the credentials.
	Find(ctx context.Context, owner Owner) ([]Found, error)
}

// Found is a resource with the owner it carries.
type Found struct {
	Resource
	Owner Owner `json:"owner"`
}

// Console reads a host's console.
type Console interface {
	// Console gives about the last lines of the console log; lines 0: all that the platform keeps.
	Console(ctx context.Context, id string, lines int) (string, error)
}

// Diagnoser looks for causes when a host can't be reached.
type Diagnoser interface {
	// Diagnose lists the platform's reasons why a TCP port of the host may not answer (a security group, no floating
	// address, a fault), a sentence each. None found: an empty list.
	Diagnose(ctx context.Context, id string, port int) ([]string, error)
}

// Surveyor sees all hosts at once, for those who look at many, one after the other.
type Surveyor interface {
	// Survey reads every host that davit made in reach of the credentials, by id, as Get does.
	Survey(ctx context.Context) (map[string]Host, error)
}

// Marker notes on hosts that they are complete, for those who find one and have no record of it.
type Marker interface {
	// MarkComplete makes Get say that a host is complete, for as long as there is one. Again is no error.
	MarkComplete(ctx context.Context, id string) error
}

// Lister lists what hosts can be made of, as far as the account sees it and in the order of names.
type Lister interface {
	Images(ctx context.Context) ([]Image, error)
	Networks(ctx context.Context) ([]Network, error)
	// Values lists what the option at a path of the host document can name, for example "openstack.key_pair" or
	// "disks.type". ErrUnsupported: the platform has no list for that option.
	Values(ctx context.Context, path string) ([]Value, error)
}

// Flavors lists the sizes of hosts, on platforms that give them names, the smallest first.
type Flavors interface {
	Flavors(ctx context.Context) ([]Flavor, error)
}
