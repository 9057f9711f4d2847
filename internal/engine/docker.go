package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/davit-io/davit/cloudinit"
)

// addDocker, on a machine that boots, closes the gate before the engine, and at the end installs, configures and starts it.
func (in Input) addDocker(c *cloudinit.Config) error {
	mounts := ""
	if in.engineDisk() >= 0 {
		mounts = strings.Join(engineFolders(), " ")
	}
	if !in.Existing {
		c.BootCmd = append(c.BootCmd, cloudinit.Exec("sh", "-c", script("gate.sh"), "gate.sh", mounts))
	}
	if !slices.ContainsFunc(c.WriteFiles, func(f cloudinit.File) bool { return f.Path == path("need.sh") }) {
		install(c, "need.sh")
	}
	install(c, "docker.sh")
	for name, release := range releases() {
		text, err := in.daemon(release)
		if err != nil {
			return err
		}
		c.WriteFiles = append(c.WriteFiles, cloudinit.File{Path: path(name), Permissions: "0644", Content: text})
	}
	slices.SortStableFunc(c.WriteFiles, func(a, b cloudinit.File) int { return strings.Compare(a.Path, b.Path) })
	step(c, "need.sh", "dockerd", "docker.io", "apparmor", "ca-certificates")
	step(c, "need.sh", "docker", "docker-cli") // a package of its own since Debian 13
	if user := in.user(); user != "" && user != "root" {
		step(c, "docker.sh", user)
	} else {
		step(c, "docker.sh")
	}
	return nil
}

// releases are the files from which docker.sh takes the one that the host's Docker understands.
func releases() map[string]int { return map[string]int{"daemon.json": 20, "daemon-24.json": 24} }

// daemon is a daemon.json.
type daemon struct {
	MTU                int                          `json:"mtu,omitempty"`
	DefaultNetworkOpts map[string]map[string]string `json:"default-network-opts,omitempty"`
	RegistryMirrors    []string                     `json:"registry-mirrors,omitempty"`
	InsecureRegistries []string                     `json:"insecure-registries,omitempty"`
	Labels             []string                     `json:"labels,omitempty"`
	LogDriver          string                       `json:"log-driver"`
	LogOpts            map[string]string            `json:"log-opts"`
}

const mtuOption = "com.docker.network.driver.mtu"

// daemon gives the daemon.json for a release of Docker. mtu is of the default bridge only; networks that are made later,
// Swarm's included, get theirs from default-network-opts, which Docker knows since 24. The overlay's value is the
// link's: Docker takes its own overhead off.
func (in Input) daemon(release int) (string, error) {
	e := in.Host.Engine
	d := daemon{
		MTU: in.MTU.Total, RegistryMirrors: e.RegistryMirrors, InsecureRegistries: e.InsecureRegistries,
		LogDriver: "json-file", LogOpts: map[string]string{"max-size": "50m", "max-file": "3"},
	}
	for _, name := range slices.Sorted(maps.Keys(e.Labels)) {
		d.Labels = append(d.Labels, name+"="+e.Labels[name])
	}
	if release >= 24 && in.MTU.Total > 0 {
		opts := map[string]string{mtuOption: strconv.Itoa(in.MTU.Total)}
		d.DefaultNetworkOpts = map[string]map[string]string{"bridge": opts, "overlay": opts}
	}
	all, err := in.over(d)
	if err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(all, "", "  ")
	return string(text) + "\n", err
}
