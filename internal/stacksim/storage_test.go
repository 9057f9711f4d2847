package stacksim_test

import (
	"fmt"
	"testing"

	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/limits"
	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/volumeattach"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"

	"github.com/davit-io/davit/internal/stacksim"
)

func TestVolumeRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		quota  stacksim.Quota
		opts   volumes.CreateOpts
		status int
		text   string
	}{
		"type":     {stacksim.Quota{}, volumes.CreateOpts{Size: 1, VolumeType: "x"}, 404, "Volume type with name x could not be found"},
		"zone":     {stacksim.Quota{}, volumes.CreateOpts{Size: 1, AvailabilityZone: "x"}, 400, "Availability zone 'x' is invalid"},
		"size":     {stacksim.Quota{}, volumes.CreateOpts{Size: -1}, 400, "greater than 0"},
		"count":    {stacksim.Quota{Volumes: -1}, volumes.CreateOpts{Size: 1}, 413, "VolumeLimitExceeded"},
		"gibibyte": {stacksim.Quota{VolumeGiB: 3}, volumes.CreateOpts{Size: 4}, 413, "Requested 4G, quota is 3G and 0G has been consumed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, stacksim.Options{Quota: tc.quota})
			c.refused(volumes.Create(t.Context(), c.volume, tc.opts, nil).Err, tc.status, tc.text)
		})
	}
}

func TestVolumesAreFoundByMetadata(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{PageLimit: 1})
	for range 3 {
		c.newVolume(1)
	}
	c.cloud.AddVolume("foreign", 1, nil)
	count := func(o volumes.ListOpts) int {
		pages, err := volumes.List(c.volume, o).AllPages(t.Context())
		c.must(err)
		all, err := volumes.ExtractVolumes(pages)
		c.must(err)
		return len(all)
	}
	c.sees(count(volumes.ListOpts{}), 4)
	c.sees(count(volumes.ListOpts{Metadata: map[string]string{"davit": "x"}}), 3)
	c.sees(count(volumes.ListOpts{Name: "foreign"}), 1)
	l, err := limits.Get(t.Context(), c.volume).Extract()
	c.must(err)
	c.sees([]int{l.Absolute.TotalVolumesUsed, l.Absolute.TotalGigabytesUsed}, []int{4, 4})
}

func TestVolumeError(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{VolumeFault: func(v stacksim.Volume) bool { return v.SizeGiB > 1 }})
	c.newVolume(1)
	v, err := volumes.Create(t.Context(), c.volume, volumes.CreateOpts{Size: 2}, nil).Extract()
	c.must(err)
	v, err = volumes.Get(t.Context(), c.volume, v.ID).Extract()
	c.must(err)
	c.sees(v.Status, "error")
}

func TestAttachAndDetach(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{})
	s := c.becomes(c.create(c.wish("web-1")).ID, "ACTIVE")
	v := c.newVolume(1)
	a, err := volumeattach.Create(t.Context(), c.compute, s.ID, volumeattach.CreateOpts{VolumeID: v}).Extract()
	c.must(err)
	c.sees(a.Device, "/dev/vdb")
	c.refused(volumeattach.Create(t.Context(), c.compute, s.ID, volumeattach.CreateOpts{VolumeID: v}).Err, 400, "status must be available")
	got, err := volumes.Get(t.Context(), c.volume, v).Extract()
	c.must(err)
	c.sees([]string{got.Status, got.Attachments[0].ServerID}, []string{"in-use", s.ID})
	c.refused(volumes.Delete(t.Context(), c.volume, v, nil).ExtractErr(), 400, "must not be migrating, attached")
	s, err = servers.Get(t.Context(), c.compute, s.ID).Extract()
	c.must(err)
	c.sees(s.AttachedVolumes, []servers.AttachedVolume{{ID: v}})
	c.must(volumeattach.Delete(t.Context(), c.compute, s.ID, v).ExtractErr())
	c.sees(c.cloud.Volumes()[0].Status, "available")
}

func TestImages(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{})
	for i := range 60 {
		c.cloud.AddImage(fmt.Sprintf("other-%d", i), 1, 0)
	}
	pages, err := images.List(c.image, nil).AllPages(t.Context())
	c.must(err)
	all, err := images.ExtractImages(pages)
	c.must(err)
	c.sees(len(all), 63)
	im, err := images.Get(t.Context(), c.image, c.imageID("ubuntu-24.04")).Extract()
	c.must(err)
	c.sees([]any{im.MinDiskGigabytes, im.Properties["os_admin_user"], im.Properties["os_distro"]}, []any{8, "ubuntu", "ubuntu"})
	c.refused(images.Get(t.Context(), c.image, "x").Err, 404, "No image found with ID x")
}
