package cloudinit_test

import (
	"testing"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/internal/field"
)

func TestTogether(t *testing.T) {
	t.Parallel()
	all, err := cloudinit.Together(
		[]byte("#cloud-config\ntimezone: UTC\npackages: [curl]\n"),
		[]byte("#cloud-config\ntimezone: Europe/Berlin\npackages: [jq]\n"),
	)
	if err != nil || all.Timezone != "Europe/Berlin" || len(all.Packages) != 2 {
		t.Errorf("got %+v, %v", all, err)
	}
	_, err = cloudinit.Together([]byte("#cloud-config\nhostname: a_b\n"), []byte("#cloud-config\n{}\n"), []byte("packages: [a]\n"))
	findings := field.All(err)
	if len(findings) != 2 || findings[0].Path != "[0].hostname" || findings[1].Path != "[2]" {
		t.Errorf("got %v", err)
	}
	none, err := cloudinit.Together()
	if data, _ := cloudinit.Render(none, 0); err != nil || string(data) != "#cloud-config\n{}\n" {
		t.Errorf("of nothing: %q, %v", data, err)
	}
}
