package conn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/transport"
)

// ContextError returns the system exception for a call that its context ended: TIMEOUT, which
// is also [context.DeadlineExceeded], or TRANSIENT, which is also [context.Canceled].
func ContextError(err error, completed exc.Completed) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return exc.New(exc.Timeout, exc.MinorDeadline, completed, "%w", context.DeadlineExceeded)
	}
	return exc.New(exc.Transient, exc.MinorCancelled, completed, "%w", err)
}

// A CutOff is what [Conn.Shutdown] returns when it did not wait for all handlers to return. It wraps
// the error of its context.
type CutOff struct {
	Requests []Unanswered
	Err      error
}

// An Unanswered is a request whose handler had not returned.
type Unanswered struct {
	Header giop.Header
	Begin  []byte // the first octets of the message, a copy; most are whole
}

// beginning is how many octets Unanswered has at most: the key and the operation are among them, as a rule.
const beginning = 1 << 10

func (e *CutOff) Error() string {
	return fmt.Sprintf("%d requests were cut off: %v", len(e.Requests), e.Err)
}

func (e *CutOff) Unwrap() error { return e.Err }

// An ending is why a connection is closed.
type ending struct {
	kind  exc.Kind
	minor uint32
	err   error
	safe  bool // requests without a reply have not been processed
	quiet bool // nothing to be logged
}

// failure returns the error of a call that the ending cut off.
func (e *ending) failure(peer string, completed exc.Completed) error {
	if e.safe {
		completed = exc.No
	}
	return exc.New(e.kind, e.minor, completed, "connection to %s: %w", peer, e.err)
}

// errThrownOut is what a read or write fails with whose deadline was put into the past.
var errThrownOut = os.ErrDeadlineExceeded

var (
	errClosedHere = errors.New("closed on this side")
	errIdle       = errors.New("closed on this side, since it was not used")
	errPeerClosed = errors.New("closed by the peer, in order")
	errTurnedAway = errors.New("closed by the peer, in order, before it had answered anything: so does one that takes no more connections, such as by the limits connections and connections-per-address")
	errEOF        = errors.New("the peer ended it without a CloseConnection message")
	errUnread     = errors.New("the peer does not take the replies to its requests")
	errPeerAngry  = errors.New("the peer did not understand a message and said MessageError")
)

func closedHere() *ending {
	return &ending{kind: exc.CommFailure, minor: exc.MinorConnectionLost, err: errClosedHere, quiet: true}
}

// parted is an end in order, which nobody waits at.
func parted(why error) *ending {
	return &ending{kind: exc.Transient, minor: exc.MinorPeerClosed, err: why, safe: true, quiet: true}
}

// lost is the end by an error of the transport.
func lost(err error) *ending {
	if err == io.EOF {
		err = errEOF
	}
	if h := (*transport.HandshakeError)(nil); errors.As(err, &h) { // nothing has got through
		if h.Resumed { // another connection does without the session that this one resumed
			return parted(err)
		}
		return &ending{kind: exc.NoPermission, minor: exc.MinorHandshake, err: err, safe: true}
	}
	return &ending{kind: exc.CommFailure, minor: exc.MinorConnectionLost, err: err, quiet: true}
}

// stalled is the end by a limit.
func stalled(err error) *ending {
	return &ending{kind: exc.CommFailure, minor: exc.MinorConnectionLost, err: err}
}

// broken is the end by a message that this side does not understand, or does not take.
func broken(err error) *ending {
	e := &ending{kind: exc.CommFailure, minor: exc.MinorProtocol, err: err}
	var sys *exc.SystemException
	if errors.As(err, &sys) {
		if sys.Kind == exc.ImpLimit {
			e.kind, e.minor = sys.Kind, sys.Minor
		}
		e.err = errors.New(sys.Reason)
		if sys.Cause != nil {
			e.err = sys.Cause
		}
	}
	return e
}

// isOurs reports whether an error is about a message, not about the transport.
func isOurs(err error) bool {
	var sys *exc.SystemException
	return errors.As(err, &sys)
}

func unexpected(format string, args ...any) error {
	return exc.New(exc.CommFailure, exc.MinorProtocol, exc.No, format, args...)
}

// join says what happened and what limit it exceeded, on one line.
func join(what, limit error) error { return fmt.Errorf("%w: %w", what, limit) }
