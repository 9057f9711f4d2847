package drivers

import "reflect"

// Capability is something that a driver may be able to do beyond the contract.
type Capability struct {
	Name string            // of its interface, for example "Power"
	Help string            // what it is good for, as in "davit can ..."
	In   func(Driver) bool // says whether a driver has it
}

// Capabilities lists all that there are.
func Capabilities() []Capability {
	return []Capability{
		capability[Power]("start, stop and restart hosts"),
		capability[Finder]("find what carries an owner, also what no record knows"),
		capability[Surveyor]("look at all hosts with one list"),
		capability[Marker]("note on hosts that they are complete"),
		capability[Console]("read the console"),
		capability[Reporter]("read what a guest reports of itself: host keys, phase, verdict"),
		capability[Diagnoser]("look for causes when a host can't be reached"),
		capability[Lister]("list images, networks and what options can name"),
		capability[Flavors]("list the sizes that the platform has names for"),
		capability[Closer]("log out in the end"),
	}
}

func capability[T any](help string) Capability {
	return Capability{
		Name: reflect.TypeFor[T]().Name(), Help: help,
		In: func(d Driver) bool {
			_, ok := As[T](d)
			return ok
		},
	}
}
