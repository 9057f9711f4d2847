// Command faults kills davit after each API call of create and of rm, and cuts the answers of each call, then runs the
// same command again. After create there has to be exactly one of everything a host consists of; after rm nothing. It
// does so on a real OpenStack and on simulated vCenters, writes build/faults.json, and fails when a point did not survive.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

// result is one row of build/faults.json.
type result struct {
	Cloud     string `json:"cloud"`
	Operation string `json:"operation"`
	Fault     string `json:"fault"`
	Pairs     int    `json:"pairs"`    // points tried: a call and the fault after it
	Survived  int    `json:"survived"` // of these: the second run did what the first should have done
	Orphans   int    `json:"orphans"`  // things left after rm, in all
}

func (r *result) add(other result) {
	r.Pairs, r.Survived, r.Orphans = r.Pairs+other.Pairs, r.Survived+other.Survived, r.Orphans+other.Orphans
}

func (r *result) bad() int { return r.Pairs - r.Survived + r.Orphans }

func main() {
	out := flag.String("out", "build/faults.json", "file of the figures")
	cloud := flag.String("cloud", "", "the one cloud to try; empty: each")
	every := flag.Int("every", 1, "try each Nth call alone, for a quick look")
	together := flag.Int("together", 3, "points tried at the same time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *out, *cloud, *every, *together)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, cloud string, every, together int) error {
	chosen, err := choose(cloud)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "davit-faults-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var results []result
	bad := 0
	for _, p := range chosen {
		some, err := (&lab{platform: p, program: "bin/davit", dir: dir, report: report}).run(ctx, every, together)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		for _, r := range some {
			bad += r.bad()
		}
		results = append(results, some...)
	}
	if err := write(out, results); err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%d points did not survive or orphans were left: see above and %s", bad, out)
	}
	return nil
}

func report(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// run tries each fault after the calls of each operation.
func (l *lab) run(ctx context.Context, every, together int) ([]result, error) {
	if l.build != nil {
		if err := l.build(ctx, l.dir); err != nil {
			return nil, err
		}
	}
	var calls map[string][]string
	err := l.on(ctx, false, func(s *site) (err error) {
		calls, err = s.calls(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	var results []result
	for _, fault := range []string{kill, cut, busy} {
		for _, operation := range []string{"create", "rm"} {
			r, err := l.figure(ctx, pointsOf(calls[operation], operation, fault, every), together)
			if err != nil {
				return nil, err
			}
			if r.Pairs == 0 {
				continue
			}
			r.Cloud, r.Operation, r.Fault = l.name, operation, fault
			results = append(results, r)
			l.report("%-9s  %-6s  %-21s %3d points, %3d survived, %d orphans", r.Cloud, r.Operation, r.Fault, r.Pairs, r.Survived, r.Orphans)
		}
	}
	return results, nil
}

func write(out string, results []result) error {
	b, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(b, '\n'), 0o644)
}
