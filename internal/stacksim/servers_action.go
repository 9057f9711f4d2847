package stacksim

import (
	"encoding/json"
	"slices"
)

// act is a power action: the statuses it may start from, the status it ends in, and how Nova names both.
type act struct {
	from       []string
	during, to string
	task, name string
}

var acts = map[string]act{
	"os-start":    {from: []string{"SHUTOFF"}, to: "ACTIVE", task: "powering-on", name: "start"},
	"os-stop":     {from: []string{"ACTIVE", "ERROR"}, to: "SHUTOFF", task: "powering-off", name: "stop"},
	"reboot SOFT": {from: []string{"ACTIVE"}, during: "REBOOT", to: "ACTIVE", task: "rebooting", name: "reboot"},
	"reboot HARD": {from: []string{"ACTIVE", "SHUTOFF", "ERROR", "REBOOT"}, during: "HARD_REBOOT", to: "ACTIVE", task: "rebooting_hard", name: "reboot"},
}

func (c *Cloud) serversAction(q *request) (reply, error) {
	s, err := c.server(q)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		Start   json.RawMessage        `json:"os-start"`
		Stop    json.RawMessage        `json:"os-stop"`
		Reboot  *struct{ Type string } `json:"reboot"`
		Console *struct{ Length *int } `json:"os-getConsoleOutput"`
	}
	if err := c.decode(q, &in); err != nil {
		return reply{}, err
	}
	switch {
	case in.Console != nil:
		return c.consoleOutput(s, in.Console.Length)
	case in.Start != nil:
		return c.power(s, "os-start")
	case in.Stop != nil:
		return c.power(s, "os-stop")
	case in.Reboot != nil:
		return c.power(s, "reboot "+in.Reboot.Type)
	}
	return reply{}, bad("Invalid input: no action in the body")
}

func (c *Cloud) power(s *server, name string) (reply, error) {
	a, known := acts[name]
	if !known {
		return reply{}, bad("Invalid input for field/attribute type: %s is not one of ['HARD', 'SOFT', 'hard', 'soft']", name)
	}
	vm, _ := s.states()
	if s.TaskState != "" && a.during != "HARD_REBOOT" {
		return reply{}, conflict("", "Cannot '%s' instance %s while it is in task_state %s", a.name, s.ID, s.TaskState)
	}
	if !slices.Contains(a.from, s.Status) {
		return reply{}, conflict("", "Cannot '%s' instance %s while it is in vm_state %s", a.name, s.ID, vm)
	}
	s.Status, s.TaskState = or(a.during, s.Status), a.task
	c.later(c.quarter(), func() {
		if !s.deleting && s.TaskState == a.task {
			s.Status, s.TaskState, s.Fault = a.to, "", ""
		}
	})
	return accepted(nil)
}
