package sandbox

import (
	"path/filepath"

	"github.com/davit-io/davit/internal/sandbox/vcenter"
)

// Env are the variables by which davit, govc and Terraform find the sandbox and trust its certificate alone.
func (s State) Env() [][2]string {
	return [][2]string{
		{"GOVC_URL", "https://" + s.Server + "/sdk"},
		{"GOVC_USERNAME", s.User},
		{"GOVC_PASSWORD", s.Password},
		{"GOVC_TLS_CA_CERTS", s.Certificate},
		{"GOVC_DATACENTER", vcenter.Datacenter},
		{"GOVC_DATASTORE", vcenter.Datastore},
		{"GOVC_NETWORK", vcenter.Network},
		{"GOVC_RESOURCE_POOL", vcenter.Pool},
		{"VSPHERE_SERVER", s.Server},
		{"VSPHERE_USER", s.User},
		{"VSPHERE_PASSWORD", s.Password},
		{"VSPHERE_THUMBPRINT", s.Thumbprint},
		// Terraform's provider knows no file of its own; Go looks here besides the system's own bundle.
		{"SSL_CERT_DIR", filepath.Dir(s.Certificate)},
	}
}
