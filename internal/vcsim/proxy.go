package vcsim

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"sync"
)

// Proxy stands before a vCenter on loopback, counts its calls and breaks them.
type Proxy struct {
	front *httptest.Server

	mu     sync.Mutex
	calls  []string
	bodies map[string]string
	hook   Hook
}

// Hook sees call n, from 0, of an operation and may pass it on to the vCenter. lost: the caller's connection breaks.
type Hook func(n int, op string, pass func()) (lost bool)

// NewProxy stands before the vCenter with the URL of its SDK.
func NewProxy(vcenter string) (*Proxy, error) {
	target, err := url.Parse(vcenter)
	if err != nil {
		return nil, err
	}
	p := &Proxy{bodies: map[string]string{}}
	pass := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: target.Scheme, Host: target.Host})
	pass.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	p.front = httptest.NewServer(p.handler(pass))
	return p, nil
}

// URL is where the vCenter seems to be.
func (p *Proxy) URL() string { return p.front.URL + "/sdk" }

// Close ends the proxy; calls under way end first.
func (p *Proxy) Close() { p.front.Close() }

var method = regexp.MustCompile(`<(?:[a-z0-9]+:)?Body[^>]*><(?:[a-z0-9]+:)?(\w+)`)

func (p *Proxy) handler(pass http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // of a caller that went away the vCenter gets as little
		r.Body = io.NopCloser(bytes.NewReader(body))
		op := r.Method + " " + r.URL.Path
		if found := method.FindSubmatch(body); found != nil {
			op = string(found[1])
		}
		n, hook := p.note(op, string(body))
		if hook == nil {
			pass.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		if hook(n, op, func() { pass.ServeHTTP(answer, r) }) {
			panic(http.ErrAbortHandler)
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = answer.Body.WriteTo(w)
	})
}

func (p *Proxy) note(op, body string) (int, Hook) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, op)
	p.bodies[op] = body
	return len(p.calls) - 1, p.hook
}

// Calls lists the operations asked for so far: the name of a SOAP method, or method and path of another request.
func (p *Proxy) Calls() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

// Body is what was last asked with an operation.
func (p *Proxy) Body(op string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bodies[op]
}

// Reset counts from 0 again, with another hook; nil: every call is passed on.
func (p *Proxy) Reset(h Hook) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls, p.hook = nil, h
}
