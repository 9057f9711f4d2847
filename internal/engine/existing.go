package engine

import (
	"encoding/json"
	"strings"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/internal/field"
)

// adopt notes what the engine and its packages change by themselves, and ties the engine to its disk: on a machine that
// was there before no gate holds it back at a boot.
func (in Input) adopt(c *cloudinit.Config) {
	if in.Host.Engine.Name == none {
		return
	}
	install(c, "adopt.sh")
	step(c, "adopt.sh")
	if in.engineDisk() < 0 {
		return
	}
	needs := "[Unit]\nRequiresMountsFor=" + strings.Join(engineFolders(), " ") + "\n"
	for _, unit := range []string{"containerd.service", "docker.service"} {
		c.WriteFiles = append(c.WriteFiles, cloudinit.File{Path: "/etc/systemd/system/" + unit + ".d/davit.conf", Permissions: "0644", Content: needs})
	}
}

// over lays davit's settings over those of the machine's own daemon.json, which keep what davit doesn't set, and its way
// of logging.
func (in Input) over(d daemon) (any, error) {
	if len(in.Config) == 0 {
		return d, nil
	}
	var own, ours map[string]any
	if err := json.Unmarshal(in.Config, &own); err != nil {
		return nil, field.Errorf("engine", "the machine's /etc/docker/daemon.json is malformed: %w", err)
	}
	text, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &ours); err != nil {
		return nil, err
	}
	_, driver := own["log-driver"]
	_, opts := own["log-opts"]
	for key, value := range ours {
		if logs := key == "log-driver" || key == "log-opts"; logs && (driver || opts) {
			continue
		}
		own[key] = value
	}
	return own, nil
}
