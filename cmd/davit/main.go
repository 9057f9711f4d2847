// Command davit lowers container hosts onto a cloud.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/davit-io/davit/drivers/builtin"
	"github.com/davit-io/davit/internal/cli"
)

// version is set by the linker.
var version string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	streams := cli.OSStreams()
	streams.Version = version
	os.Exit(cli.Run(ctx, os.Args[1:], streams, builtin.Table()))
}
