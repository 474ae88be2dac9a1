package telemetry

import (
	"context"
	"net"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb"
)

// client tells of the requests that an ORB makes. A call that is forwarded, or made again, is several.
type client struct {
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
	instruments
}

func (c *client) intercept(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
	l := r.Target().ORB().Limits()
	w := what{service: r.Target().TypeID(), method: r.Operation(), status: noException}
	at := c.series.of(w, l)
	begin := time.Now()
	ctx, span := c.tracer.Start(ctx, at.method, at.start...)
	c.active.Add(ctx, 1, justSystem...)
	told, later := false, false
	tell := func(err error) error {
		told = true
		defer func() { // also after a panic, which is the tracer's
			span.End()
			c.end(ctx, begin, at.record)
		}()
		status, failed, sys := outcome(err, userException(err))
		if status != noException {
			w.status, w.failed = status, failed
			at = c.series.of(w, l)
		}
		if span.IsRecording() {
			span.SetAttributes(at.outcome...)
			c.where(span, r)
			if sys != nil {
				describe(span, sys)
			}
			if failed {
				fail(span, err)
			}
		}
		return nil
	}
	defer func() {
		if !told && !later { // an interceptor panicked, or the servant of a local call ended this goroutine
			at = c.series.of(everyOther(true), l)
			span.SetAttributes(at.outcome...)
			span.End()
			c.end(ctx, begin, at.record)
		}
	}()
	if data := inject(ctx, c.propagator, l); data != nil {
		_ = r.AddContext(giop.ContextTrace, data, true) // before next it cannot fail
	}
	err := next(ctx)
	if later = err == nil || userException(err) != ""; later { // whether what has come can be read is to be told too
		r.AtEnd(tell)
		return err
	}
	_ = tell(err)
	return err
}

// userException returns the repository id of an exception of the user's that nobody has decoded; "" if err is none.
func userException(err error) string {
	if foreign := orb.ForeignOf(err); foreign != nil {
		return foreign.ID
	}
	return ""
}

// where gives a span what is known of the way to the object.
func (c *client) where(span trace.Span, r *orb.ClientRequest) {
	span.SetAttributes(attrGIOP.String(r.Env().Version.String()))
	if n := r.Attempt(); n > 0 {
		span.SetAttributes(attrResendCount.Int(n))
	}
	if r.Oneway() {
		span.SetAttributes(attrOneway.Bool(true))
	}
	if p, err := r.EffectiveProfile().IIOP(); err == nil {
		span.SetAttributes(address(p.Host, int(p.Port), attrServerAddress, attrServerPort)...)
	}
	if peer := r.Peer(); peer != "" {
		host, port := split(peer)
		span.SetAttributes(address(host, port, attrPeerAddress, attrPeerPort)...)
	}
}

// split returns the parts of a network address. One without a port is all host.
func split(s string) (host string, port int) {
	host, p, err := net.SplitHostPort(s)
	if err != nil {
		return s, 0
	}
	port, _ = strconv.Atoi(p) // 0 for a port that is not a number
	return host, port
}
