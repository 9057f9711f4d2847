package lifecycle

import (
	"github.com/google/uuid"

	"github.com/davit-io/davit/drivers"
)

// namespace is that of owners that are derived from names.
var namespace = uuid.MustParse("0f8d3f5e-6c5b-5b7e-9a5c-3f0f6f0c2d41")

// OwnerOf derives the owner of a host from the deployment that it belongs to and its name, for front ends whose records
// may be lost: the same host has the same owner again, and what was made for it is found by it.
func OwnerOf(deployment, name string) drivers.Owner {
	return drivers.Owner(uuid.NewSHA1(namespace, []byte(deployment+"\x00"+name)).String())
}
