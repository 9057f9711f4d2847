package apiproxy

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"net/http"
)

type nameKey struct{}

// named gives each request the name of its call, while its body can still be read.
func named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client is gone
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		name := operation(body)
		if name == "" {
			name = r.Method + " " + r.URL.Path
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), nameKey{}, name)))
	})
}

func nameOf(r *http.Request) string {
	name, _ := r.Context().Value(nameKey{}).(string)
	return name
}

// operation is what a request of SOAP asks for: the name of the element in its Body. "": it is no such request.
func operation(body []byte) string {
	inside := false
	for d := xml.NewDecoder(bytes.NewReader(body)); ; {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case inside:
			return start.Name.Local
		default:
			inside = start.Name.Local == "Body"
		}
	}
}
