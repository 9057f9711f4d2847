// Command govc is govmomi's own, with the commands that the tests call: they are a library there.
package main

import (
	"os"

	"github.com/vmware/govmomi/cli"
	_ "github.com/vmware/govmomi/cli/object" // ls, object.destroy
	_ "github.com/vmware/govmomi/cli/vm"     // vm.info, vm.clone, vm.power, vm.destroy
)

func main() { os.Exit(cli.Run(os.Args[1:])) }
