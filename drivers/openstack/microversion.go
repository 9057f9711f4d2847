package openstack

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/utils"

	"github.com/davit-io/davit/drivers"
)

// The window of Nova microversions this driver is written for; each version is of major 2.
const (
	// 2.52 takes tags in the create request, so that a server carries its owner from its first moment; filtering
	// by tags (2.26) is below it.
	oldest = 52
	// 2.93 is the newest that is tested. "latest" is never asked for: 2.101 answers an attachment before it is done
	// and 2.102 refuses unknown query parameters.
	newest = 93
)

const versionHeader = "X-OpenStack-Nova-API-Version"

// window asks Nova for the newest version of the window and comes down to what the server has when it refuses.
// So the common case costs no request, and older clouds one per login.
type window struct {
	base   http.RoundTripper
	minor  atomic.Int64
	server func(ctx context.Context) (utils.SupportedMicroversions, error) // what the server has
}

func microversion(minor int64) string { return fmt.Sprintf("2.%d", minor) }

// RoundTrip sends a request with the version that was agreed upon.
func (w *window) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Header.Get(versionHeader) == "" {
		return w.base.RoundTrip(req)
	}
	asked := w.minor.Load()
	resp, err := w.base.RoundTrip(versioned(req, asked))
	if err != nil || resp.StatusCode != http.StatusNotAcceptable {
		return resp, err
	}
	discard(resp)
	if err := w.negotiate(req.Context(), asked); err != nil {
		return nil, err
	}
	again, err := rewound(req)
	if err != nil {
		return nil, err
	}
	return w.base.RoundTrip(versioned(again, w.minor.Load()))
}

func versioned(req *http.Request, minor int64) *http.Request {
	out := req.Clone(req.Context())
	out.Header.Set(versionHeader, microversion(minor))
	out.Header.Set("OpenStack-API-Version", "compute "+microversion(minor))
	return out
}

func (w *window) negotiate(ctx context.Context, refused int64) error {
	have, err := w.server(ctx)
	if err != nil {
		return fmt.Errorf("ask the compute service for its versions: %w", err)
	}
	minor := min(int64(have.MaxMinor), newest)
	if have.MaxMajor != 2 || minor < oldest || have.MinMinor > newest {
		return &drivers.Error{
			Kind: drivers.ErrUnsupported,
			Err: fmt.Errorf("the compute service speaks versions %d.%d to %d.%d; davit needs one of 2.%d to 2.%d",
				have.MinMajor, have.MinMinor, have.MaxMajor, have.MaxMinor, oldest, newest),
			Next: "use a cloud of OpenStack Pike (2017) or later",
		}
	}
	w.minor.CompareAndSwap(refused, minor)
	return nil
}

// serverVersions reads the version document of the compute endpoint.
func serverVersions(compute *gophercloud.ServiceClient) func(context.Context) (utils.SupportedMicroversions, error) {
	return func(ctx context.Context) (utils.SupportedMicroversions, error) {
		return utils.GetSupportedMicroversions(ctx, &gophercloud.ServiceClient{
			ProviderClient: compute.ProviderClient, Endpoint: compute.Endpoint, Type: compute.Type,
		})
	}
}
