package cli

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/davit-io/davit/drivers"
)

const driversIntro = `# Drivers

| Driver | |
|---|---|
`

const capabilitiesIntro = `
Every driver resolves names, creates, looks at and removes hosts, and goes on where a killed run ended; one suite of tests,
` + "`drivers/drivertest`" + `, holds them to it. What else davit can do depends on the platform:

`

// driversDoc tells which driver can do what.
func driversDoc(table drivers.Table) ([]byte, error) {
	b := bytes.NewBufferString(driversIntro)
	head, rule := "| davit can |", "|---|"
	var opened []drivers.Driver
	for _, c := range table {
		d, err := c.Open(context.Background(), c.Options()) // nobody logs in before the first call
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", c.Name, err)
		}
		opened = append(opened, d)
		fmt.Fprintf(b, "| `%s` | %s |\n", c.Name, c.Help)
		head, rule = head+" `"+c.Name+"` |", rule+":-:|"
	}
	fmt.Fprint(b, capabilitiesIntro, head, "\n", rule, "\n")
	for _, can := range drivers.Capabilities() {
		row := []string{"| " + can.Help}
		for _, d := range opened {
			row = append(row, mark(can.In(d)))
		}
		fmt.Fprintf(b, "%s |\n", strings.Join(row, " | "))
	}
	return b.Bytes(), nil
}

func mark(has bool) string {
	if has {
		return "yes"
	}
	return "–"
}
