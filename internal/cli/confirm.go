package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// confirm asks a question on stderr; only a plain yes is one. At the end of the input the answer is no.
func (a *app) confirm(question string) error {
	a.io.tell("%s [y/N] ", question)
	line, err := bufio.NewReader(a.io.In).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the answer: %w", err)
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return nil
	}
	if line == "" {
		a.io.tell("\n")
	}
	return &declinedError{}
}

type declinedError struct{}

func (*declinedError) Error() string { return "not confirmed: nothing was removed" }
func (*declinedError) Hint() string  { return "-y answers yes" }
