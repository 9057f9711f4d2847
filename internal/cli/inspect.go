package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
)

func (a *app) inspectCmd() *cobra.Command {
	var offline bool
	cmd := &cobra.Command{
		Use:               "inspect NAME",
		Short:             "Show all that is known of a host",
		Args:              oneHost,
		ValidArgsFunction: a.completeHosts(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			recs, err := a.load(args)
			if err != nil {
				return err
			}
			views := []hostView{viewOf(recs[0])}
			if !offline {
				a.report(a.live(cmd.Context(), recs, views))
			}
			return a.print(inspected{recs[0], views[0]}, func(w io.Writer) error { return inspectText(w, recs[0], views[0]) })
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "show the record alone, without asking the platform")
	a.addOutput(cmd)
	return cmd
}

// inspected is a record with what the platform tells now beside its keys.
type inspected struct {
	rec  *lifecycle.Record
	view hostView
}

// MarshalJSON writes the record's object with one more member.
func (i inspected) MarshalJSON() ([]byte, error) {
	rec, err := json.Marshal(i.rec)
	if err != nil {
		return nil, err
	}
	live, err := json.Marshal(map[string]any{"state": i.view.State, "fault": i.view.Fault, "address": i.view.Address})
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `%s,"live":%s}`, strings.TrimSuffix(string(rec), "}"), live), nil
}

func inspectText(w io.Writer, rec *lifecycle.Record, v hostView) error {
	tw := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	line := func(key, value string) {
		if value != "" {
			_, _ = fmt.Fprintf(tw, "%s\t%s\n", key, value)
		}
	}
	line("name", rec.Name)
	line("driver", rec.Driver)
	line("owner", string(rec.Owner))
	line("state", string(v.State))
	line("fault", v.Fault)
	line("phase", v.Phase)
	line("problem", strings.ReplaceAll(v.Problem, "\n", "; "))
	line("address", v.Address)
	line("user", rec.User)
	line("key", rec.KeyFile)
	line("host keys", strings.Join(fingerprints(rec.HostKeys), ", "))
	for _, r := range rec.Resources {
		line(string(r.Kind), strings.TrimSpace(r.ID+" "+r.Name))
	}
	for _, c := range rec.Choices {
		line("chosen", fmt.Sprintf("%s = %s: %s", c.Path, c.Value, c.Reason))
	}
	line("created", rec.Created.Local().Format(time.DateTime))
	return tw.Flush()
}

func fingerprints(lines []string) []string {
	keys, err := remote.ParseKeys(lines)
	if err != nil {
		return nil
	}
	out := make([]string, len(keys))
	for i, key := range keys {
		out[i] = strings.TrimPrefix(key.Type(), "ssh-") + " " + ssh.FingerprintSHA256(key)
	}
	return out
}
