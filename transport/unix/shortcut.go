package unix

import (
	"context"

	"github.com/opendsom/dsom/transport"
)

// A Shortcut is another transport, but for one address, which is reached by a socket of this machine, or else at an address in its place: what listens there is reached also where the address that its references name does not
// lead there, and is told by the system whose program calls.
type Shortcut struct {
	transport.Transport
	From, To transport.Endpoint
	Socket   string // the path; "": there is none
}

// Dial connects to the socket in the address's place; where nobody listens there, to To.
func (s Shortcut) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	if e == s.From {
		if s.Socket != "" {
			if c, err := New().Dial(ctx, transport.Endpoint{Network: Name, Host: s.Socket}); err == nil {
				return c, nil
			}
		}
		e = s.To
	}
	return s.Transport.Dial(ctx, e)
}
