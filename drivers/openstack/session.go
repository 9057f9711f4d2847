package openstack

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	gopher "github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
	"golang.org/x/sync/semaphore"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// session is one login: the services of a project in a region.
type session struct {
	compute, volume, network, image *gophercloud.ServiceClient

	project string // id
}

// session logs in at the first call and hands out the same session ever after; a login that failed is tried anew.
func (d *Driver) session(ctx context.Context) (*session, error) {
	if err := d.door.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer d.door.Release(1)
	if d.open != nil {
		return d.open, nil
	}
	s, err := login(ctx, d.account, d.config, d.pace)
	if err != nil {
		return nil, err
	}
	d.open = s
	return s, nil
}

func login(ctx context.Context, account Options, config string, p pace) (*session, error) {
	auth, where, secure, err := credentials(account, config)
	if err != nil {
		return nil, err
	}
	client, err := gopher.NewClient(auth.IdentityEndpoint)
	if err != nil {
		return nil, field.Errorf("openstack.cloud", "the identity service's address %q: %w", auth.IdentityEndpoint, err)
	}
	client.UserAgent.Prepend("davit")
	versions := &window{base: newTransport(secure, p)}
	versions.minor.Store(newest)
	client.HTTPClient = http.Client{Transport: versions}
	// A token given as such can't be renewed; every other login is renewed when a service says 401.
	auth.AllowReauth = auth.TokenID == ""
	// Version 3 is asked for directly: discovering it would cost a request per process.
	if err := gopher.AuthenticateV3(ctx, client, &auth, gophercloud.EndpointOpts{}); err != nil {
		return nil, explain(err, "log in at %s", auth.IdentityEndpoint)
	}
	return services(client, where, versions)
}

func newTransport(secure *tls.Config, p pace) *transport {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.TLSClientConfig = secure
	base.ResponseHeaderTimeout = p.answer
	base.MaxIdleConnsPerHost = p.parallel
	return &transport{
		base: base, parallel: int64(p.parallel), tries: 5, backoff: p.backoff,
		gates: map[string]*semaphore.Weighted{},
	}
}

func services(client *gophercloud.ProviderClient, where gophercloud.EndpointOpts, versions *window) (*session, error) {
	s := &session{project: projectOf(client)}
	for _, service := range []struct {
		client  **gophercloud.ServiceClient
		types   []string // the first is the official one
		version string   // of the resources below the endpoint; empty: the endpoint has it
	}{
		{&s.compute, []string{"compute"}, ""},
		{&s.volume, []string{"block-storage", "volumev3", "block-store"}, ""},
		{&s.network, []string{"network"}, "v2.0"},
		{&s.image, []string{"image"}, "v2"},
	} {
		// The endpoint is taken from the catalog as it is; the SDK's own constructors ask each service for its versions.
		where.Type, where.Aliases = service.types[0], service.types
		endpoint, err := client.EndpointLocator(where)
		if err != nil {
			return nil, noEndpoint(service.types[0], where.Region, err)
		}
		*service.client = &gophercloud.ServiceClient{ProviderClient: client, Endpoint: endpoint, Type: service.types[0]}
		if base := strings.TrimSuffix(endpoint, service.version+"/"); service.version != "" {
			(*service.client).ResourceBase = base + service.version + "/"
		}
	}
	s.compute.Microversion = microversion(newest)
	versions.server = serverVersions(s.compute)
	return s, nil
}

func noEndpoint(service, region string, err error) error {
	text := fmt.Sprintf("the catalog has no %s service", service)
	if region != "" {
		text += fmt.Sprintf(" in region %q", region)
	}
	return field.Errorf("openstack.region", "%s: %w", text, &drivers.Error{Kind: drivers.ErrNotFound, Err: errors.New(err.Error())})
}

func projectOf(client *gophercloud.ProviderClient) string {
	result, ok := client.GetAuthResult().(interface {
		ExtractProject() (*tokens.Project, error)
	})
	if !ok {
		return ""
	}
	if project, err := result.ExtractProject(); err == nil && project != nil {
		return project.ID
	}
	return ""
}

// credentials reads a cloud of clouds.yaml (with secure.yaml beside it), or the OS_* variables when no cloud is named.
func credentials(account Options, config string) (gophercloud.AuthOptions, gophercloud.EndpointOpts, *tls.Config, error) {
	var from []clouds.ParseOption
	if account.Region != "" {
		from = append(from, clouds.WithRegion(account.Region))
	}
	if config != "" {
		from = append(from, clouds.WithLocations(config))
	}
	switch {
	case account.Cloud != "":
		from = append(from, clouds.WithCloudName(account.Cloud))
	case os.Getenv("OS_CLOUD") != "":
	case os.Getenv("OS_AUTH_URL") != "":
		doc, err := environment()
		if err != nil {
			return gophercloud.AuthOptions{}, gophercloud.EndpointOpts{}, nil, err
		}
		from = append(from, clouds.WithCloudName(environmentCloud), clouds.WithCloudsYAML(bytes.NewReader(doc)))
	default:
		return gophercloud.AuthOptions{}, gophercloud.EndpointOpts{}, nil, field.Errorf("openstack.cloud", "no cloud is named").
			WithHint("name one of clouds.yaml, or set OS_CLOUD, or source the cloud's openrc file (OS_AUTH_URL and so on)")
	}
	auth, where, secure, err := clouds.Parse(from...)
	if err != nil {
		return auth, where, nil, field.Errorf("openstack.cloud", "%w", err).
			WithHint("clouds.yaml is looked for in the current folder, ~/.config/openstack and /etc/openstack, or where OS_CLIENT_CONFIG_FILE says")
	}
	return auth, where, secure, nil
}

const environmentCloud = "environment"

// environment writes the OS_* variables as a clouds.yaml, so that both are read by the same rules: the SDK's own
// reader of the environment knows no domains of user and project, which every openrc file sets. (JSON is YAML.)
func environment() ([]byte, error) {
	auth := map[string]string{}
	for _, key := range []string{
		"auth_url", "token", "username", "user_id", "password", "project_name", "project_id", "user_domain_name", "user_domain_id",
		"project_domain_name", "project_domain_id", "domain_name", "domain_id", "system_scope", "trust_id",
		"application_credential_id", "application_credential_name", "application_credential_secret",
	} {
		if value := os.Getenv("OS_" + strings.ToUpper(key)); value != "" {
			auth[key] = value
		}
	}
	cloud := map[string]any{"auth": auth}
	for key, variable := range map[string]string{"cacert": "OS_CACERT", "cert": "OS_CERT", "key": "OS_KEY"} {
		if value := os.Getenv(variable); value != "" {
			cloud[key] = value
		}
	}
	return json.Marshal(map[string]any{"clouds": map[string]any{environmentCloud: cloud}})
}
