package remote

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// The lines between which cloud-init prints the public host keys, in its last stage.
const (
	beginKeys = "-----BEGIN SSH HOST KEY KEYS-----"
	endKeys   = "-----END SSH HOST KEY KEYS-----"
)

// keyWords is a key wherever it stands in a line: a console adds time stamps, names of services and colours.
var keyWords = regexp.MustCompile(`\b(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) +(AAAA[A-Za-z0-9+/]+={0,3})`)

// ParseHostKeys reads the host keys from a console log. It takes the last complete list: a host that was rebuilt prints
// one per boot. A list that has not ended yet gives nothing, and a key with a kernel message in its middle is left out.
func ParseHostKeys(console string) []ssh.PublicKey {
	end := strings.LastIndex(console, endKeys)
	if end < 0 {
		return nil
	}
	list := console[:end]
	// Where the log was cut off at its top there may be no begin any more.
	if begin := strings.LastIndex(list, beginKeys); begin >= 0 {
		list = list[begin:]
	}
	var keys []ssh.PublicKey
	for _, m := range keyWords.FindAllStringSubmatch(list, -1) {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(m[1] + " " + m[2]))
		if err != nil || slices.ContainsFunc(keys, func(k ssh.PublicKey) bool { return SameKey(k, key) }) {
			continue
		}
		keys = append(keys, key)
	}
	return keys
}
