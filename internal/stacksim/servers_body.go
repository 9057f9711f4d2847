package stacksim

import (
	"encoding/json"
	"regexp"
)

// serverBody is what a client may say of a new server.
type serverBody struct {
	Name             string
	Description      string
	Hostname         string
	ImageRef         string
	FlavorRef        string
	Networks         json.RawMessage
	SecurityGroups   []struct{ Name string } `json:"security_groups"`
	UserData         string                  `json:"user_data"`
	AvailabilityZone string                  `json:"availability_zone"`
	KeyName          string                  `json:"key_name"`
	Metadata         map[string]string
	Tags             []string
	ConfigDrive      bool          `json:"config_drive"`
	BlockDevices     []blockDevice `json:"block_device_mapping_v2"`
	MinCount         *int          `json:"min_count"`
	MaxCount         *int          `json:"max_count"`
	DiskConfig       string        `json:"OS-DCF:diskConfig"`
	AdminPass        string
}

type blockDevice struct {
	BootIndex           *int   `json:"boot_index"`
	UUID                string `json:"uuid"`
	SourceType          string `json:"source_type"`
	DestinationType     string `json:"destination_type"`
	DeleteOnTermination bool   `json:"delete_on_termination"`
	VolumeSize          int    `json:"volume_size"`
	VolumeType          string `json:"volume_type"`
	DeviceType          string `json:"device_type"`
	DiskBus             string `json:"disk_bus"`
	Tag                 string
}

func (b blockDevice) boots() bool { return b.BootIndex != nil && *b.BootIndex == 0 }

// nicBody is one wish for a network card.
type nicBody struct {
	UUID    string
	Port    string
	FixedIP string `json:"fixed_ip"`
	Tag     string
}

// since lists the fields that Nova knows only from microversion 2.N on.
func (b serverBody) since() []struct {
	micro int
	field string
	used  bool
} {
	var typed, tagged bool
	for _, d := range b.BlockDevices {
		typed, tagged = typed || d.VolumeType != "", tagged || d.Tag != ""
	}
	return []struct {
		micro int
		field string
		used  bool
	}{
		{19, "description", b.Description != ""},
		{42, "tag", tagged},
		{52, "tags", b.Tags != nil},
		{67, "volume_type", typed},
		{90, "hostname", b.Hostname != ""},
	}
}

var tagForm = regexp.MustCompile(`^[^,/]{1,60}$`)

// checkBody is Nova's schema.
func (c *Cloud) checkBody(l *launch) error {
	for _, f := range l.in.since() {
		if f.used && l.micro < f.micro {
			return bad("Invalid input for field/attribute server. Value: {...}. Additional properties are not allowed ('%s' was unexpected)", f.field)
		}
	}
	if n := len(l.in.Name); n == 0 || n > 255 {
		return bad("Invalid input for field/attribute name. Value: %s. '%s' is too long or too short", l.in.Name, l.in.Name)
	}
	if l.micro >= 37 && l.in.Networks == nil {
		return bad("Invalid input for field/attribute server. Value: {...}. 'networks' is a required property")
	}
	if n := l.in.MaxCount; n != nil && *n != 1 {
		c.problem("stacksim: servers.create: max_count %d: only one server per call is known", *n)
		return bad("max_count %d is not known here", *n)
	}
	return l.in.checkLabels()
}

func (b serverBody) checkLabels() error {
	if len(b.Tags) > 50 {
		return bad("Invalid input for field/attribute tags. Value: %v. %v is too long", b.Tags, b.Tags)
	}
	for i, t := range b.Tags {
		if !tagForm.MatchString(t) {
			return bad("Invalid input for field/attribute %d. Value: %s. '%s' does not match '^[^,/]*$' or is too long", i, t, t)
		}
	}
	for k, v := range b.Metadata {
		if len(k) == 0 || len(k) > 255 || len(v) > 255 {
			return bad("Invalid input for field/attribute %s. Value: %s. '%s' is too long", k, v, v)
		}
	}
	return nil
}

// wishes reads the networks field: "auto", "none", or a list.
func (b serverBody) wishes(micro int, strict func([]byte, any) error) (mode string, nics []nicBody, err error) {
	if b.Networks == nil {
		return "auto", nil, nil
	}
	if json.Unmarshal(b.Networks, &mode) == nil {
		if micro < 37 || mode != "auto" && mode != "none" {
			return "", nil, bad("Invalid input for field/attribute networks. Value: %s. '%s' is not of type 'array'", mode, mode)
		}
		return mode, nil, nil
	}
	if err := strict(b.Networks, &nics); err != nil {
		return "", nil, err
	}
	if len(nics) == 0 {
		return "auto", nil, nil
	}
	return "", nics, nil
}
