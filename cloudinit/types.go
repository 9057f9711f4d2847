package cloudinit

import (
	"reflect"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// User is an entry of users. With nothing but a name it is written as the name: "default" is the image's own user.
type User struct {
	Name              string   `yaml:"name,omitempty"`
	Gecos             string   `yaml:"gecos,omitempty"`
	PrimaryGroup      string   `yaml:"primary_group,omitempty"`
	Groups            any      `yaml:"groups,omitempty"` // a comma-separated text or a list
	Shell             string   `yaml:"shell,omitempty"`
	HomeDir           string   `yaml:"homedir,omitempty"`
	Sudo              any      `yaml:"sudo,omitempty"` // a rule, a list of rules, or false
	Doas              []string `yaml:"doas,omitempty"`
	LockPasswd        *bool    `yaml:"lock_passwd,omitempty"`
	Passwd            string   `yaml:"passwd,omitempty"`
	HashedPasswd      string   `yaml:"hashed_passwd,omitempty"`
	PlainTextPasswd   string   `yaml:"plain_text_passwd,omitempty"`
	SSHAuthorizedKeys []string `yaml:"ssh_authorized_keys,omitempty"`
	SSHImportID       []string `yaml:"ssh_import_id,omitempty"`
	SSHRedirectUser   *bool    `yaml:"ssh_redirect_user,omitempty"`
	UID               any      `yaml:"uid,omitempty"` // a number, or a text in old documents
	System            *bool    `yaml:"system,omitempty"`
	NoCreateHome      *bool    `yaml:"no_create_home,omitempty"`
	NoUserGroup       *bool    `yaml:"no_user_group,omitempty"`
	NoLogInit         *bool    `yaml:"no_log_init,omitempty"`
	CreateGroups      *bool    `yaml:"create_groups,omitempty"`
	ExpireDate        string   `yaml:"expiredate,omitempty"`
	Inactive          string   `yaml:"inactive,omitempty"`
	SELinuxUser       string   `yaml:"selinux_user,omitempty"`
	SnapUser          string   `yaml:"snapuser,omitempty"`
}

// File is an entry of write_files.
type File struct {
	Path        string `yaml:"path"`
	Owner       string `yaml:"owner,omitempty"`
	Permissions string `yaml:"permissions,omitempty"` // octal, for example "0644"
	Encoding    string `yaml:"encoding,omitempty"`
	Append      bool   `yaml:"append,omitempty"`
	Defer       bool   `yaml:"defer,omitempty"` // in the last stage, when users and packages are there
	Content     string `yaml:"content,omitempty"`
	Source      any    `yaml:"source,omitempty"` // where cloud-init 25 and later fetches the content
}

// SSH is the block ssh.
type SSH struct {
	EmitKeysToConsole *bool `yaml:"emit_keys_to_console,omitempty"`
}

// Command is an entry of bootcmd or runcmd: a line for the shell, or a program and its arguments.
type Command struct {
	Line string
	Args []string // used when not nil
}

// Shell is a command given to the shell as it is.
func Shell(line string) Command { return Command{Line: line} }

// Exec is a program with its arguments, past the shell.
func Exec(args ...string) Command { return Command{Args: args} }

// MarshalYAML writes a line or a list.
func (c Command) MarshalYAML() (any, error) {
	if c.Args != nil {
		return c.Args, nil
	}
	return c.Line, nil
}

// UnmarshalYAML reads a line or a list.
func (c *Command) UnmarshalYAML(node ast.Node) error {
	if node.Type() == ast.SequenceType {
		return yaml.NodeToValue(node, &c.Args)
	}
	return yaml.NodeToValue(node, &c.Line)
}

type plainUser User

// MarshalYAML writes a name alone as a text.
func (u User) MarshalYAML() (any, error) {
	if u.Name != "" && reflect.DeepEqual(u, User{Name: u.Name}) {
		return u.Name, nil
	}
	return plainUser(u), nil
}

// UnmarshalYAML reads a name or a block.
func (u *User) UnmarshalYAML(node ast.Node) error {
	if node.Type() == ast.MappingType || node.Type() == ast.MappingValueType {
		return yaml.NodeToValue(node, (*plainUser)(u), yaml.Strict())
	}
	return yaml.NodeToValue(node, &u.Name)
}
