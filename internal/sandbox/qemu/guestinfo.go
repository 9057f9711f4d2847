package qemu

import (
	"bufio"
	"encoding/base64"
	"io"
	"regexp"
	"strings"
)

// Limits to what a guest may say, which is not to be trusted more than any other input.
const (
	maxValue = 64 << 10
	maxKeys  = 256
)

var guestInfoKey = regexp.MustCompile(`^guestinfo\.[A-Za-z0-9._-]{1,128}$`)

// ValidKey tells whether key is the name of a guestinfo variable.
func ValidKey(key string) bool { return guestInfoKey.MatchString(key) }

// readGuestInfo hands each line "KEY BASE64" of r to set, and skips what is none.
func readGuestInfo(r io.Reader, set func(key, value string)) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 2*maxValue)
	known := map[string]bool{}
	for lines.Scan() {
		key, text, _ := strings.Cut(lines.Text(), " ")
		value, err := base64.StdEncoding.DecodeString(text)
		if err != nil || !ValidKey(key) || len(value) > maxValue {
			continue
		}
		if known[key] = true; len(known) > maxKeys {
			return
		}
		set(key, string(value))
	}
}
