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
	By       transport.Transport // by which the socket is reached; nil: there is none
	Socket   transport.Endpoint
}

// Dial connects to the socket in the address's place; where nobody listens there, to To.
func (s Shortcut) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	if e == s.From {
		if s.By != nil {
			if c, err := s.By.Dial(ctx, s.Socket); err == nil {
				return c, nil
			}
		}
		e = s.To
	}
	return s.Transport.Dial(ctx, e)
}
