package transport

import (
	"context"
	"net/netip"
)

type guardKey struct{}

// A Guard decides whether a connection may be made to an address that a name has been resolved
// to. Its error is that of Dial.
type Guard func(netip.Addr) error

// WithGuard returns a context with which [Transport].Dial asks g before it connects.
func WithGuard(ctx context.Context, g Guard) context.Context {
	return context.WithValue(ctx, guardKey{}, g)
}

// GuardOf returns the guard of ctx, nil if it has none. A transport that resolves names has to
// ask it about each address, when it is known and before anything is sent there.
func GuardOf(ctx context.Context) Guard {
	g, _ := ctx.Value(guardKey{}).(Guard)
	return g
}
