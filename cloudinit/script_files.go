package cloudinit

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/davit-io/davit/internal/field"
)

// scriptFile is what becomes of a file, all entries for its path taken together.
type scriptFile struct {
	path, mode, owner string
	extends           bool // what the file held before comes first
	deferred          bool
	content           []byte
}

// files writes the files of the early or of the last stage.
func (w *scriptWriter) files(all []*scriptFile, deferred bool) {
	module := "write_files"
	if deferred {
		module = "write_files_deferred"
	}
	for _, f := range all {
		if f.deferred != deferred {
			continue
		}
		args := []string{"place", f.path, f.mode}
		switch {
		case f.extends:
			args = append(args, f.owner, "append")
		case f.owner != rootOwner:
			args = append(args, f.owner)
		}
		w.feed(f.content, module, args...)
	}
}

const rootOwner = "root:root"

// scriptFiles joins the entries of each path, so that writing them a second time gives the same.
func scriptFiles(entries []File) ([]*scriptFile, error) {
	byPath := map[string]*scriptFile{}
	var out []*scriptFile
	for i, e := range entries {
		data, err := e.decoded()
		if err != nil {
			return nil, field.Under(fmt.Sprintf("write_files[%d].content", i), err)
		}
		f := byPath[e.Path]
		if f == nil {
			f = &scriptFile{path: e.Path, mode: "0644", owner: rootOwner, extends: e.Append}
			byPath[e.Path], out = f, append(out, f)
		}
		if e.Permissions != "" {
			f.mode = strings.Replace(e.Permissions, "o", "", 1)
		}
		if e.Owner != "" {
			f.owner = e.Owner
		}
		f.deferred = f.deferred || e.Defer
		f.content = append(f.content, data...)
	}
	return out, nil
}

// decoded gives the content as it is to be written.
func (f File) decoded() ([]byte, error) {
	data := []byte(f.Content)
	if strings.HasSuffix(f.Encoding, "b64") || strings.HasSuffix(f.Encoding, "base64") {
		var err error
		if data, err = base64.StdEncoding.DecodeString(f.Content); err != nil {
			return nil, err
		}
	}
	if !strings.HasPrefix(f.Encoding, "gz") {
		return data, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
