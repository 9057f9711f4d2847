package vsphere

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

// What cloud-init's DataSourceVMware reads.
const (
	userdataKey = "guestinfo.userdata"
	metadataKey = "guestinfo.metadata"
)

// packed is a document as two entries of extraConfig. One that is compressed already stays as it is.
func packed(key string, document []byte) []types.BaseOptionValue {
	if !bytes.HasPrefix(document, []byte{0x1f, 0x8b}) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(document) // a bytes.Buffer takes everything
		_ = z.Close()
		document = b.Bytes()
	}
	return []types.BaseOptionValue{
		&types.OptionValue{Key: key, Value: base64.StdEncoding.EncodeToString(document)},
		&types.OptionValue{Key: key + ".encoding", Value: "gzip+base64"},
	}
}

// unreported takes away what the guest of the template may have reported: it would be taken for the new guest's.
func unreported() []types.BaseOptionValue {
	keys := []string{drivers.ReportHostKeys, drivers.ReportPhase, drivers.ReportVerdict, drivers.ReportErrors}
	return each(keys, func(key string) types.BaseOptionValue { return &types.OptionValue{Key: key, Value: ""} })
}

// metadata names the instance and its one network card. The card is matched by its MAC address, which every network
// backend of cloud-init understands, and DHCP is asked by that address too: clones of one template may share the
// machine-id that is used otherwise, and then the lease.
func metadata(spec drivers.Spec, o *Options, mac string) []byte {
	card := map[string]any{"match": map[string]string{"macaddress": mac}, "set-name": "eth0"}
	if o.StaticAddress == "" {
		card["dhcp4"], card["dhcp-identifier"] = true, "mac"
	} else {
		card["dhcp4"], card["addresses"] = false, []string{o.StaticAddress}
	}
	if o.Gateway != "" {
		card["routes"] = []map[string]string{{"to": defaultRoute(o.Gateway), "via": o.Gateway}}
	}
	if len(o.DNS) > 0 {
		card["nameservers"] = map[string]any{"addresses": o.DNS}
	}
	text, _ := json.Marshal(map[string]any{ // JSON is YAML; texts always marshal
		"instance-id": string(spec.Owner), "local-hostname": spec.Name,
		"network": map[string]any{"version": 2, "ethernets": map[string]any{"eth0": card}},
	})
	return text
}

func defaultRoute(gateway string) string {
	if bytes.ContainsRune([]byte(gateway), ':') {
		return "::/0"
	}
	return "0.0.0.0/0"
}
