package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrUnverified is the kind of what can be neither confirmed nor denied: a warning, not a failure.
var ErrUnverified = errors.New("could not be verified")

// Check is a command for the host, run as the login user, and what it must say. A command that ends with another exit
// code than 0 fails the check.
type Check struct {
	Name    string // what is checked, for example "the engine answers"
	Command string
	Verify  func(stdout string) error
}

// Checks lists what must hold on a host that has been set up, the engine first.
func Checks(in Input) []Check {
	var all []Check
	docker := in.Host.Engine.Name != none
	if docker {
		all = append(all, answers())
	}
	for i, d := range in.Host.Disks {
		places := []string{d.Mount}
		if d.Mount == "" {
			places = engineFolders()
		}
		all = append(all, onDisk(in.Disks[i].Path, places))
	}
	if docker && in.MTU.Total > 0 {
		all = append(all, daemonMTU(in.MTU.Total), bridgeMTU(in.MTU.Total), way(in.MTU.Total))
	}
	return all
}

func answers() Check {
	return Check{
		Name:    "the engine answers",
		Command: "docker info --format '{{.ServerVersion}} {{.DockerRootDir}}'",
		Verify: func(stdout string) error {
			words := strings.Fields(stdout)
			if len(words) != 2 {
				return fmt.Errorf("docker info says %q instead of a version and a folder", strings.TrimSpace(stdout))
			}
			if root := engineFolders()[0]; words[1] != root {
				return fmt.Errorf("its data is in %s and not in %s: is data-root set elsewhere in the image?", words[1], root)
			}
			return nil
		},
	}
}

// onDisk compares by identity: what the link names now with what is mounted.
func onDisk(link string, places []string) Check {
	var commands []string
	for _, place := range places {
		commands = append(commands, fmt.Sprintf(`echo "%s $(readlink -f %s) $(findmnt --noheadings --nofsroot --output SOURCE --mountpoint %[1]s)"`, place, quote(link)))
	}
	return Check{
		Name:    strings.Join(places, " and ") + " on the disk " + link,
		Command: strings.Join(commands, "; "),
		Verify: func(stdout string) error {
			lines := strings.Split(strings.TrimSpace(stdout), "\n")
			var all []error
			for i, place := range places {
				if i >= len(lines) {
					all = append(all, fmt.Errorf("nothing is said of %s", place))
					continue
				}
				all = append(all, mountedFrom(place, lines[i]))
			}
			return errors.Join(all...)
		},
	}
}

// mountedFrom reads "PLACE DEVICE SOURCE".
func mountedFrom(place, line string) error {
	words := strings.Fields(line)
	switch {
	case len(words) == 2 && words[0] == place:
		return fmt.Errorf("%s is not mounted: it is on the root disk", place)
	case len(words) != 3 || words[0] != place:
		return fmt.Errorf("%q is not what was asked for %s", line, place)
	case words[1] != words[2]:
		return fmt.Errorf("%s is on %s, and the disk is %s", place, words[2], words[1])
	}
	return nil
}

func daemonMTU(total int) Check {
	return Check{
		Name:    "the engine's configuration has the MTU",
		Command: "cat /etc/docker/daemon.json",
		Verify: func(stdout string) error {
			var d daemon
			if err := json.Unmarshal([]byte(stdout), &d); err != nil {
				return fmt.Errorf("daemon.json is malformed: %w", err)
			}
			return sameMTU("daemon.json", d.MTU, total)
		},
	}
}

// bridgeMTU asks the network and not the device docker0: Docker 20.10 leaves that at 1500 and sets the containers' ends.
func bridgeMTU(total int) Check {
	return Check{
		Name:    "the engine's bridge has the MTU",
		Command: "docker network inspect bridge --format '{{index .Options \"" + mtuOption + "\"}}'",
		Verify: func(stdout string) error {
			got, err := strconv.Atoi(strings.TrimSpace(stdout))
			if err != nil {
				return fmt.Errorf("the bridge's MTU is %q", strings.TrimSpace(stdout))
			}
			return sameMTU("the bridge", got, total)
		},
	}
}

func sameMTU(what string, got, want int) error {
	if got != want {
		return fmt.Errorf("%s has an MTU of %d, and %d is right: was it changed by hand?", what, got, want)
	}
	return nil
}
