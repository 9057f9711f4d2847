package generic

import "github.com/davit-io/davit/drivers"

// JudgeForTest judges what inspect.sh says of a machine, and plans.
func JudgeForTest(s drivers.Spec, inspection string) (drivers.Resolved, error) {
	f := parseFacts(inspection)
	if err := judge(s, optionsOf(s), f); err != nil {
		return drivers.Resolved{}, err
	}
	return plan(s, optionsOf(s), f), nil
}

// ScriptForTest gives a script of the driver's.
func ScriptForTest(name string) string { return script(name) }
