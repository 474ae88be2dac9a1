package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/propagation"

	"github.com/opendsom/dsom/limits"
)

var standard = propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})

// Inject and Extract are what the interceptors do, with the standard propagators.
func Inject(ctx context.Context, l *limits.Limits) []byte { return inject(ctx, standard, l) }

// Extract reads what Inject has written.
func Extract(ctx context.Context, data []byte, l *limits.Limits) context.Context {
	return extract(ctx, standard, keysOf(standard), data, l)
}
