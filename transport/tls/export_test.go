package tls

import (
	"context"
	"time"

	"github.com/opendsom/dsom/transport"
)

// Server is a connection that has been accepted.
func (t *Transport) Server(raw transport.Conn) transport.Conn { return t.server(raw) }

// Later sets t's clock by which keys of tickets age.
func Later(t *Transport, by time.Duration) {
	t.files.mu.Lock()
	defer t.files.mu.Unlock()
	now := t.files.clock
	t.files.clock = func() time.Time { return now().Add(by) }
}

// Client shakes hands over raw, a connection to e.
func (t *Transport) Client(ctx context.Context, raw transport.Conn, e transport.Endpoint) (transport.Conn, error) {
	return t.Seal(ctx, e, func(context.Context) (transport.Conn, error) { return raw, nil }, nil)
}
