package cloudinit

import (
	"fmt"
	"strings"
)

// sudoRules is where the rules of all users go.
const sudoRules = "/etc/sudoers.d/90-davit-users"

func (w *scriptWriter) users(c Config) {
	var rules strings.Builder
	for _, u := range c.Users {
		if u.Name == "default" {
			continue // whoever the machine has
		}
		if u.CreateGroups == nil || *u.CreateGroups {
			for _, g := range append(texts(u.Groups), texts(u.PrimaryGroup)...) {
				w.call("users_groups", "group", g)
			}
		}
		w.call("users_groups", append([]string{"user", u.Name}, u.options()...)...)
		for _, rule := range ruleList(u.Sudo) {
			fmt.Fprintf(&rules, "%s %s\n", u.Name, rule)
		}
		if len(u.SSHAuthorizedKeys) > 0 {
			w.feed([]byte(strings.Join(u.SSHAuthorizedKeys, "\n")+"\n"), "users_groups", "authorize", u.Name)
		}
	}
	if rules.Len() > 0 {
		w.feed([]byte(rules.String()), "users_groups", "place", sudoRules, "0440")
	}
}

// options are useradd's.
func (u User) options() []string {
	var out []string
	text := func(option, value string) {
		if value != "" {
			out = append(out, option, value)
		}
	}
	flag := func(option string, set *bool) {
		if set != nil && *set {
			out = append(out, option)
		}
	}
	text("--comment", u.Gecos)
	text("--gid", u.PrimaryGroup)
	text("--groups", strings.Join(texts(u.Groups), ","))
	text("--shell", u.Shell)
	text("--home-dir", u.HomeDir)
	text("--expiredate", u.ExpireDate)
	text("--inactive", u.Inactive)
	if u.UID != nil {
		text("--uid", fmt.Sprint(u.UID))
	}
	if u.LockPasswd != nil && !*u.LockPasswd {
		text("--password", u.Passwd+u.HashedPasswd)
	}
	flag("--system", u.System)
	flag("--no-user-group", u.NoUserGroup)
	flag("--no-log-init", u.NoLogInit)
	if homeless := u.NoCreateHome != nil && *u.NoCreateHome || u.System != nil && *u.System; homeless {
		return append(out, "--no-create-home")
	}
	return append(out, "--create-home")
}

// ruleList reads a rule, rules, or false; unlike other lists a rule holds commas.
func ruleList(v any) []string {
	if rule, ok := v.(string); ok {
		return []string{rule}
	}
	return texts(v)
}
