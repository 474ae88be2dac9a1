package telemetry

import (
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// How requests end that raise nothing.
const (
	noException = "NO_EXCEPTION"
	forwarded   = "LOCATION_FORWARD"
)

// outcome returns what is told of an error that interceptors have got: its status, whether that is a failure, and the system
// exception, if it is one. user is the repository id of a user exception.
func outcome(err error, user string) (status string, failed bool, sys *exc.SystemException) {
	switch {
	case err == nil:
		return noException, false, nil
	case user != "":
		return user, true, nil
	case orb.ForwardOf(err) != nil:
		return forwarded, false, nil
	}
	sys = exc.From(err, exc.Maybe)
	return sys.Kind.Name(), true, sys
}

var completedNames = [...]string{exc.Yes: "YES", exc.No: "NO", exc.Maybe: "MAYBE"}

// describe gives a span what is particular to a system exception.
func describe(span trace.Span, sys *exc.SystemException) {
	completed := "?"
	if int(sys.Completed) < len(completedNames) {
		completed = completedNames[sys.Completed]
	}
	span.SetAttributes(attrMinor.String("0x"+strconv.FormatUint(uint64(sys.Minor), 16)), attrCompleted.String(completed))
}

// fail gives a span its status.
func fail(span trace.Span, err error) { span.SetStatus(codes.Error, clean(err.Error())) }

// address returns the attributes of a network address, host and port under the keys of either side.
func address(host string, port int, hostKey, portKey attribute.Key) []attribute.KeyValue {
	if host == "" {
		return nil
	}
	return []attribute.KeyValue{hostKey.String(clean(host)), portKey.Int(port)}
}
