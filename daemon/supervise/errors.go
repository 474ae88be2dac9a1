package supervise

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// What else can be wrong, to be found with errors.Is. An unknown server is implrepo.ErrUnknown.
var (
	ErrClosed   = errors.New("the daemon is shutting down")
	ErrDisabled = errors.New("the server is disabled")
	ErrManual   = errors.New("the server is started by hand only, and does not run")
	ErrRuns     = errors.New("the server runs")
	ErrToken    = errors.New("the token does not belong to the present start of the server")
)

// ErrUpgrading says that one upgrade has to end before another begins.
var ErrUpgrading = errors.New("the server is being upgraded")

// errMoved says that a server has no use for a seat any more: look again where its seats are.
var errMoved = errors.New("the server has other seats by now")

// A FullError says that a server has as many processes for single objects as it may.
type FullError struct {
	Server string
	Most   int
}

// Error says what to do.
func (e *FullError) Error() string {
	return fmt.Sprintf("server %q has processes for %d objects, as many as it may (most); allow more, or let those end that are not called, by idle_timeout", e.Server, e.Most)
}

// errStopped is told to what keeps a server up that a person has stopped.
var errStopped = errors.New("the server was stopped by hand")

// A StartError says why a server did not come up, or why it is not tried again yet.
type StartError struct {
	Server  string   // its name
	Program string   // what was started
	Reason  string   // what happened
	Output  []string // the last lines that it wrote

	RetryAfter time.Duration // how long from now it is not tried again; 0: it may be tried at once
	Held       bool          // it was not tried now: all this is of an earlier attempt
	Err        error         // what the system said, or nil
}

// Error tells all in one line, the last lines of output behind one another.
func (e *StartError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "server %q did not come up: %s: %s", e.Server, e.Program, e.what())
	if len(e.Output) > 0 {
		fmt.Fprintf(&b, "; its last output: %s", strings.Join(e.Output, " | "))
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, "; it is tried again in %v", e.RetryAfter.Round(100*time.Millisecond))
	}
	return b.String()
}

// what says what happened.
func (e *StartError) what() string {
	if e.Err != nil {
		return e.Reason + ": " + e.Err.Error()
	}
	return e.Reason
}

// Unwrap returns what the system said.
func (e *StartError) Unwrap() error { return e.Err }

// A HeldError says which process is in the way.
type HeldError struct {
	Server string
	PID    int    // 0 if not known yet
	Reason string // what that process does
}

// Error names the process.
func (e *HeldError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("server %q: %s", e.Server, e.Reason)
	}
	return fmt.Sprintf("server %q: process %d %s", e.Server, e.PID, e.Reason)
}
