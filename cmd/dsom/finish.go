package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/exc"
)

// The exit statuses.
const (
	statusGood   = 0
	statusFailed = 1
	statusUsage  = 2
	statusRaised = 3
)

// errReported is the error of a verb that has said itself what went wrong.
var errReported = errors.New("reported")

// errInterrupted is the error of a verb that was told to end before it was done.
var errInterrupted = errors.New("interrupted")

// A raisedError is an exception that the object raised, which is a result of its own kind.
type raisedError struct {
	cause error
	body  json.RawMessage // {"_exception": …, …}
	words error           // what people are told instead, if anything
}

// namedError returns the error of an exception that a verb can put into words.
func namedError(words error, id string, cause error) error {
	b, _ := json.Marshal(map[string]string{"_exception": id, "error": words.Error()}) // of strings: it cannot fail
	return &raisedError{cause, b, words}
}

func (e *raisedError) Error() string {
	if e.words != nil {
		return e.words.Error()
	}
	return e.cause.Error()
}
func (e *raisedError) Unwrap() error { return e.cause }

// raisedSystem returns the error of a system exception that the peer raised.
func raisedSystem(sys *exc.SystemException) *raisedError {
	body := struct {
		ID        string `json:"_exception"`
		Minor     uint32 `json:"minor"`
		Completed string `json:"completed"`
		Meaning   string `json:"meaning,omitempty"`
		Reason    string `json:"reason,omitempty"`
	}{sys.Kind.ID(), sys.Minor, strings.TrimPrefix(sys.Completed.String(), "completed "), "", sys.Reason}
	body.Meaning, _ = exc.MinorMeaning(sys.Kind, sys.Minor)
	b, _ := json.Marshal(body) // of strings and a number: it cannot fail
	return &raisedError{sys, b, nil}
}

// finish reports err and returns the exit status.
func (c *console) finish(err error) int {
	var raised *raisedError
	var wrong *usageError
	var status statusError
	switch {
	case err == nil:
		return statusGood
	case errors.Is(err, errReported):
		return statusFailed
	case errors.As(err, &status):
		return int(status)
	case errors.As(err, &raised):
		if raised.words != nil && !c.json {
			c.complain(err, "")
		} else {
			fmt.Fprintf(c.err, "%s\n", raised.body)
		}
		return statusRaised
	case errors.As(err, &wrong):
		verb := "dsom"
		if wrong.verb != "" {
			verb = wrong.verb
		}
		c.complain(err, fmt.Sprintf("Run \"%s --help\" for help.", verb))
		return statusUsage
	}
	if sys := (*exc.SystemException)(nil); errors.As(err, &sys) && sys.Remote {
		return c.finish(raisedSystem(sys))
	}
	c.complain(err, "")
	return statusFailed
}

// complain writes an error to err.
func (c *console) complain(err error, hint string) {
	text := strings.ReplaceAll(err.Error(), protected, "")
	if c.json {
		body := map[string]string{"error": text}
		if sys := (*exc.SystemException)(nil); errors.As(err, &sys) {
			body["exception"] = sys.Kind.ID()
		}
		b, _ := json.Marshal(body) // of strings: it cannot fail
		fmt.Fprintf(c.err, "%s\n", b)
		return
	}
	name := "dsom:"
	if c.paintErr {
		name = string(red) + name + "\x1b[0m"
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = safe(lines[i])
	}
	fmt.Fprintf(c.err, "%s %s\n", name, strings.Join(lines, "\n"))
	if hint != "" {
		fmt.Fprintln(c.err, hint)
	}
}
