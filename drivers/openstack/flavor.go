package openstack

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/flavors"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/pick"
)

const flavorPath = "openstack.flavor"

// leastMemory is taken when nobody asks for an amount: below it a container engine doesn't live.
const leastMemory = 1024 // MiB

// flavorFor finds the flavor that is named, or the smallest that does.
func (c *catalog) flavorFor(spec drivers.Spec, image images.Image) (flavors.Flavor, *drivers.Choice, *field.Error) {
	if want := options(spec).Flavor; want != "" {
		f, err := flavorKind.One(flavorPath, want, c.flavors)
		if err == nil {
			err = tooSmall(f, spec, image)
		}
		return f, nil, err
	}
	asked := least(spec, image)
	fitting := only(c.flavors, func(f flavors.Flavor) bool { return fits(f, asked) })
	if len(fitting) == 0 {
		return flavors.Flavor{}, nil, field.Errorf(flavorPath, "%w", &drivers.Error{
			Kind: drivers.ErrNotFound, Err: fmt.Errorf("no flavor has %s", amounts(asked)),
		}).WithHint("there are %s", pick.Listed(names(c.flavors, described)))
	}
	f := slices.MinFunc(fitting, smaller)
	return f, &drivers.Choice{Path: flavorPath, Value: f.Name, Reason: "the smallest with " + amounts(asked)}, nil
}

// least is the flavor that would just do; a disk of 0 is one without bounds.
func least(spec drivers.Spec, image images.Image) flavors.Flavor {
	memory := leastMemory
	if spec.MemoryGiB > 0 {
		memory = spec.MemoryGiB * 1024
	}
	return flavors.Flavor{VCPUs: max(spec.CPUs, 1), RAM: max(memory, image.MinRAMMegabytes), Disk: diskOf(image)}
}

// diskOf is the smallest root disk an image boots on, in GiB.
func diskOf(image images.Image) int {
	const gib = 1 << 30
	size := max(image.SizeBytes, image.VirtualSize)
	return max(image.MinDiskGigabytes, int((size+gib-1)/gib))
}

func fits(f, asked flavors.Flavor) bool {
	return f.VCPUs >= asked.VCPUs && f.RAM >= asked.RAM && (f.Disk == 0 || f.Disk >= asked.Disk)
}

// tooSmall compares a flavor that was named with what else was asked for.
func tooSmall(f flavors.Flavor, spec drivers.Spec, image images.Image) *field.Error {
	asked := flavors.Flavor{VCPUs: spec.CPUs, RAM: max(spec.MemoryGiB*1024, image.MinRAMMegabytes), Disk: diskOf(image)}
	if fits(f, asked) {
		return nil
	}
	return field.Errorf(flavorPath, "%s is too small: asked for, or needed by image %s, is %s", described(f), image.Name, amounts(asked)).
		WithHint("name a larger flavor, or none to get the smallest that fits")
}

func smaller(a, b flavors.Flavor) int {
	return cmp.Or(cmp.Compare(a.RAM, b.RAM), cmp.Compare(a.VCPUs, b.VCPUs), cmp.Compare(a.Disk, b.Disk), strings.Compare(a.Name, b.Name))
}

func amounts(f flavors.Flavor) string {
	text := fmt.Sprintf("%s of memory", mebibytes(f.RAM))
	if f.VCPUs > 0 {
		text = fmt.Sprintf("%d CPUs and %s", f.VCPUs, text)
	}
	if f.Disk > 0 {
		text += fmt.Sprintf(" and a root disk of %d GiB", f.Disk)
	}
	return text
}

func described(f flavors.Flavor) string {
	return fmt.Sprintf("%s (%d CPUs, %s, %d GiB)", f.Name, f.VCPUs, mebibytes(f.RAM), f.Disk)
}

func mebibytes(n int) string {
	if n%1024 == 0 {
		return fmt.Sprintf("%d GiB", n/1024)
	}
	return fmt.Sprintf("%d MiB", n)
}
