// Command bench measures davit beside a raw client that does the least possible, on a real cloud in fake mode: API
// calls per host from create to deleted, wall time, memory. It prints a table and writes build/bench.json.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
)

// row is one line of build/bench.json. A figure that a row has not is 0.
type row struct {
	Name         string  `json:"name"`
	N            int     `json:"n"`
	CallsPerHost float64 `json:"calls_per_host"`
	WallS        float64 `json:"wall_s"`
	RawWallS     float64 `json:"raw_wall_s"`
	PeakRSSMiB   float64 `json:"peak_rss_mib"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	out := flag.String("out", "build/bench.json", "file of the figures")
	sizes := flag.String("n", "1,10,50", "numbers of hosts")
	flag.Parse()
	err := run(ctx, *out, *sizes)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, sizes string) error {
	rows, err := local(ctx)
	if err != nil {
		return err
	}
	show(rows)
	for text := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("-n: %w", err)
		}
		for _, floating := range []bool{true, false} {
			r, err := cloud(ctx, n, floating)
			if err != nil {
				return err
			}
			show([]row{r})
			rows = append(rows, r)
			if err := write(out, rows); err != nil { // what is measured stays, whatever comes next
				return err
			}
		}
	}
	return nil
}

func show(rows []row) {
	for _, r := range rows {
		fmt.Printf("%-16s n=%-5d %6.1f calls per host  %8.3f s  raw %8.3f s  %6.1f MiB\n", r.Name, r.N, r.CallsPerHost, r.WallS, r.RawWallS, r.PeakRSSMiB)
	}
}

func write(out string, rows []row) error {
	b, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(b, '\n'), 0o644)
}
