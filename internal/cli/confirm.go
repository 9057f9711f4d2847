package cli

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// confirm asks a question on stderr; only a plain yes is one. At the end of the input the answer is no.
func (a *app) confirm(question string) error {
	fmt.Fprintf(a.io.Err, "%s [y/N] ", question)
	line, err := bufio.NewReader(a.io.In).ReadString('\n')
	if err != nil && err != io.EOF { //nolint:errorlint // bufio gives it plain
		return fmt.Errorf("reading the answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return nil
	}
	if line == "" {
		fmt.Fprintln(a.io.Err)
	}
	return &declinedError{}
}

type declinedError struct{}

func (*declinedError) Error() string { return "not confirmed: nothing was removed" }
func (*declinedError) Hint() string  { return "-y answers yes" }
