//go:build acc

package acc

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/davit-io/davit/test/internal/inventory"
)

// listing is everything of the project that a host is made of: the witness is the cloud, not davit.
func listing(ctx context.Context, t *testing.T) []inventory.Item {
	t.Helper()
	if os.Getenv("OS_CLIENT_CONFIG_FILE") == "" {
		t.Fatal("OS_CLIENT_CONFIG_FILE is not set: run make testacc, which brings the bed up")
	}
	cloud, err := inventory.Open(ctx, "bed")
	check(t, err)
	items, err := cloud.List(ctx)
	check(t, err)
	return items
}

func sameListing(t *testing.T, before, after []inventory.Item) {
	t.Helper()
	for _, line := range inventory.Diff(before, after) {
		t.Errorf("the listing differs from that before: %s", line)
	}
}

func volumeOf(ctx context.Context, t *testing.T, host string) string {
	t.Helper()
	for _, i := range listing(ctx, t) {
		if i.Kind == "volume" && strings.HasPrefix(i.Name, host) {
			return i.ID
		}
	}
	t.Fatalf("no volume of %s", host)
	return ""
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
