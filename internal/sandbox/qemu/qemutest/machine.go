package qemutest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Variables by which a test says what the guest does.
const (
	SayKey  = "guestinfo.test.say"  // lines "KEY VALUE" that the guest sets
	FailKey = "guestinfo.test.fail" // QEMU ends at once and says this
)

func machine(args []string) error {
	given := firmware(args)
	if text := given[FailKey]; text != "" {
		return errors.New(text)
	}
	monitor, guest := os.NewFile(3, "monitor"), os.NewFile(4, "guest")
	if err := os.WriteFile("args", []byte(strings.Join(args, "\n")), 0o600); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(monitor, `{"QMP": {"version": {}, "capabilities": []}}`)
	go say(guest, given[SayKey])
	return obey(monitor)
}

// firmware reads what -fw_cfg names, as a guest would.
func firmware(args []string) map[string]string {
	given := map[string]string{}
	for i, arg := range args {
		if arg != "-fw_cfg" {
			continue
		}
		name, file, _ := strings.Cut(args[i+1], ",file=")
		data, _ := os.ReadFile(file)
		given[strings.TrimPrefix(name, "name=opt/")] = string(data)
	}
	return given
}

func say(guest *os.File, lines string) {
	for line := range strings.Lines(lines) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		_, _ = fmt.Fprintln(guest, key, base64.StdEncoding.EncodeToString([]byte(value)))
	}
}

// obey answers the monitor until the power button is pressed or nobody is there.
func obey(monitor *os.File) error {
	in := json.NewDecoder(monitor)
	for {
		var command struct{ Execute string }
		if err := in.Decode(&command); err != nil {
			return err
		}
		_, _ = fmt.Fprintln(monitor, `{"return": {}}`)
		if command.Execute == "system_powerdown" {
			return nil
		}
	}
}
