package tls

import "github.com/opendsom/dsom/transport"

// Server is a connection that has been accepted.
func (t *Transport) Server(raw transport.Conn) transport.Conn { return t.server(raw) }
