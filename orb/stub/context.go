package stub

import (
	"context"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/orb"
)

// WithProperties is [orb.WithProperties].
func WithProperties(ctx context.Context, properties map[string]string) context.Context {
	return orb.WithProperties(ctx, properties)
}

// Properties is [orb.Properties].
func Properties(ctx context.Context) map[string]string { return orb.Properties(ctx) }

// PutContext is [orb.PutContext].
func PutContext(e *cdr.Encoder, ctx context.Context, clause ...string) {
	orb.PutContext(e, ctx, clause...)
}

// GetContext is [orb.GetContext].
func GetContext(r *Request) context.Context { return orb.GetContext(r) }
