// Command bench measures davit beside a raw client that does the least possible, on a real OpenStack in fake mode and on
// a simulated vCenter: API calls per host from create to deleted, logins of each run of davit, wall time, memory. It
// prints a table and writes build/bench.json.
package main

import (
	"context"
	"encoding/json"
	"errors"
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

	logins []int // of each run of davit
}

// platforms are the clouds there are, in their order.
var platforms = []struct {
	name string
	open func(context.Context) ([]*cloud, error)
}{{"openstack", openBeds}, {"vsphere", openVCenter}}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	out := flag.String("out", "build/bench.json", "file of the figures")
	sizes := flag.String("n", "1,10,50", "numbers of hosts")
	only := flag.String("cloud", "", "the one cloud to measure, openstack or vsphere; empty: both")
	file := flag.String("file", "", "document of the hosts of -session")
	hosts := flag.Int("session", 0, "make and remove so many hosts in this process, and measure nothing")
	flag.Parse()
	b := &bench{out: *out}
	work := func() error { return b.run(ctx, *only, *sizes) }
	if *hosts > 0 {
		work = func() error { return session(ctx, *file, *hosts) }
	}
	err := work()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is what was measured so far.
type bench struct {
	out  string
	rows []row
}

func (b *bench) run(ctx context.Context, only, sizes string) error {
	ns, err := numbers(sizes)
	if err != nil {
		return err
	}
	for _, p := range platforms {
		if only != "" && only != p.name {
			continue
		}
		if err := b.platform(ctx, p.open, ns); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if len(b.rows) == 0 {
		return fmt.Errorf("-cloud %s: there are openstack and vsphere", only)
	}
	return nil
}

func numbers(sizes string) ([]int, error) {
	var ns []int
	for text := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("-n: %w", err)
		}
		ns = append(ns, n)
	}
	return ns, nil
}

func (b *bench) platform(ctx context.Context, open func(context.Context) ([]*cloud, error), ns []int) (err error) {
	clouds, err := open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		for _, c := range clouds {
			err = errors.Join(err, c.close())
		}
	}()
	if len(b.rows) == 0 {
		rows, err := clouds[len(clouds)-1].local(ctx)
		if err := errors.Join(err, b.add(rows...)); err != nil {
			return err
		}
	}
	for _, n := range ns {
		for _, c := range clouds {
			r, err := c.measure(ctx, n)
			if err != nil {
				return err
			}
			if err := b.add(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// add shows what was measured and writes it: it stays, whatever comes next.
func (b *bench) add(rows ...row) error {
	for _, r := range rows {
		fmt.Printf("%-16s n=%-5d %6.1f calls per host  %-5s logins  %8.3f s  raw %8.3f s  %6.1f MiB\n", r.Name, r.N, r.CallsPerHost, sum(r.logins), r.WallS, r.RawWallS, r.PeakRSSMiB)
	}
	b.rows = append(b.rows, rows...)
	text, err := json.MarshalIndent(b.rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(b.out, append(text, '\n'), 0o644)
}

// sum writes numbers as "1" or "1+1".
func sum(ns []int) string { return strings.ReplaceAll(strings.Trim(fmt.Sprint(ns), "[]"), " ", "+") }
