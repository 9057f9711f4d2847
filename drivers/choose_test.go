package drivers_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
)

func TestImageWanted(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	all := []drivers.Image{
		{ID: "1", Name: "debian-11", Distro: "debian", Architecture: "amd64", Created: day(1)},
		{ID: "2", Name: "debian-12", Distro: "debian", Architecture: "amd64", Created: day(3)},
		{ID: "3", Name: "debian-12", Distro: "debian", Architecture: "arm64", Created: day(2)},
		{ID: "4", Name: "noble", Distro: "ubuntu", Architecture: "amd64", Created: day(4)},
	}
	for _, tc := range []struct {
		want drivers.ImageWanted
		id   string
		err  string
	}{
		{drivers.ImageWanted{Name: "noble"}, "4", ""},
		{drivers.ImageWanted{Name: "3"}, "3", ""},
		{drivers.ImageWanted{Name: "debian-12", Architecture: "amd64"}, "2", ""},
		{drivers.ImageWanted{Pattern: regexp.MustCompile(`^debian-`), Newest: true}, "2", ""},
		{drivers.ImageWanted{Distro: "Ubuntu"}, "4", ""},
		{drivers.ImageWanted{Name: "debian-12"}, "", "2 images are like that: debian-12"},
		{drivers.ImageWanted{Name: "debian-13"}, "", "no image is like that"},
		{drivers.ImageWanted{Name: "debian-13", Newest: true}, "", "no image is like that"},
	} {
		got, err := tc.want.Pick(all)
		check(t, tc.want, got.ID, err, tc.id, tc.err)
	}
	_, err := drivers.ImageWanted{}.Pick(nil)
	if !errors.Is(err, drivers.ErrNotFound) || drivers.Hint(err) != "the account sees no image at all" {
		t.Errorf("of nothing: %v, %s", err, drivers.Hint(err))
	}
}

func TestFlavorWanted(t *testing.T) {
	t.Parallel()
	all := []drivers.Flavor{
		{ID: "4", Name: "large", CPUs: 4, MemoryMiB: 8192, DiskGiB: 80},
		{ID: "1", Name: "tiny", CPUs: 1, MemoryMiB: 512, DiskGiB: 1},
		{ID: "3", Name: "wide", CPUs: 2, MemoryMiB: 4096},
		{ID: "2", Name: "medium", CPUs: 2, MemoryMiB: 4096, DiskGiB: 40},
	}
	for _, tc := range []struct {
		want drivers.FlavorWanted
		id   string
		err  string
	}{
		{drivers.FlavorWanted{}, "1", ""},
		{drivers.FlavorWanted{CPUs: 2}, "3", ""},
		{drivers.FlavorWanted{CPUs: 2, DiskGiB: 60}, "3", ""},
		{drivers.FlavorWanted{MemoryMiB: 5000}, "4", ""},
		{drivers.FlavorWanted{Name: "medium", CPUs: 1}, "2", ""},
		{drivers.FlavorWanted{Name: "tiny", CPUs: 2}, "", "no flavor is like that"},
	} {
		got, err := tc.want.Pick(all)
		check(t, tc.want, got.ID, err, tc.id, tc.err)
	}
}

func TestNetworkWanted(t *testing.T) {
	t.Parallel()
	all := []drivers.Network{
		{ID: "1", Name: "private", MTU: 1450, Kind: drivers.NetworkProject},
		{ID: "2", Name: "public", MTU: 1500, Kind: drivers.NetworkExternal},
		{ID: "3", Name: "jumbo", MTU: 9000, Kind: drivers.NetworkProject},
	}
	for _, tc := range []struct {
		want drivers.NetworkWanted
		id   string
		err  string
	}{
		{drivers.NetworkWanted{Name: "private"}, "1", ""},
		{drivers.NetworkWanted{Kind: drivers.NetworkExternal}, "2", ""},
		{drivers.NetworkWanted{Kind: drivers.NetworkProject, MTU: 2000}, "3", ""},
		{drivers.NetworkWanted{Kind: drivers.NetworkProject}, "", "2 networks are like that: jumbo, private"},
		{drivers.NetworkWanted{Name: "privat"}, "", "no network is like that"},
	} {
		got, err := tc.want.Pick(all)
		check(t, tc.want, got.ID, err, tc.id, tc.err)
	}
}

func check(t *testing.T, want any, id string, err error, wantID, wantErr string) {
	t.Helper()
	switch {
	case wantErr == "" && (err != nil || id != wantID):
		t.Errorf("%+v: got %q, %v", want, id, err)
	case wantErr != "" && (err == nil || !strings.Contains(err.Error(), wantErr) || drivers.Hint(err) == ""):
		t.Errorf("%+v: got %v (%s), want %q", want, err, drivers.Hint(err), wantErr)
	}
}
