package telemetry_test

import (
	"context"
	"testing"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/orb/telemetry"
)

// BenchmarkPing is a call without arguments within one process, all of it but the wire, by how much is told of it on both
// sides. The table of docs/telemetry.md is made of it.
func BenchmarkPing(b *testing.B) {
	b.Run("without", func(b *testing.B) { ping(b, nil) })
	b.Run("interceptors that do nothing", func(b *testing.B) {
		ping(b, func(c *orb.Config) error {
			c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, _ *orb.ClientRequest, next func(context.Context) error) error {
				return next(ctx)
			}}
			c.ServerInterceptors = []orb.ServerInterceptor{func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
				return next(ctx)
			}}
			return nil
		})
	})
	b.Run("no-op providers", func(b *testing.B) {
		ping(b, telemetry.Configure(telemetry.Options{TracerProvider: tracenoop.NewTracerProvider(), MeterProvider: metricnoop.NewMeterProvider()}))
	})
	b.Run("metrics alone", func(b *testing.B) {
		ping(b, telemetry.Configure(telemetry.Options{TracerProvider: tracenoop.NewTracerProvider(), MeterProvider: sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))}))
	})
	b.Run("one span in a hundred", func(b *testing.B) {
		traced(b, sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(0.01))))
	})
	b.Run("every span", func(b *testing.B) { traced(b) })
}

func traced(b *testing.B, opts ...sdktrace.TracerProviderOption) {
	tp := sdktrace.NewTracerProvider(append(opts, sdktrace.WithBatcher(forgetful{}))...)
	defer tp.Shutdown(context.Background())
	ping(b, telemetry.Configure(telemetry.Options{TracerProvider: tp, MeterProvider: sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader()))}))
}

// forgetful is an exporter that keeps nothing.
type forgetful struct{}

func (forgetful) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (forgetful) Shutdown(context.Context) error                             { return nil }

func ping(b *testing.B, configure func(*orb.Config) error) {
	b.Helper()
	cfg := orb.Config{Listen: []string{"tcp:127.0.0.1:0"}}
	if configure != nil {
		if err := configure(&cfg); err != nil {
			b.Fatal(err)
		}
	}
	to, err := poa.New(newORB(b, cfg)).Activate(new(thing))
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if err := call(ctx, to, "ok"); err != nil {
			b.Fatal(err)
		}
	}
}
