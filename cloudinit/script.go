package cloudinit

import (
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// JournalCommand names the variable with the journal's script, for commands of a document that change a machine in ways
// of their own: sh "$DAVIT_JOURNAL" file /etc/app.conf. It is not set where cloud-init itself runs the document.
const JournalCommand = "DAVIT_JOURNAL"

var (
	//go:embed scripts/journal.sh
	journalScript string
	//go:embed scripts/apply.sh
	applyScript string
)

// Script writes the document as a shell script that root runs on a Debian or Ubuntu machine which is in use already. It
// does what cloud-init would do at a first boot, in the same order, and may be run again, also after it was killed.
//
//   - Every change is noted before it is made, in /var/lib/davit/journal: "sh /var/lib/davit/journal/journal.sh undo"
//     takes all of it back. Data stay: the homes of users, filesystems, what a container engine holds.
//   - How far it is and how it ended is told in /run/davit/status.json and result.json, as cloud-init tells it in
//     /run/cloud-init. The script's exit code is 1 when a part of the document failed.
//   - bootcmd runs now and not at every boot. A user or a group that is there stays as it is, but for keys.
//
// What can't be done to a machine that runs, or can't be taken back, is an error with the path of its key.
func Script(c Config) ([]byte, error) {
	files, err := scriptFiles(c.WriteFiles)
	if err := errors.Join(c.Validate(), c.unfit(), err); err != nil {
		return nil, err
	}
	w := &scriptWriter{}
	w.text("#!/bin/sh\n# Made by davit from a cloud-config document, for a machine that runs already.\n")
	w.text(strings.TrimPrefix(applyScript, "# shellcheck shell=sh\n"))
	w.heredoc(`cat >"$DAVIT_JOURNAL.new"`, journalScript)
	w.text("mv \"$DAVIT_JOURNAL.new\" \"$DAVIT_JOURNAL\"\n")
	w.text("\n")
	w.commands("bootcmd", "bootcmd", c.BootCmd)
	w.files(files, false)
	w.groups(c)
	w.users(c)
	w.mounts(c)
	w.text("stage modules-config\n")
	w.config(c)
	w.text("stage modules-final\n")
	w.packages(c)
	w.files(files, true)
	w.commands("scripts_user", "runcmd", c.RunCmd)
	w.text("finish\n")
	return w.out, nil
}

// scriptWriter collects a script.
type scriptWriter struct{ out []byte }

func (w *scriptWriter) text(s string) { w.out = append(w.out, s...) }

// call adds a module's word with its arguments.
func (w *scriptWriter) call(module string, args ...string) { w.text(line(module, args) + "\n") }

// feed is a call that reads content.
func (w *scriptWriter) feed(content []byte, module string, args ...string) {
	text := string(content)
	if utf8.Valid(content) && !strings.ContainsAny(text, "\x00\r") && (text == "" || strings.HasSuffix(text, "\n")) {
		w.heredoc(line(module, args), text)
		return
	}
	w.heredoc(line(module, slices.Insert(slices.Clone(args), 0, "decoded")), wrap(base64.StdEncoding.EncodeToString(content)))
}

// heredoc gives a command a text that ends with a line's end, or nothing.
func (w *scriptWriter) heredoc(command, text string) {
	end := "END"
	for strings.Contains("\n"+text, "\n"+end+"\n") {
		end += "_"
	}
	w.text(fmt.Sprintf("%s <<'%s'\n%s%s\n", command, end, text, end))
}

func line(module string, args []string) string {
	words := []string{"module", module}
	for _, arg := range args {
		words = append(words, quote(arg))
	}
	return strings.Join(words, " ")
}

// quote protects a word from the shell.
func quote(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._:=+@%,-") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// wrap breaks a long word into lines.
func wrap(s string) string {
	var b strings.Builder
	for part := range slices.Chunk([]byte(s), 76) {
		b.Write(part)
		b.WriteByte('\n')
	}
	return b.String()
}
