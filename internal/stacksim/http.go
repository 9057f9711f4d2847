package stacksim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/davit-io/davit/internal/wait"
)

// route ties an operation to its place. query lists the parameters it knows.
type route struct {
	op      string
	pattern string // method and path below the service's prefix
	query   string // space-separated
	handle  func(q *request) (reply, error)
}

// service is one API: where it is served and how it words its failures.
type service struct {
	name, prefix string
	fail         func(f *failure) (contentType, body string)
	routes       []route
	open         string // operations that need no token, space-separated
}

// request is one call, its body already read.
type request struct {
	*http.Request
	body  []byte
	micro int // Nova's microversion 2.N
}

type reply struct {
	status int
	body   any // JSON, nil for none
	header map[string]string
}

// Call is one request that the cloud saw. Status is 0 when no answer went out.
type Call struct {
	Op     string // resource and verb, as "servers.create"
	Method string
	Path   string // with the service's prefix, as /compute/v2.1/servers
	Query  string // raw
	Status int
}

func (c *Cloud) mux() http.Handler {
	m := http.NewServeMux()
	for _, s := range c.services() {
		for _, r := range s.routes {
			method, path, _ := strings.Cut(r.pattern, " ")
			m.HandleFunc(method+" "+s.prefix+path, func(w http.ResponseWriter, q *http.Request) { c.serve(s, r, w, q) })
		}
	}
	m.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) {
		c.serve(service{fail: novaFail, open: "unknown"}, c.unknown(), w, q)
	})
	return m
}

func (c *Cloud) services() []service {
	return []service{c.identity(), c.compute(), c.network(), c.blockStorage(), c.imageService()}
}

func (c *Cloud) unknown() route {
	return route{op: "unknown", handle: func(q *request) (reply, error) {
		c.problem("stacksim: unknown request %s %s %s", q.Method, q.URL, q.body)
		return reply{}, &failure{status: http.StatusNotFound, text: "stacksim: unknown request " + q.Method + " " + q.URL.String()}
	}}
}

// problem notes what the cloud does not know. The caller holds the lock.
func (c *Cloud) problem(format string, a ...any) {
	c.problems = append(c.problems, fmt.Errorf(format, a...))
}

// serve is the way of every call: read, wait, break if so armed, answer.
func (c *Cloud) serve(s service, r route, w http.ResponseWriter, hr *http.Request) {
	body, err := io.ReadAll(hr.Body)
	if err != nil {
		return
	}
	q := &request{Request: hr, body: body}
	call, fault := c.begin(r.opOf(q), hr)
	defer c.end()
	if wait.Sleep(hr.Context(), c.o.Latency) != nil {
		return
	}
	if fault.Hang {
		c.hang(hr)
	}
	out := c.faulty(fault, func() reply { return c.answer(s, r, q) })
	c.note(call, out.status)
	c.write(w, s, out)
}

func (c *Cloud) answer(s service, r route, q *request) reply {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle()
	out, err := c.checked(s, r, q)
	if err != nil {
		return asReply(err)
	}
	return out
}

func (c *Cloud) checked(s service, r route, q *request) (reply, error) {
	if err := c.authorize(s, r, q); err != nil {
		return reply{}, err
	}
	if err := c.microversion(s, r, q); err != nil {
		return reply{}, err
	}
	for key := range q.URL.Query() {
		if !slices.Contains(strings.Fields(r.query), key) && r.op != "unknown" {
			c.problem("stacksim: %s: unknown filter %q in %s", r.op, key, q.URL)
			return reply{}, bad("[%q] is invalid attribute for filtering", key)
		}
	}
	return r.handle(q)
}

func (c *Cloud) begin(op string, q *http.Request) (*Call, Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy++
	c.peak = max(c.peak, c.busy)
	call := &Call{Op: op, Method: q.Method, Path: q.URL.Path, Query: q.URL.RawQuery}
	c.calls = append(c.calls, call)
	return call, c.strike(op)
}

func (c *Cloud) note(call *Call, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	call.Status = status
}

func (c *Cloud) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy--
}

func (c *Cloud) write(w http.ResponseWriter, s service, out reply) {
	contentType, text := "application/json", ""
	switch b := out.body.(type) {
	case nil:
	case *failure:
		contentType, text = s.fail(b)
	case string:
		text = b
	default:
		text = mustJSON(b)
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	for k, v := range out.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(out.status)
	_, _ = io.WriteString(w, text)
}

// opOf names the operation; an action on a server tells its own in the body.
func (r route) opOf(q *request) string {
	if r.op != "servers.action" {
		return r.op
	}
	var body map[string]json.RawMessage
	_ = json.Unmarshal(q.body, &body)
	for key := range body {
		return "servers." + strings.TrimPrefix(key, "os-")
	}
	return r.op
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // the cloud's own answers are plain maps
	}
	return string(b)
}
