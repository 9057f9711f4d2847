package cloudinit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// config sets what the packages need, and the time zone.
func (w *scriptWriter) config(c Config) {
	if conf, ok := c.Apt["conf"].(string); ok {
		w.feed([]byte(withEnd(conf)), "apt_configure", "place", "/etc/apt/apt.conf.d/94cloud-init-config", "0644")
	}
	if c.Timezone != "" {
		w.call("timezone", "zone", c.Timezone)
	}
}

func (w *scriptWriter) packages(c Config) {
	const module = "package_update_upgrade_install"
	if c.PackageUpdate != nil && *c.PackageUpdate {
		w.call(module, "apt", "update")
	}
	names := []string{"packages"}
	for _, p := range c.Packages {
		names = append(names, strings.Join(texts(p), "="))
	}
	if len(names) > 1 {
		w.call(module, names...)
	}
}

// commands makes one script of all commands, so that one may end it or set what the next ones read.
func (w *scriptWriter) commands(module, name string, commands []Command) {
	if len(commands) == 0 {
		return
	}
	var b strings.Builder
	for _, c := range commands {
		if c.Args == nil {
			b.WriteString(withEnd(c.Line))
			continue
		}
		var words []string
		for _, arg := range c.Args {
			words = append(words, quote(arg))
		}
		b.WriteString(strings.Join(words, " ") + "\n")
	}
	w.feed([]byte(b.String()), module, "commands", name)
}

func withEnd(s string) string { return strings.TrimSuffix(s, "\n") + "\n" }

// groups makes the groups of the key that no field stands for.
func (w *scriptWriter) groups(c Config) {
	for _, g := range groupsOf(c) {
		w.call("users_groups", "group", g.name)
		for _, member := range g.members {
			w.call("users_groups", "member", member, g.name)
		}
	}
}

type groupEntry struct {
	name    string
	members []string
}

func groupsOf(c Config) []groupEntry {
	var out []groupEntry
	list, ok := c.Extra["groups"].([]any)
	if !ok {
		list = []any{c.Extra["groups"]}
	}
	for _, entry := range list {
		block, ok := entry.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(block)) {
			out = append(out, groupEntry{name, texts(block[name])})
		}
		if !ok {
			for _, name := range texts(entry) {
				out = append(out, groupEntry{name: name})
			}
		}
	}
	return out
}

// mounts has fstab's fields, with those of cloud-init that don't name cloud-init itself.
func (w *scriptWriter) mounts(c Config) {
	for _, m := range c.Mounts {
		fields := []string{"", "", "auto", "defaults,nofail", "0", "2"}
		for i, f := range m {
			if f != nil {
				fields[i] = fmt.Sprint(f)
			}
		}
		w.call("mounts", append([]string{"filesystem"}, fields...)...)
	}
}

// texts reads a text with commas, or a list.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return splitList(v)
	case []string:
		return v
	case []any:
		var out []string
		for _, entry := range v {
			out = append(out, fmt.Sprint(entry))
		}
		return out
	}
	return nil
}

func splitList(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}
