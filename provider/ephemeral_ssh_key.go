package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/internal/remote"
)

// EphemeralResources lists the ephemeral resources; a new one is a line here.
func (d *davit) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{
		func() ephemeral.EphemeralResource { return sshKey{} },
	}
}

// sshKey is the ephemeral resource davit_ssh_key.
type sshKey struct{}

type sshKeyModel struct {
	Comment     types.String `tfsdk:"comment"`
	PrivateKey  types.String `tfsdk:"private_key"`
	PublicKey   types.String `tfsdk:"public_key"`
	Fingerprint types.String `tfsdk:"fingerprint"`
}

// Metadata implements ephemeral.EphemeralResource.
func (sshKey) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ssh_key"
}

// Schema implements ephemeral.EphemeralResource.
func (sshKey) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A new Ed25519 key for SSH, at every run of Terraform another one. It is in no plan and in no state: hand it to a write-only argument, " +
			"or to a secret store, in the run that makes it.",
		Attributes: map[string]schema.Attribute{
			"comment":     schema.StringAttribute{Optional: true, MarkdownDescription: "Comment of the key. Empty: `davit`."},
			"private_key": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "Private key, in the format of OpenSSH."},
			"public_key":  schema.StringAttribute{Computed: true, MarkdownDescription: "Public key, as a line of `authorized_keys`."},
			"fingerprint": schema.StringAttribute{Computed: true, MarkdownDescription: "SHA-256 fingerprint of the public key, as `ssh-keygen -l` shows it."},
		},
	}
}

// Open implements ephemeral.EphemeralResource.
func (sshKey) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m sshKeyModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	comment := "davit"
	if !m.Comment.IsNull() {
		comment = m.Comment.ValueString()
	}
	key, err := remote.GenerateKey(comment)
	if err != nil {
		resp.Diagnostics.AddError("The SSH key: failed", err.Error())
		return
	}
	m.PrivateKey, m.PublicKey = types.StringValue(key.Private.Reveal()), types.StringValue(key.Public)
	m.Fingerprint = types.StringValue(ssh.FingerprintSHA256(key.Signer.PublicKey()))
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
}
