package telemetry

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb"
)

// server tells of the requests that an ORB serves.
type server struct {
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
	keys       []string // fields that propagator reads
	instruments
}

var serverStart = []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(system)}

func (s *server) intercept(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
	l := r.ORB().Limits()
	if data, ok := r.Context(giop.ContextTrace); ok {
		ctx = extract(ctx, s.propagator, s.keys, data, l)
	}
	begin := time.Now()
	// Whether there is such an operation is known when the servant has been asked: the name is put right then.
	ctx, span := s.tracer.Start(ctx, clean(strings.Clone(r.Operation())), serverStart...)
	s.active.Add(ctx, 1, justSystem...)
	returned := false
	var at *named
	defer func() {
		if !returned { // the servant ended its goroutine, or an interceptor panicked
			at = s.series.of(everyOther(true), l)
			span.SetName(at.method)
			span.SetAttributes(at.outcome...)
		}
		span.End()
		s.end(ctx, begin, at.record)
	}()
	err := next(ctx)
	status, failed, sys := outcome(err, r.UserException())
	w := what{status: status, failed: failed, method: other}
	if servant := r.Servant(); servant != nil && !unknownOperation(sys) {
		w.service, w.method = servant.Interface().ID, r.Operation()
	}
	at = s.series.of(w, l)
	returned = true
	if !span.IsRecording() {
		return err
	}
	span.SetName(at.method)
	span.SetAttributes(at.outcome...)
	if at.method == other {
		span.SetAttributes(attrMethodOriginal.String(clean(strings.Clone(r.Operation()))))
	}
	s.whence(ctx, span, r)
	if sys != nil {
		describe(span, sys)
		fail(span, err) // an exception of the user's is an answer, and no fault of the server
	}
	return err
}

// unknownOperation reports whether the servant has no such operation, as it or the ORB says: its name is the client's invention.
func unknownOperation(sys *exc.SystemException) bool {
	return sys != nil && sys.Kind == exc.BadOperation && !sys.Remote
}

// whence gives a span what is known of the client.
func (s *server) whence(ctx context.Context, span trace.Span, r *orb.IncomingRequest) {
	span.SetAttributes(attrGIOP.String(r.Env().Version.String()))
	if !r.ResponseExpected() {
		span.SetAttributes(attrOneway.Bool(true))
	}
	if peer := orb.Peer(ctx); peer != nil {
		host, port := split(peer.String())
		span.SetAttributes(address(host, port, attrPeerAddress, attrPeerPort)...)
	}
}
