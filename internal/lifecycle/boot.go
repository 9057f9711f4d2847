package lifecycle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/remote"
)

// teller is what applies the documents on a host, and tells how far it is.
type teller struct {
	name  string
	state string // a command for the login user
	logs  string // a script for root: what matters after a failure
	next  string // what to do when there will be no verdict
}

func (c *creation) teller() teller {
	if c.plan.Resolved.Existing {
		return teller{"the document's script", scriptState, scriptLogs, goOn(c.rec.Name)}
	}
	return teller{"cloud-init", cloudInitState, cloudInitLogs, "take an image with cloud-init and the platform's data source"}
}

// cloudInitState shows the files in which cloud-init tells how far it is. result.json comes last of all.
const cloudInitState = `command -v cloud-init >/dev/null || echo missing
test ! -e /run/cloud-init/disabled || echo disabled
echo; echo "== status"; cat /run/cloud-init/status.json 2>/dev/null
echo; echo "== result"; cat /run/cloud-init/result.json 2>/dev/null
true`

// cloudInitLogs shows what matters after a failure.
const cloudInitLogs = `cloud-init status --long 2>&1 | tail -n 12
echo "== /var/log/cloud-init.log"
grep -aE 'WARNING|ERROR|CRITICAL|Error:|failed' /var/log/cloud-init.log | tail -n 15
echo "== /var/log/cloud-init-output.log"
tail -n 20 /var/log/cloud-init-output.log
`

// scriptState shows the same of a machine that was there before, see cloudinit.Script. A unit that has ended has told
// its result, unless it was killed; the folder is gone after a restart.
const scriptState = `systemctl --quiet is-active davit.service || test -e /run/davit/result.json || echo ended
echo; echo "== status"; cat /run/davit/status.json 2>/dev/null
echo; echo "== result"; cat /run/davit/result.json 2>/dev/null
true`

const scriptLogs = `tail -n 40 /run/davit/output.log`

// verdict is what cloud-init says of itself.
type verdict struct {
	absent   string // why there will be no verdict: cloud-init is missing or disabled
	done     bool
	stage    string
	errors   []string
	warnings []string
}

// awaitCloudInit waits for cloud-init's own word; that SSH answers says nothing about it.
func (c *creation) awaitCloudInit(ctx context.Context) error {
	by := c.teller()
	c.r.report(c.rec, PhaseBooted, "waiting for %s", by.name)
	v, stage := verdict{}, ""
	err := c.ask(ctx, by.state, "", func(res remote.Result) (bool, string, error) {
		v = parseVerdict(res.Stdout)
		if v.stage != "" && v.stage != stage {
			stage = v.stage
			c.r.report(c.rec, PhaseBooted, "%s: %s", by.name, stage)
		}
		return v.done || v.absent != "", "stage " + v.stage, nil
	})
	switch {
	case err != nil && errors.Is(err, drivers.ErrTimeout):
		return c.explain(ctx, fmt.Errorf("%s is not done: %w", by.name, timeout(c.limits.CloudInit, err)))
	case err != nil:
		return err
	case v.absent != "":
		return &drivers.Error{Kind: drivers.ErrUnsupported, Err: errors.New(v.absent), Next: by.next}
	case len(v.errors) > 0:
		return c.explain(ctx, fmt.Errorf("%s failed in %s", by.name, strings.Join(modules(v.errors), ", ")), v.errors...)
	}
	c.rec.Phase = PhaseBooted
	for _, w := range v.warnings {
		c.warn(by.name + ": " + w)
	}
	return c.r.save(ctx, c.rec)
}

// explain adds the lines of cloud-init's logs, and the console where the host does not answer any more.
func (c *creation) explain(ctx context.Context, err error, causes ...string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), causesLimit)
	defer cancel()
	res, lost := c.run(ctx, rootShell, c.teller().logs)
	if lost != nil {
		return &explained{err, append(causes, c.causes(ctx)...)}
	}
	causes = append(causes, c.teller().name+" says:\n"+lastLines(res.Stdout, 50))
	if errors.Is(err, drivers.ErrTimeout) {
		causes = append(causes, c.reported(ctx)...)
	}
	return &explained{err, causes}
}

// failedModule finds the module in an error like ('scripts-user', RuntimeError('Runparts: 1 failures ...')).
var failedModule = regexp.MustCompile(`^\(?'?([a-z][a-z0-9_-]+)'?,`)

func modules(failures []string) []string {
	var names []string
	for _, f := range failures {
		name := f
		if m := failedModule.FindStringSubmatch(f); m != nil {
			name = "module " + m[1]
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

type (
	cloudInitResult struct {
		V1 *struct {
			Errors []string `json:"errors"`
		} `json:"v1"`
	}
	cloudInitStages struct {
		V1 map[string]json.RawMessage `json:"v1"`
	}
	cloudInitStage struct {
		Recoverable map[string][]string `json:"recoverable_errors"`
	}
)

// parseVerdict reads what cloudInitState shows. A file that is not there yet, or only half, is no verdict.
func parseVerdict(text string) verdict {
	head, rest, _ := strings.Cut(text, "== status")
	status, result, _ := strings.Cut(rest, "== result")
	var v verdict
	switch strings.TrimSpace(head) {
	case "missing":
		v.absent = "the image has no cloud-init"
	case "ended":
		v.absent = "the document's script ended before it was done: the machine was restarted, or the script was killed"
	case "disabled":
		v.absent = "cloud-init disabled itself: it found no data source"
	}
	v.stages(status)
	var r cloudInitResult
	if json.Unmarshal([]byte(result), &r) == nil && r.V1 != nil {
		v.done, v.errors = true, r.V1.Errors
	}
	return v
}

// stages reads the stage that runs, and what went less well in each.
func (v *verdict) stages(status string) {
	var s cloudInitStages
	if json.Unmarshal([]byte(status), &s) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.V1)) {
		if name == "stage" {
			_ = json.Unmarshal(s.V1[name], &v.stage) // null between two stages: it stays empty
			continue
		}
		var stage cloudInitStage
		if json.Unmarshal(s.V1[name], &stage) != nil {
			continue // "datasource" is a text, not a stage
		}
		for _, level := range slices.Sorted(maps.Keys(stage.Recoverable)) {
			if level != "DEPRECATED" {
				v.warnings = append(v.warnings, stage.Recoverable[level]...)
			}
		}
	}
}
