package vsphere

import (
	"cmp"
	"errors"
	"net/netip"
	"net/url"
	"os"

	"github.com/vmware/govmomi/vim25/soap"

	"github.com/davit-io/davit/internal/field"
)

// account is a login at a vCenter.
type account struct {
	url        *url.URL // without the user
	user       *url.Userinfo
	thumbprint string
	caFile     string
}

// Account names the login that these options ask for: hosts of equal accounts can share a driver.
func (o *Options) Account() string {
	return fallback(o.Server, "GOVC_URL", "VSPHERE_SERVER") + "/" + fallback(o.VCenterUser, "GOVC_USERNAME", "VSPHERE_USER")
}

// fallback is the option, or the first variable of the environment that is set: those of govc, then those of the
// vSphere provider for Terraform.
func fallback(option string, variables ...string) string {
	for i := 0; option == "" && i < len(variables); i++ {
		option = os.Getenv(variables[i])
	}
	return option
}

// login reads options and environment.
func (o *Options) login() (account, error) {
	server := fallback(o.Server, "GOVC_URL", "VSPHERE_SERVER")
	if server == "" {
		return account{}, field.Errorf("vsphere.server", "no vCenter is named").WithHint("name it, or set GOVC_URL or VSPHERE_SERVER")
	}
	u, err := soap.ParseURL(server)
	if err != nil {
		// The address may hold a password, so it isn't repeated.
		return account{}, field.Errorf("vsphere.server", "is no name or URL of a vCenter").WithHint("write it like vcenter.example.com or https://vcenter.example.com/sdk")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return account{}, field.Errorf("vsphere.server", "http would send the password in the clear").WithHint("use https")
	}
	password, _ := u.User.Password()
	a := account{
		url:        u,
		thumbprint: fallback(o.Thumbprint, "GOVC_THUMBPRINT", "VSPHERE_THUMBPRINT"),
		caFile:     fallback(o.CAFile, "GOVC_TLS_CA_CERTS"),
	}
	name := cmp.Or(fallback(o.VCenterUser, "GOVC_USERNAME", "VSPHERE_USER"), u.User.Username())
	password = cmp.Or(fallback(o.VCenterPassword.Reveal(), "GOVC_PASSWORD", "VSPHERE_PASSWORD"), password)
	a.user = url.UserPassword(name, password)
	u.User = nil
	return a, errors.Join(
		given("vsphere.vcenter_user", name, "GOVC_USERNAME or VSPHERE_USER"),
		given("vsphere.vcenter_password", password, "GOVC_PASSWORD or VSPHERE_PASSWORD"),
	)
}

func given(path, value, variables string) error {
	if value != "" {
		return nil
	}
	return field.Errorf(path, "is required").WithHint("give it, or set %s", variables)
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
