//go:build unix

package machinetest

import (
	"os"
	"testing"
)

// docker answers what davit asks; its networks have the MTU of its configuration, once it was started with that.
const docker = `#!/bin/sh
case "$*" in
"network inspect"*) sed -n 's/.*"mtu": *\([0-9]*\).*/\1/p' /etc/docker/daemon.json ;;
*DockerRootDir}}*ServerVersion* | *ServerVersion*DockerRootDir*) echo "20.10.24 /var/lib/docker" ;;
*DockerRootDir*) echo /var/lib/docker ;;
*Driver*) echo overlay2 ;;
esac
exit 0
`

// HasDocker gives the machine an engine, with an image and a configuration of the user's.
func (m *Machine) HasDocker(t testing.TB, config string) {
	t.Helper()
	m.Write(t, "standin/docker", docker)
	m.Write(t, "standin/dockerd", "#!/bin/sh\necho 'Docker version 20.10.24+dfsg1, build 297e128'\n")
	for _, name := range []string{"docker", "dockerd"} {
		must(t, os.Chmod(m.Path("standin/"+name), 0o755))
	}
	m.Write(t, "etc/docker/daemon.json", config)
	m.Write(t, "etc/docker/key.json", "{}")
	m.Write(t, "var/lib/docker/image/overlay2/imagedb/content/sha256/abc", "{}")
	for _, unit := range []string{"docker.service", "docker.socket", "containerd.service"} {
		m.Write(t, "etc/systemd/system/"+unit, "")
		m.Write(t, "etc/systemd/system/"+unit+".enabled", "")
	}
}
