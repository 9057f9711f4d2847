package openstack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/davit-io/davit/internal/wait"
)

// transport bounds the requests under way per endpoint and repeats what is safe to repeat: a request the service
// refused for its rate, and one whose effect is the same when it is done twice. A POST whose fate is unclear goes
// back to its caller, who looks for what it may have made.
type transport struct {
	base     http.RoundTripper
	parallel int64         // requests under way per endpoint
	tries    int           // of one request
	backoff  time.Duration // before the second try; doubles from then on

	mu    sync.Mutex
	gates map[string]*semaphore.Weighted
}

// longestPause is the longest Retry-After that is waited for; a service that asks for more is down.
const longestPause = time.Minute

// RoundTrip sends a request, several times if need be.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		resp, err := t.once(req)
		pause, again := t.again(req, resp, err, try)
		if !again {
			return resp, err
		}
		discard(resp)
		if err := wait.Sleep(req.Context(), pause); err != nil {
			return nil, err
		}
		if req, err = rewound(req); err != nil {
			return nil, err
		}
	}
}

func (t *transport) once(req *http.Request) (*http.Response, error) {
	gate := t.gate(req.URL.Host)
	if err := gate.Acquire(req.Context(), 1); err != nil {
		return nil, err
	}
	defer gate.Release(1)
	resp, err := t.base.RoundTrip(req)
	if gone := req.Context().Err(); err != nil && gone != nil && !errors.Is(err, gone) {
		// A connection that breaks as its caller gives up may tell of the break alone.
		err = fmt.Errorf("%w (%w)", gone, err)
	}
	return resp, err
}

func (t *transport) gate(host string) *semaphore.Weighted {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.gates[host] == nil {
		t.gates[host] = semaphore.NewWeighted(t.parallel)
	}
	return t.gates[host]
}

func (t *transport) again(req *http.Request, resp *http.Response, err error, try int) (time.Duration, bool) {
	pause := t.backoff << (try - 1)
	if try >= t.tries || req.Context().Err() != nil {
		return 0, false
	}
	if err != nil {
		// A service that took the whole answer limit once is asked once more, not as often as one that refused.
		return pause, repeatable(req) && (!timedOut(err) || try == 1)
	}
	asked, told := retryAfter(resp.Header)
	if told {
		pause = max(asked, pause)
	}
	if pause > longestPause {
		return 0, false
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		return pause, true
	case http.StatusRequestEntityTooLarge:
		return pause, told && asked > 0 // an old word for too many requests; Cinder's word for a quota has 0
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return pause, repeatable(req)
	}
	return 0, false
}

// repeatable says that a request does no more when done twice.
func repeatable(req *http.Request) bool {
	return req.Method != http.MethodPost || strings.HasSuffix(req.URL.Path, "/auth/tokens")
}

func retryAfter(header http.Header) (time.Duration, bool) {
	text := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(time.Until(at), 0), true
	}
	return 0, false
}

// rewound copies a request with its body from the start.
func rewound(req *http.Request) (*http.Request, error) {
	again := req.Clone(req.Context())
	if req.GetBody == nil {
		return again, nil
	}
	body, err := req.GetBody()
	again.Body = body
	return again, err
}

// discard reads a response to its end, so that its connection can be used again.
func discard(resp *http.Response) {
	if resp == nil {
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	_ = resp.Body.Close()
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout())
}
