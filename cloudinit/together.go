package cloudinit

import (
	"errors"
	"fmt"

	"github.com/davit-io/davit/internal/field"
)

// Together parses, validates and merges documents, the strongest last. The findings of all documents come joined, each
// with the path [0], [1] and so on of its document before its own.
func Together(documents ...[]byte) (Config, error) {
	var all Config
	var errs []error
	for i, data := range documents {
		one, err := Parse(data)
		if err == nil {
			err = one.Validate()
		}
		if err == nil {
			all, err = Merge(all, one)
		}
		errs = append(errs, field.Under(fmt.Sprintf("[%d]", i), err))
	}
	return all, errors.Join(errs...)
}
