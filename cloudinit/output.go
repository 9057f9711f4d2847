package cloudinit

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// Output is a document as front ends show it.
type Output struct {
	Rendered string `json:"rendered"` // the document itself
	Base64   string `json:"base64"`   // what is handed to a guest, compressed where it is too large otherwise
	Bytes    int    `json:"bytes"`    // the size of that, before base64
	SHA256   string `json:"sha256"`   // of the document, in hexadecimal digits
}

// Show renders a document for a platform that takes so many bytes; 0: OpenStackMax.
func Show(c Config, maxBytes int) (Output, error) {
	if maxBytes == 0 {
		maxBytes = OpenStackMax
	}
	text, err := Render(c, 0)
	if err != nil {
		return Output{}, err
	}
	data, err := Render(c, maxBytes)
	if err != nil {
		return Output{}, err
	}
	sum := sha256.Sum256(text)
	return Output{
		Rendered: string(text), Base64: base64.StdEncoding.EncodeToString(data), Bytes: len(data), SHA256: hex.EncodeToString(sum[:]),
	}, nil
}
