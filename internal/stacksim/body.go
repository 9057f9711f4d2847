package stacksim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// obj and list are JSON as it goes out.
type (
	obj  = map[string]any
	list = []any
)

func ok(body any) (reply, error)       { return reply{status: http.StatusOK, body: body}, nil }
func created(body any) (reply, error)  { return reply{status: http.StatusCreated, body: body}, nil }
func accepted(body any) (reply, error) { return reply{status: http.StatusAccepted, body: body}, nil }
func gone() (reply, error)             { return reply{status: http.StatusNoContent}, nil }

// decode reads the body into v. A field that the cloud does not know is a problem of the test, not only of the call.
func (c *Cloud) decode(q *request, v any) error { return c.decodeRaw(q, q.body, v) }

func (c *Cloud) decodeRaw(q *request, raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		return nil
	}
	if strings.Contains(err.Error(), "unknown field") {
		c.problem("stacksim: %s %s: %w", q.Method, q.URL.Path, err)
	}
	return bad("Invalid input received: %s", err)
}

func each[T any](items []T, view func(T) obj) list {
	out := list{}
	for _, it := range items {
		out = append(out, view(it))
	}
	return out
}

func stamp(t time.Time) string      { return t.UTC().Format("2006-01-02T15:04:05Z") }
func microStamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000") }

// orNull makes an empty string JSON's null.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func emptyOr[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
