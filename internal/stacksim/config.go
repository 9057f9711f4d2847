package stacksim

import (
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
)

const (
	region    = "RegionOne"
	userName  = "demo"
	userPass  = "sim-password"
	project   = "demo"
	appName   = "sim-app"
	appSecret = "sim-app-secret"
)

func (c *Cloud) authURL() string { return c.base + "/identity/v3" }

// CloudsYAML is the path of a clouds.yaml with the clouds "sim" (password), "sim-app" (application credential) and
// "sim-bad" (a wrong password). It is gone after the cloud's end.
func (c *Cloud) CloudsYAML() string { return filepath.Join(c.dir, "clouds.yaml") }

// Env is the cloud "sim" as OS_* variables.
func (c *Cloud) Env() []string {
	return []string{
		"OS_AUTH_URL=" + c.authURL(), "OS_USERNAME=" + userName, "OS_PASSWORD=" + userPass,
		"OS_PROJECT_NAME=" + project, "OS_USER_DOMAIN_NAME=Default", "OS_PROJECT_DOMAIN_NAME=Default",
		"OS_REGION_NAME=" + region, "OS_INTERFACE=public", "OS_IDENTITY_API_VERSION=3",
	}
}

func (c *Cloud) writeConfig() error {
	dir, err := os.MkdirTemp("", "stacksim-")
	if err != nil {
		return err
	}
	c.dir = dir
	text, err := yaml.Marshal(obj{"clouds": obj{
		"sim": c.passwordEntry(userPass), "sim-bad": c.passwordEntry("wrong"), "sim-app": c.appEntry(),
	}})
	if err != nil {
		return err
	}
	return os.WriteFile(c.CloudsYAML(), text, 0o600)
}

func (c *Cloud) passwordEntry(password string) obj {
	return obj{
		"region_name": region, "interface": "public", "identity_api_version": 3,
		"auth": obj{
			"auth_url": c.authURL(), "username": userName, "password": password, "project_name": project,
			"user_domain_name": "Default", "project_domain_name": "Default",
		},
	}
}

func (c *Cloud) appEntry() obj {
	return obj{
		"region_name": region, "interface": "public", "identity_api_version": 3, "auth_type": "v3applicationcredential",
		"auth": obj{"auth_url": c.authURL(), "application_credential_id": appID, "application_credential_secret": appSecret},
	}
}
