// Command terraform-provider-davit is davit for Terraform and OpenTofu.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/davit-io/davit/drivers/builtin"
	"github.com/davit-io/davit/provider"
)

// version is set by the linker.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "wait for a debugger, and tell how Terraform finds this process")
	flag.Parse()
	if err := provider.Serve(context.Background(), version, builtin.Table(), *debug); err != nil {
		log.Fatal(err)
	}
}
