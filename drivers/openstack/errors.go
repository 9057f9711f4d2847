package openstack

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gophercloud/gophercloud/v2"

	"github.com/davit-io/davit/drivers"
)

// refusal is an answer of a service that is not what was asked for.
type refusal struct {
	status  int
	words   string // the service's own
	request string // the id under which the service's log has it
	pause   time.Duration
}

func (r *refusal) Error() string {
	text := fmt.Sprintf("%s (HTTP %d", r.words, r.status)
	if r.request != "" {
		text += ", " + r.request
	}
	return text + ")"
}

// explain is the one place where errors of requests become errors of the contract. The format names the operation
// and its object.
func explain(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	what := fmt.Sprintf(format, args...)
	if known, ok := errors.AsType[*drivers.Error](err); ok {
		return &drivers.Error{Kind: known.Kind, Err: fmt.Errorf("%s: %w", what, known.Err), Next: known.Next}
	}
	if answer, ok := refused(err); ok {
		next, kind := judge(answer)
		return &drivers.Error{Kind: kind, Err: fmt.Errorf("%s: %w", what, answer), Next: next}
	}
	return &drivers.Error{Kind: kindOfFailure(err), Err: fmt.Errorf("%s: %w", what, stripped(err)), Next: hintOfFailure(err)}
}

// refused finds a service's answer in err, also below the types of the SDK that do not unwrap.
func refused(err error) (*refusal, bool) {
	if failed, ok := errors.AsType[*gophercloud.ErrUnableToReauthenticate](err); ok {
		err = failed.ErrReauth
	}
	if answer, ok := errors.AsType[*refusal](err); ok {
		return answer, true
	}
	answer, ok := errors.AsType[gophercloud.ErrUnexpectedResponseCode](err)
	if !ok {
		return nil, false
	}
	r := &refusal{status: answer.Actual, words: words(answer.Body, answer.Actual)}
	r.request = answer.ResponseHeader.Get("X-Openstack-Request-Id")
	r.pause, _ = retryAfter(answer.ResponseHeader)
	return r, true
}

// judge gives the next step and the kind of a refusal.
func judge(r *refusal) (next string, kind error) {
	quota := strings.Contains(strings.ToLower(r.words), "quota")
	switch {
	case r.status == http.StatusUnauthorized:
		return "check the credentials of the cloud in clouds.yaml, or the OS_* variables", drivers.ErrAuth
	case quota && r.status < 500, r.status == http.StatusRequestEntityTooLarge:
		return "remove what is no longer needed, or ask the cloud's operator for a higher quota", drivers.ErrQuota
	case r.status == http.StatusForbidden:
		return "ask the cloud's operator for a role that may do this", drivers.ErrAuth
	case r.status == http.StatusNotFound:
		return "", drivers.ErrNotFound
	case r.status == http.StatusConflict && strings.Contains(r.words, "already exist"):
		return "", drivers.ErrExists
	case r.status == http.StatusNotAcceptable:
		return "", drivers.ErrUnsupported
	case r.status == http.StatusGatewayTimeout:
		return "the service is slow; run the command again", drivers.ErrTimeout
	case r.status == http.StatusTooManyRequests:
		return "the service limits the rate of requests; run the command again later", nil
	case r.status >= 500:
		return "the service is in trouble; run the command again, or give its operator the request id", nil
	}
	return "", nil
}

func kindOfFailure(err error) error {
	switch {
	case errors.Is(err, context.Canceled):
		return nil
	case timedOut(err):
		return drivers.ErrTimeout
	}
	return nil
}

func hintOfFailure(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "name the certificate of the cloud's authority as cacert in clouds.yaml"
	}
	if timedOut(err) {
		return "the service does not answer; check the network to it and run the command again"
	}
	return ""
}

// stripped leaves no type of the SDK in an error that goes out; context and network errors are kept.
func stripped(err error) error {
	if strings.HasPrefix(fmt.Sprintf("%T", err), "gophercloud.") || strings.HasPrefix(fmt.Sprintf("%T", err), "*gophercloud.") {
		return errors.New(err.Error())
	}
	return err
}

// unclear says that a request may have taken effect although it failed.
func unclear(err error) bool {
	if answer, ok := errors.AsType[*refusal](err); ok {
		return answer.status >= 500
	}
	return !errors.Is(err, drivers.ErrUnsupported)
}

// askedPause is how long a service asks to be left alone, within reason.
func askedPause(err error) time.Duration {
	if answer, ok := errors.AsType[*refusal](err); ok {
		return min(answer.pause, longestPause)
	}
	return 0
}

// transient says that the same question may be answered a little later.
func transient(err error) bool {
	if answer, ok := errors.AsType[*refusal](err); ok {
		return answer.status >= 500 || answer.status == http.StatusTooManyRequests
	}
	_, network := errors.AsType[*url.Error](err)
	return network
}

func hasStatus(err error, status ...int) bool {
	answer, ok := errors.AsType[*refusal](err)
	return ok && slices.Contains(status, answer.status)
}

var tags = regexp.MustCompile(`<[^>]*>`)

// words finds what a service says in the body of an answer: every service wraps its message in its own way.
func words(body []byte, status int) string {
	var doc any
	if json.Unmarshal(body, &doc) == nil {
		if text := message(doc, 3); text != "" {
			return text
		}
	}
	text := strings.Join(strings.Fields(tags.ReplaceAllString(string(body), " ")), " ")
	if text == "" {
		return http.StatusText(status)
	}
	return text[:min(len(text), 300)]
}

func message(doc any, depth int) string {
	object, ok := doc.(map[string]any)
	if !ok || depth == 0 {
		return ""
	}
	if text, ok := object["message"].(string); ok && text != "" {
		return text
	}
	for _, inner := range object {
		if text := message(inner, depth-1); text != "" {
			return text
		}
	}
	return ""
}
