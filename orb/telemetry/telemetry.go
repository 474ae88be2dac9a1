// Package telemetry tells OpenTelemetry of an ORB's requests: a span and a duration for each, on either side, and a
// trace that goes on from the client's process to the server's in a service context.
//
//	err := server.Run(ctx, server.Options{Configure: telemetry.Configure(telemetry.Options{})}, setup)
//
// What spans and metrics say, what the octets of the service context are, and what all of it costs is in docs/telemetry.md. Names
// are those of OpenTelemetry's semantic conventions for RPC. Of what peers send, nothing is kept without bound: see
// [limits.TraceContext] and [limits.TelemetrySeries].
package telemetry

import (
	"context"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/opendsom/dsom/orb"
)

// Options say whom to tell. The zero value is the program's global providers, and W3C trace context with baggage.
type Options struct {
	TracerProvider trace.TracerProvider          // nil: otel.GetTracerProvider()
	MeterProvider  metric.MeterProvider          // nil: otel.GetMeterProvider()
	Propagator     propagation.TextMapPropagator // nil: traceparent, tracestate and baggage
}

const (
	scopeName = "github.com/opendsom/dsom/orb/telemetry"
	schemaURL = "https://opentelemetry.io/schemas/1.43.0"
)

// Configure returns a function that makes an ORB tell OpenTelemetry of its requests. Its interceptors go around all that
// are configured before.
func Configure(opt Options) func(*orb.Config) error {
	return func(cfg *orb.Config) error {
		client, server, err := Interceptors(opt)
		if err != nil {
			return err
		}
		cfg.ClientInterceptors = append([]orb.ClientInterceptor{client}, cfg.ClientInterceptors...)
		cfg.ServerInterceptors = append([]orb.ServerInterceptor{server}, cfg.ServerInterceptors...)
		return nil
	}
}

// Interceptors returns what [Configure] configures. Either may be used alone, and by several ORBs.
func Interceptors(opt Options) (orb.ClientInterceptor, orb.ServerInterceptor, error) {
	if opt.TracerProvider == nil {
		opt.TracerProvider = otel.GetTracerProvider()
	}
	if opt.MeterProvider == nil {
		opt.MeterProvider = otel.GetMeterProvider()
	}
	if opt.Propagator == nil {
		opt.Propagator = propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})
	}
	tracer := opt.TracerProvider.Tracer(scopeName, trace.WithSchemaURL(schemaURL))
	meter := opt.MeterProvider.Meter(scopeName, metric.WithSchemaURL(schemaURL))
	c := &client{tracer: tracer, propagator: opt.Propagator}
	s := &server{tracer: tracer, propagator: opt.Propagator, keys: keysOf(opt.Propagator)}
	if err := c.instruments.make(meter, "client", "outgoing"); err != nil {
		return nil, nil, err
	}
	if err := s.instruments.make(meter, "server", "incoming"); err != nil {
		return nil, nil, err
	}
	return c.intercept, s.intercept, nil
}

// instruments are the metrics of one side.
type instruments struct {
	duration metric.Float64Histogram
	active   metric.Int64UpDownCounter
	series   series
}

func (i *instruments) make(m metric.Meter, side, direction string) (err error) {
	i.duration, err = m.Float64Histogram("rpc."+side+".call.duration", metric.WithUnit("s"),
		metric.WithDescription("How long "+direction+" requests took."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10))
	if err != nil {
		return err
	}
	i.active, err = m.Int64UpDownCounter("rpc."+side+".active_requests", metric.WithUnit("{request}"),
		metric.WithDescription("How many "+direction+" requests are under way."))
	return err
}

// end notes that a request is over.
func (i *instruments) end(ctx context.Context, begin time.Time, as []metric.RecordOption) {
	i.active.Add(ctx, -1, justSystem...)
	i.duration.Record(ctx, time.Since(begin).Seconds(), as...)
}
