// Package builtin is the one place that knows every driver.
package builtin

import (
	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/generic"
	"github.com/davit-io/davit/drivers/openstack"
	"github.com/davit-io/davit/drivers/vsphere"
)

// Table lists the drivers that davit has. A new driver is a line here.
func Table() drivers.Table {
	return drivers.Table{
		openstack.Constructor(),
		vsphere.Constructor(),
		generic.Constructor(),
	}
}
