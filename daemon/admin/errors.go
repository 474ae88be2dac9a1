package admin

import (
	"errors"
	"fmt"
	"strings"
)

// The codes of Error.
const (
	CodeInvalid      = "invalid"      // the request makes no sense
	CodeUnauthorized = "unauthorized" // no token, or a wrong one
	CodeNotFound     = "not_found"    // no such server, lease or path
	CodeExists       = "exists"       // the name is taken
	CodeBusy         = "busy"         // the server runs, and must not
	CodeHeld         = "held"         // another process holds the server's lease
	CodeDisabled     = "disabled"     // the server is disabled, or may not be started this way
	CodeFailed       = "failed"       // the server did not come up, or does not end
	CodeUnavailable  = "unavailable"  // the daemon cannot just now: too much at once, no space, shutting down
)

// An Error is what the daemon answered. Errors are compared by code with errors.Is and &Error{Code: …}.
type Error struct {
	Status  int      `json:"-"` // of HTTP
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Output  []string `json:"output,omitempty"` // CodeFailed: the last lines that the server wrote
}

// Error shows the message and the server's output.
func (e *Error) Error() string {
	s := e.Message
	if s == "" {
		s = fmt.Sprintf("the daemon answered %d %s", e.Status, e.Code)
	}
	if len(e.Output) > 0 {
		s += "\n  " + strings.Join(e.Output, "\n  ")
	}
	return s
}

// Is compares codes.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// ErrNoDaemon is the error when no daemon answers; it says where one was looked for.
var ErrNoDaemon = errors.New("no daemon is running")
