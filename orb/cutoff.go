package orb

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb/internal/conn"
)

// A CutOff is the error of [ORB.Shutdown] when its context ended while servants carried out calls
// of clients. Their connections are closed and the contexts of the servants have ended, but a servant that does
// not look at that runs on. It wraps the context's error.
type CutOff struct {
	Calls []string // what ran, in no order: the operation and the address of its client
	Err   error
}

// namedCalls is how many calls the text of a CutOff names.
const namedCalls = 8

func (e *CutOff) Error() string {
	calls, more := e.Calls, ""
	if n := len(calls) - namedCalls; n > 0 {
		calls, more = calls[:namedCalls], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("calls were cut off: %s%s: %v", strings.Join(calls, ", "), more, e.Err)
}

func (e *CutOff) Unwrap() error { return e.Err }

// add notes the requests of a connection that were cut off.
func (e *CutOff) add(peer string, all []conn.Unanswered) {
	for _, u := range all {
		e.Calls = append(e.Calls, callName(u)+" for "+peer)
	}
}

// callName says what a request asked for, of which the end may be missing.
func callName(u conn.Unanswered) string {
	if u.Header.Type != giop.TypeRequest {
		return u.Header.Type.String()
	}
	var d cdr.Decoder
	var r giop.Request
	giop.Open(&d, u.Header, u.Begin, nil)
	if err := r.Parse(u.Header, &d); err != nil && len(r.Operation) == 0 {
		return "an operation"
	}
	return fmt.Sprintf("%.64q", r.Operation)
}
