package spec

import (
	"errors"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/davit-io/davit/internal/field"
)

func (h *Host) checkEngine() error {
	var errs []error
	for i, m := range h.Engine.RegistryMirrors {
		if !isMirror(m) {
			errs = append(errs, field.Errorf(index("engine.registry_mirrors", i), "%q is no mirror: an http or https URL without path, such as https://mirror.example.com", m))
		}
	}
	for i, r := range h.Engine.InsecureRegistries {
		if !isRegistry(r) {
			errs = append(errs, field.Errorf(index("engine.insecure_registries", i), "%q is no registry: a host, host:port or network, such as registry.example.com:5000 or 10.0.0.0/8", r))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(h.Engine.Labels)) {
		if strings.ContainsAny(k, "= \t\n") {
			errs = append(errs, field.Errorf("engine.labels", "the name %q has a blank or an equals sign", k))
		}
	}
	return errors.Join(errs...)
}

// isMirror knows what Docker takes: a URL of the registry's root.
func isMirror(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	return (u.Scheme == "http" || u.Scheme == "https") && (u.Path == "" || u.Path == "/")
}

func isRegistry(s string) bool {
	if _, err := netip.ParsePrefix(s); err == nil {
		return true
	}
	host := s
	if h, port, err := net.SplitHostPort(s); err == nil {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
		host = h
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return isDomain(strings.ToLower(host))
}

func isDomain(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if !isLabel(label) {
			return false
		}
	}
	return true
}
