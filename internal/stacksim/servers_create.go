package stacksim

import (
	"encoding/base64"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"
)

// server is a Server with what only Nova knows.
type server struct {
	Server
	flavor   *flavor
	nics     []nic
	disks    []disk // volumes that Nova makes itself
	groups   []string
	launched time.Time
	deleting bool
	hostKey  ssh.Signer
	console  *string
}

// nic is a card to plug: into a port that is there, or into a new one.
type nic struct {
	network *network
	port    *port
	fixed   string
}

// launch is a server on its way; every step checks a part of the body and takes what it names.
type launch struct {
	q     *request
	in    serverBody
	micro int
	*server
}

func (c *Cloud) serversCreate(q *request) (reply, error) {
	var in struct {
		Server serverBody
		Hints  map[string]any `json:"os:scheduler_hints"`
	}
	if err := c.decode(q, &in); err != nil {
		return reply{}, err
	}
	b := in.Server
	l := &launch{q: q, in: b, micro: q.micro, server: &server{hostKey: newHostKey(), Server: Server{
		ID: newID(), Name: b.Name, Description: b.Description, Hostname: or(b.Hostname, b.Name), Metadata: b.Metadata, Tags: b.Tags,
		KeyName: b.KeyName, ConfigDrive: b.ConfigDrive, Status: "BUILD", TaskState: "scheduling", Created: time.Now(),
	}}}
	for _, step := range []func(*launch) error{
		c.checkBody, c.takeUserData, c.takeFlavor, c.takeImage, c.takeKey, c.checkZone, c.takeGroups, c.takeNetworks, c.takeDisks, c.checkQuota,
	} {
		if err := step(l); err != nil {
			return reply{}, err
		}
	}
	c.begins(l)
	return accepted(obj{"server": obj{
		"id": l.ID, "links": list{obj{"rel": "self", "href": c.base + "/compute/v2.1/servers/" + l.ID}},
		"OS-DCF:diskConfig": "MANUAL", "security_groups": l.groupNames(), "adminPass": "sim",
	}})
}

func (c *Cloud) takeUserData(l *launch) error {
	text := l.in.UserData
	if len(text) > 65535 {
		return bad("Invalid input for field/attribute user_data. Value: %s. '%s' is too long", text, text)
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return bad("Invalid input for field/attribute user_data. Value: %s. '%s' is not a 'base64'", text, text)
	}
	l.UserData = raw
	return nil
}

func (c *Cloud) takeFlavor(l *launch) error {
	l.flavor = find(c.flavors, func(f *flavor) bool { return f.id == l.in.FlavorRef })
	if l.flavor == nil {
		return bad("Flavor %s could not be found.", l.in.FlavorRef)
	}
	l.FlavorID = l.flavor.id
	return nil
}

func (c *Cloud) takeImage(l *launch) error {
	if l.in.ImageRef == "" {
		return nil
	}
	im := find(c.images, func(i *image) bool { return i.id == l.in.ImageRef })
	switch {
	case im == nil:
		return bad("Can not find requested image")
	case im.status != "active":
		return bad("Image %s is unacceptable: Image is not active.", im.id)
	case l.flavor.ram < im.minRAM:
		return bad("Flavor's memory is too small for requested image.")
	case l.flavor.disk < im.minDisk && l.flavor.disk > 0:
		return bad("Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is %d bytes, minimum size is %d bytes.",
			l.flavor.disk*gib, im.minDisk*gib)
	}
	l.ImageID = im.id
	return nil
}

func (c *Cloud) takeKey(l *launch) error {
	if l.in.KeyName != "" && c.keypair(l.in.KeyName) == nil {
		return bad("Invalid key_name provided.")
	}
	return nil
}

func (c *Cloud) checkZone(l *launch) error {
	if z := l.in.AvailabilityZone; z != "" && !slices.Contains(zones, z) {
		return bad("The requested availability zone is not available")
	}
	return nil
}

func (c *Cloud) takeGroups(l *launch) error {
	names := []string{}
	for _, g := range l.in.SecurityGroups {
		names = append(names, g.Name)
	}
	if len(names) == 0 {
		names = []string{"default"}
	}
	for _, name := range names {
		g := find(c.groups, func(g *securityGroup) bool { return g.name == name || g.id == name })
		if g == nil {
			return bad("Security group %s not found for project %s.", name, projectID)
		}
		l.groups, l.SecurityGroups = append(l.groups, g.id), append(l.SecurityGroups, g.name)
	}
	return nil
}

func (c *Cloud) checkQuota(l *launch) error {
	used, max := c.computeUsed(), c.o.Quota
	for _, q := range []struct {
		name             string
		asks, used, most int
	}{
		{"instances", 1, used.Instances, max.Instances},
		{"cores", l.flavor.cpus, used.Cores, max.Cores},
		{"ram", l.flavor.ram, used.RAMMiB, max.RAMMiB},
	} {
		if q.used+q.asks > q.most {
			return forbidden("Quota exceeded for %s: Requested %d, but already used %d of %d %s", q.name, q.asks, q.used, q.most, q.name)
		}
	}
	return nil
}
