//go:build acc

package openstack_test

import (
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/drivertest"
	"github.com/davit-io/davit/drivers/openstack"
)

// TestBed runs the suite on the bed: cloud "bed" of the file that OS_CLIENT_CONFIG_FILE names.
func TestBed(t *testing.T) {
	harness := suite("bed", func() drivers.Driver {
		d, err := openstack.Constructor().Open(t.Context(), &openstack.Options{Cloud: "bed"})
		if err != nil {
			t.Fatal(err)
		}
		return d
	})
	harness.Limit, harness.Serial = 5*time.Minute, true
	drivertest.Run(t, harness)
}
