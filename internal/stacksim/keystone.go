package stacksim

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	userID    = "0b6c7f4f5d1d4f0a9a0c3a6d2f5e1a01"
	projectID = "7d3e9b1c2a4f4c0e8b5d6f7a8c9e0b02"
	appID     = "3c1f8e2d7b6a4d5c9e0f1a2b3c4d5e03"
)

type token struct {
	expires, issued time.Time
	scoped          bool
	method          string
}

func (c *Cloud) identity() service {
	return service{
		name: "identity", prefix: "/identity", fail: keystoneFail, open: "identity.versions identity.version tokens.create",
		routes: []route{
			{op: "identity.versions", pattern: "GET /{$}", handle: c.keystoneVersions},
			{op: "identity.version", pattern: "GET /v3/{$}", handle: c.keystoneVersion},
			{op: "tokens.create", pattern: "POST /v3/auth/tokens", query: "nocatalog", handle: c.tokensCreate},
			{op: "tokens.get", pattern: "GET /v3/auth/tokens", query: "nocatalog", handle: c.tokensGet},
			{op: "tokens.delete", pattern: "DELETE /v3/auth/tokens", handle: c.tokensDelete},
			{op: "catalog.get", pattern: "GET /v3/auth/catalog", handle: c.catalogGet},
		},
	}
}

func (c *Cloud) keystoneVersions(*request) (reply, error) {
	return reply{status: http.StatusMultipleChoices, body: obj{"versions": obj{"values": list{c.keystoneDoc()}}}}, nil
}

func (c *Cloud) keystoneVersion(*request) (reply, error) { return ok(obj{"version": c.keystoneDoc()}) }

func (c *Cloud) keystoneDoc() obj {
	return obj{
		"id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z",
		"links": list{obj{"rel": "self", "href": c.authURL() + "/"}},
	}
}

func unauthorized() error {
	return &failure{status: http.StatusUnauthorized, text: "The request you have made requires authentication."}
}

// authorize demands a living token; all services but Keystone demand one scoped to the project.
func (c *Cloud) authorize(s service, r route, q *request) error {
	if slices.Contains(strings.Fields(s.open), r.op) {
		return nil
	}
	t, known := c.tokens[q.Header.Get("X-Auth-Token")]
	if !known || !time.Now().Before(t.expires) || !t.scoped && s.name != "identity" {
		return unauthorized()
	}
	return nil
}

func (c *Cloud) tokensCreate(q *request) (reply, error) {
	var in struct{ Auth auth }
	if err := c.decode(q, &in); err != nil {
		return reply{}, err
	}
	method, err := c.login(in.Auth)
	if err != nil {
		return reply{}, err
	}
	now := time.Now()
	t := token{issued: now, expires: now.Add(c.o.TokenTTL), method: method, scoped: in.Auth.scoped()}
	if !in.Auth.scopeKnown() {
		return reply{}, unauthorized()
	}
	id := newToken()
	c.tokens[id] = t
	return reply{
		status: http.StatusCreated, body: obj{"token": c.tokenView(t)}, header: map[string]string{"X-Subject-Token": id},
	}, nil
}

func (c *Cloud) tokensGet(q *request) (reply, error) {
	id := q.Header.Get("X-Subject-Token")
	t, known := c.tokens[id]
	if !known || !time.Now().Before(t.expires) {
		return reply{}, notFound("", "Could not find token: %s.", id)
	}
	return reply{status: http.StatusOK, body: obj{"token": c.tokenView(t)}, header: map[string]string{"X-Subject-Token": id}}, nil
}

func (c *Cloud) tokensDelete(q *request) (reply, error) {
	delete(c.tokens, q.Header.Get("X-Subject-Token"))
	return gone()
}

func (c *Cloud) catalogGet(*request) (reply, error) { return ok(obj{"catalog": c.catalog()}) }

func (c *Cloud) tokenView(t token) obj {
	domain := obj{"id": "default", "name": "Default"}
	v := obj{
		"methods": list{t.method}, "issued_at": microStamp(t.issued) + "Z", "expires_at": microStamp(t.expires) + "Z",
		"audit_ids": list{"sim"}, "user": obj{"id": userID, "name": userName, "domain": domain, "password_expires_at": nil},
	}
	if t.scoped {
		v["project"] = obj{"id": projectID, "name": project, "domain": domain}
		v["roles"] = list{obj{"id": "member", "name": "member"}, obj{"id": "reader", "name": "reader"}}
		v["catalog"] = c.catalog()
	}
	return v
}

func (c *Cloud) catalog() list {
	out := list{}
	for _, e := range []struct{ kind, name, path string }{
		{"identity", "keystone", "/identity"},
		{"compute", "nova", "/compute/v2.1"},
		{"network", "neutron", "/networking"},
		{"block-storage", "cinder", "/volume/v3/" + projectID},
		{"image", "glance", "/image"},
	} {
		if !slices.Contains(c.o.Without, e.kind) {
			out = append(out, obj{"id": e.name, "type": e.kind, "name": e.name, "endpoints": c.endpoints(e.name, c.base+e.path)})
		}
	}
	return out
}

func (c *Cloud) endpoints(name, url string) list {
	out := list{}
	for _, side := range []string{"public", "internal", "admin"} {
		out = append(out, obj{"id": name + "-" + side, "interface": side, "region": region, "region_id": region, "url": url})
	}
	return out
}

func newToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return "gAAAAAB" + hex.EncodeToString(b[:])
}
