package stacksim

import (
	"errors"
	"fmt"
	"net/http"
)

// failure is a refusal before a service words it.
type failure struct {
	status int
	kind   string // Neutron's exception, as "FloatingIPNotFound"
	text   string
	header map[string]string
}

func (f *failure) Error() string { return f.text }

func bad(format string, a ...any) error {
	return &failure{status: http.StatusBadRequest, kind: "BadRequest", text: fmt.Sprintf(format, a...)}
}

func conflict(kind, format string, a ...any) error {
	return &failure{status: http.StatusConflict, kind: kind, text: fmt.Sprintf(format, a...)}
}

func forbidden(format string, a ...any) error {
	return &failure{status: http.StatusForbidden, kind: "Forbidden", text: fmt.Sprintf(format, a...)}
}

func notFound(kind, format string, a ...any) error {
	return &failure{status: http.StatusNotFound, kind: kind, text: fmt.Sprintf(format, a...)}
}

func asReply(err error) reply {
	f := &failure{status: http.StatusInternalServerError, text: err.Error()}
	_ = errors.As(err, &f)
	return reply{status: f.status, body: f, header: f.header}
}

var novaNames = map[int]string{
	400: "badRequest", 401: "unauthorized", 403: "forbidden", 404: "itemNotFound", 405: "badMethod",
	409: "conflictingRequest", 413: "overLimit", 429: "overLimit", 501: "notImplemented", 503: "serviceUnavailable",
}

// novaFail words failures as Nova and Cinder do.
func novaFail(f *failure) (string, string) {
	if f.status == http.StatusUnauthorized {
		return keystoneFail(f)
	}
	name := or(novaNames[f.status], "computeFault")
	return "application/json", mustJSON(obj{name: obj{"code": f.status, "message": f.text}})
}

func neutronFail(f *failure) (string, string) {
	if f.status == http.StatusUnauthorized {
		return keystoneFail(f)
	}
	kind := or(f.kind, "HTTP"+http.StatusText(f.status))
	return "application/json", mustJSON(obj{"NeutronError": obj{"type": kind, "message": f.text, "detail": ""}})
}

func keystoneFail(f *failure) (string, string) {
	return "application/json", mustJSON(obj{"error": obj{"code": f.status, "title": http.StatusText(f.status), "message": f.text}})
}

// glanceFail is a page for browsers, as Glance sends it.
func glanceFail(f *failure) (string, string) {
	title := fmt.Sprintf("%d %s", f.status, http.StatusText(f.status))
	return "text/html; charset=UTF-8", fmt.Sprintf(
		"<html>\n <head>\n  <title>%s</title>\n </head>\n <body>\n  <h1>%s</h1>\n  %s<br /><br />\n\n\n\n </body>\n</html>", title, title, f.text)
}

// overLimit is how Cinder tells of a quota.
func overLimit(format string, a ...any) error {
	return &failure{
		status: http.StatusRequestEntityTooLarge, text: fmt.Sprintf(format, a...), header: map[string]string{"Retry-After": "0"},
	}
}
