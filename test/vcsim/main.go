// Command vcsim serves a simulated vCenter on loopback until it is interrupted, and prints what to export for davit and
// govc.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/davit-io/davit/internal/vcsim"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8989", "address and port")
	tasks := flag.Duration("tasks", 0, "how long each task takes at least")
	input := flag.Bool("with-input", false, "end with the standard input too")
	flag.Parse()
	log.SetOutput(io.Discard) // the simulator logs each disk twice
	if *tasks > 0 {
		vcsim.TasksTake(*tasks)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	if *input {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	err := serve(ctx, *listen)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "vcsim:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, listen string) error {
	v, err := vcsim.Start(ctx, listen)
	if err != nil {
		return err
	}
	defer v.Close()
	for _, variable := range vcsim.Env(v.URL) {
		fmt.Println("export", variable)
	}
	<-ctx.Done()
	return nil
}
