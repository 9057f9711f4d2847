// Command faults kills davit after each API call of create and of rm on a real cloud, and cuts the answers of each
// call, then runs the same command again. After create there has to be exactly one server, volume, port and floating IP
// of each host; after rm nothing. It writes build/faults.json and fails when a point did not survive.
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

func main() {
	out := flag.String("out", "build/faults.json", "file of the figures")
	every := flag.Int("every", 1, "try each Nth call alone, for a quick look")
	together := flag.Int("together", 3, "points tried at the same time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *out, *every, *together)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out string, every, together int) error {
	l, err := newLab(ctx)
	if err != nil {
		return err
	}
	defer l.close()
	calls, err := l.dryRun(ctx)
	if err != nil {
		return err
	}
	var results []result
	bad := 0
	for _, f := range []struct{ operation, fault string }{{"create", kill}, {"create", cut}, {"rm", kill}, {"rm", cut}} {
		r := result{Cloud: "openstack", Operation: f.operation, Fault: f.fault}
		points := pointsOf(calls[f.operation], f.operation, f.fault, every)
		for len(points) > 0 {
			n := min(together, len(points))
			if err := l.batch(ctx, points[:n], &r); err != nil {
				return err
			}
			points = points[n:]
		}
		bad += r.Pairs - r.Survived + r.Orphans
		results = append(results, r)
		fmt.Printf("%-7s %-12s %3d points, %3d survived, %d orphans\n", r.Operation, r.Fault, r.Pairs, r.Survived, r.Orphans)
	}
	if err := write(out, results); err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%d points did not survive or orphans were left: see above and %s", bad, out)
	}
	return nil
}

func write(out string, results []result) error {
	b, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(b, '\n'), 0o644)
}
