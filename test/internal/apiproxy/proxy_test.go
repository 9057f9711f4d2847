package apiproxy

import "testing"

func TestOperation(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`<?xml version="1.0"?><e:Envelope xmlns:e="x"><e:Header><a/></e:Header><e:Body><v:CloneVM_Task xmlns:v="y"/></e:Body></e:Envelope>`: "CloneVM_Task",
		`<Envelope><Body></Body></Envelope>`: "",
		`{"server": {"name": "<b>"}}`:        "",
		``:                                   "",
	} {
		if got := operation([]byte(body)); got != want {
			t.Errorf("%q: got %q, want %q", body, got, want)
		}
	}
}
