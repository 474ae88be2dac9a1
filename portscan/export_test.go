package portscan

import (
	"context"
	"net/netip"
	"time"
)

// IdentifyWithin is Identify with times of its own: for what the listener says first, and for all else.
func IdentifyWithin(ctx context.Context, at netip.AddrPort, banner, patience time.Duration) (Identity, error) {
	return identify(ctx, &asking{at: at, banner: banner, patience: patience})
}

// FirstOctets and Answer are what is made of octets.
func FirstOctets(b []byte) Identity { return first(b) }
func Answer(b []byte) Identity      { i, _ := answer(b); return i }

// ListenerOf is what is made of what the system says of a connection.
var ListenerOf = listener
