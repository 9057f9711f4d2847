package stacksim_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"github.com/davit-io/davit/internal/stacksim"
)

func (c *client) volumeOnce(ctx context.Context) error {
	return volumes.Create(ctx, c.volume, volumes.CreateOpts{Size: 1}, nil).Err
}

func TestFaultStatusHasNoEffectAndTellsWhenToRetry(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{})
	c.cloud.Fault(stacksim.Fault{Op: "volumes.create", Status: 503, RetryAfter: 7})
	err := c.volumeOnce(t.Context())
	c.refused(err, 503, "serviceUnavailable")
	var code gophercloud.ErrUnexpectedResponseCode
	if !errors.As(err, &code) || code.ResponseHeader.Get("Retry-After") != "7" {
		t.Fatalf("no Retry-After in %v", err)
	}
	c.sees(len(c.cloud.Volumes()), 0)
	c.must(c.volumeOnce(t.Context()))
}

func TestFaultAfterAndTimes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault stacksim.Fault
		want  []bool // whether each of five calls passes
	}{
		"once":          {stacksim.Fault{Status: 500}, []bool{false, true, true, true, true}},
		"after two":     {stacksim.Fault{Status: 500, After: 2}, []bool{true, true, false, true, true}},
		"twice":         {stacksim.Fault{Status: 500, Times: 2}, []bool{false, false, true, true, true}},
		"always, later": {stacksim.Fault{Status: 500, After: 1, Times: -1}, []bool{true, false, false, false, false}},
		"other op":      {stacksim.Fault{Op: "servers.*", Status: 500}, []bool{true, true, true, true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, stacksim.Options{})
			if tc.fault.Op == "" {
				tc.fault.Op = "volumes.create"
			}
			c.cloud.Fault(tc.fault)
			var got []bool
			for range tc.want {
				got = append(got, c.volumeOnce(t.Context()) == nil)
			}
			c.sees(got, tc.want)
		})
	}
}

func TestFaultHangEndsWithTheClient(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{})
	c.cloud.Fault(stacksim.Fault{Op: "volumes.create", Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := c.volumeOnce(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	c.sees(len(c.cloud.Volumes()), 0)
}

func TestFaultHangEndsWithTheCloud(t *testing.T) {
	t.Parallel()
	cloud, err := stacksim.New(stacksim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := &client{T: t, cloud: cloud}
	cloud.Fault(stacksim.Fault{Op: "identity.version", Hang: true})
	done := make(chan error)
	go func() { done <- c.get("/identity/v3/") }()
	c.eventually(func(context.Context) (bool, string, error) { return len(cloud.Calls()) == 1, "no call yet", nil })
	c.must(cloud.Close())
	if <-done == nil {
		t.Fatal("a hanging call was answered")
	}
}

func TestFaultLostReplyLeavesTheEffect(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{})
	o := c.wish("web-1")
	c.cloud.ResetCalls()
	c.cloud.Fault(stacksim.Fault{Op: "servers.create", LoseReply: true})
	if err := servers.Create(t.Context(), c.compute, o, nil).Err; err == nil {
		t.Fatal("the reply arrived")
	}
	c.sees(len(c.cloud.Servers()), 1)
	c.sees(c.cloud.Calls(), []stacksim.Call{{Op: "servers.create", Method: "POST", Path: "/compute/v2.1/servers"}})
}

func TestFaultThenRunsAfterTheEffect(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	c.cloud.Fault(stacksim.Fault{Op: "*", After: 1, Then: cancel})
	c.must(c.volumeOnce(ctx))
	if err := c.volumeOnce(ctx); err == nil && ctx.Err() == nil {
		t.Fatal("Then was not called")
	}
	c.sees(len(c.cloud.Volumes()), 2)
}

func TestLatencyAndPeak(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{Latency: 20 * time.Millisecond})
	c.cloud.ResetCalls()
	start, done := time.Now(), make(chan error)
	for range 4 {
		go func() { done <- c.volumeOnce(t.Context()) }()
	}
	for range 4 {
		c.must(<-done)
	}
	if d := time.Since(start); d < 20*time.Millisecond {
		t.Fatalf("took only %s", d)
	}
	if p := c.cloud.Peak(); p < 1 || p > 4 {
		t.Fatalf("peak %d", p)
	}
}
