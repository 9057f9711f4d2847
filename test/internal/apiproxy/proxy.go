// Package apiproxy stands between a client and a real cloud on loopback: it counts the calls, and can act after one of
// them. Every address of the cloud that shows up in an answer (the service catalog, links to next pages) is replaced by
// one of the proxy's own, so that no call goes by.
package apiproxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// Proxy counts the calls of the clients that were led to it.
type Proxy struct {
	mu      sync.Mutex
	fronts  map[string]string // origin of the cloud -> the proxy's own
	servers []*http.Server
	calls   []string
	after   func(n int, call string) bool
}

// origin is an address of a service on this machine.
var origin = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+`)

// Clouds makes a proxy for the clouds of file and writes a clouds.yaml that leads through it to dir.
func Clouds(file, dir string) (*Proxy, string, error) {
	clouds, err := os.ReadFile(file)
	if err != nil {
		return nil, "", err
	}
	p, through, err := Text(string(clouds))
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", file, err)
	}
	path := filepath.Join(dir, "clouds.yaml")
	return p, path, os.WriteFile(path, []byte(through), 0o600)
}

// Text makes a proxy for the services that a text names and gives the text that leads through it.
func Text(text string) (*Proxy, string, error) {
	p := &Proxy{fronts: map[string]string{}}
	through, err := p.rewrite([]byte(text))
	if err == nil && string(through) == text {
		err = errors.New("nothing is at http://127.0.0.1, so there is nothing to stand before")
	}
	return p, string(through), err
}

// Close ends the proxy.
func (p *Proxy) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.servers {
		_ = s.Close() // its listeners and connections are this process's own
	}
}

// Reset forgets the calls so far. Then after, if not nil, is called with each call's number (from 1) and text once the
// cloud has answered it, before the client gets the answer; when it returns false the client never gets it.
func (p *Proxy) Reset(after func(n int, call string) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls, p.after = nil, after
}

// Calls lists the calls since the last Reset: "POST /v2.1/servers", and "CloneVM_Task" where it is one of SOAP.
func (p *Proxy) Calls() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.calls...)
}

// front gives the proxy's own address for an origin of the cloud.
func (p *Proxy) front(target string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if own, ok := p.fronts[target]; ok {
		return own, nil
	}
	to, err := url.Parse(target)
	if err != nil {
		return "", err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	own := "http://" + l.Addr().String()
	p.fronts[target], p.fronts[own] = own, own
	server := &http.Server{Handler: p.handler(to), ReadHeaderTimeout: time.Minute}
	p.servers = append(p.servers, server)
	go func() { _ = server.Serve(l) }()
	return own, nil
}

func (p *Proxy) handler(to *url.URL) http.Handler {
	return named(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Header.Del("Accept-Encoding") // answers are read here
		},
		Transport:      &http.Transport{MaxIdleConnsPerHost: 64},
		ModifyResponse: p.answered,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			if h, ok := w.(http.Hijacker); ok {
				if c, _, err := h.Hijack(); err == nil {
					_ = c.Close() // as a cut connection looks to the client
				}
			}
		},
	})
}

var errCut = errors.New("the client gets no answer")

func (p *Proxy) answered(r *http.Response) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	_ = r.Body.Close()
	if !p.count(nameOf(r.Request)) {
		return errCut
	}
	if body, err = p.rewrite(body); err != nil {
		return err
	}
	if at := r.Header.Get("Location"); at != "" {
		to, err := p.rewrite([]byte(at))
		if err != nil {
			return err
		}
		r.Header.Set("Location", string(to))
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

func (p *Proxy) count(call string) bool {
	p.mu.Lock()
	p.calls = append(p.calls, call)
	n, after := len(p.calls), p.after
	p.mu.Unlock()
	return after == nil || after(n, call)
}

func (p *Proxy) rewrite(b []byte) ([]byte, error) {
	var failed error
	out := origin.ReplaceAllFunc(b, func(target []byte) []byte {
		own, err := p.front(string(target))
		failed = errors.Join(failed, err)
		return []byte(own)
	})
	return out, failed
}
