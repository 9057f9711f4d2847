package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// confirm asks a question on stderr; only a plain yes is one. At the end of the input the answer is no: no is what the
// error says.
func (a *app) confirm(question string, no declinedError) error {
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
	return &no
}

type declinedError struct{ undone, hint string }

func (e *declinedError) Error() string { return "not confirmed: " + e.undone }
func (e *declinedError) Hint() string  { return e.hint }

func notRemoved() declinedError { return declinedError{"nothing was removed", "-y answers yes"} }
