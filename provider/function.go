package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/davit-io/davit/drivers"
)

// Functions lists the functions; a new one is a line here.
func (d *davit) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		func() function.Function { return mtuFunction{} },
		func() function.Function { return hostNamesFunction{} },
		func() function.Function { return mergeFunction{} },
	}
}

// failed is what a function answers with: what is wrong with an argument, and the next step.
func failed(argument int64, err error) *function.FuncError {
	text := err.Error()
	if next := drivers.Hint(err); next != "" {
		text += ": " + next
	}
	return function.NewArgumentFuncError(argument, text)
}
