package cli

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/drivers"
)

func TestSplitKeepsWhatSaysMore(t *testing.T) {
	t.Parallel()
	a, b := errors.New("a"), &drivers.Error{Kind: drivers.ErrQuota, Err: errors.New("b"), Next: "ask"}
	var got []string
	for _, e := range split(errors.Join(a, errors.Join(b, fmt.Errorf("c: %w", errors.Join(a, a))))) {
		got = append(got, e.Error()+"/"+drivers.Hint(e))
	}
	if diff := cmp.Diff([]string{"a/", "b/ask", "c: a\na/"}, got); diff != "" {
		t.Error(diff)
	}
}
