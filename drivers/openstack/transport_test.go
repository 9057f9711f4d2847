package openstack

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"golang.org/x/sync/semaphore"
)

// TestInterruptedRequest has a connection break in the moment in which its caller gives up.
func TestInterruptedRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	breaks := roundTrip(func(*http.Request) (*http.Response, error) {
		cancel()
		return nil, io.EOF
	})
	tr := &transport{base: breaks, parallel: 1, tries: 3, gates: map[string]*semaphore.Weighted{}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://cloud.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := tr.RoundTrip(req)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want both the interruption and the break", err)
	}
	discard(resp)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
