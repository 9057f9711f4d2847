package cli

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// shell is how one shell sets and unsets a variable, how its user runs the lines that davit env prints, and how it quotes.
type shell struct {
	name       string
	set, unset string // formats: name, and for set the quoted value
	comment    string
	eval       string // format: the command that prints the lines
}

// shells are the ones docker-machine knows, with the lines it prints.
var shells = []shell{
	{"sh", `export %s="%s"`, "unset %s", "# ", `eval "$(%s)"`},
	{"bash", `export %s="%s"`, "unset %s", "# ", `eval "$(%s)"`},
	{"zsh", `export %s="%s"`, "unset %s", "# ", `eval "$(%s)"`},
	{"fish", `set -gx %s "%s";`, "set -e %s;", "# ", "%s | source"},
	{"powershell", `$Env:%s = "%s"`, `Remove-Item Env:\%s`, "# ", "& %s | Invoke-Expression"},
	{"cmd", `SET %s=%s`, `SET %s=`, "REM ", `@FOR /f "tokens=*" %%i IN ('%s') DO @%%i`},
	{"tcsh", `setenv %s "%s";`, "unsetenv %s;", "# ", "eval `%s`"},
	{"emacs", `(setenv "%s" "%s")`, `(setenv "%s" nil)`, ";; ", `(with-temp-buffer (shell-command "%s" (current-buffer)) (eval-buffer))`},
}

func shellNames() []string {
	names := make([]string, len(shells))
	for i, s := range shells {
		names[i] = s.name
	}
	return names
}

// findShell gives the shell with a name; an empty name stands for the one that $SHELL tells.
func findShell(name string, getenv func(string) string) (shell, error) {
	told := name
	if name == "" {
		name = defaultShell(getenv("SHELL"))
	}
	i := slices.Index(shellNames(), name)
	if i < 0 && told == "" {
		i = 0
	}
	if i < 0 {
		return shell{}, usagef(nearest(name, shellNames(), ""), "--shell %q is not one of %s", name, strings.Join(shellNames(), ", "))
	}
	return shells[i], nil
}

func defaultShell(path string) string {
	if path == "" && runtime.GOOS == "windows" {
		return "powershell"
	}
	return filepath.Base(path)
}

// lines are what sets vars, or unsets them, and how to run the lines with the command that printed them.
func (s shell) lines(vars [][2]string, unset bool, command string) []string {
	var out []string
	for _, v := range vars {
		if unset {
			out = append(out, fmt.Sprintf(s.unset, v[0]))
			continue
		}
		out = append(out, fmt.Sprintf(s.set, v[0], v[1]))
	}
	return append(out,
		s.comment+"Run this command to configure your shell:",
		s.comment+fmt.Sprintf(s.eval, command))
}
