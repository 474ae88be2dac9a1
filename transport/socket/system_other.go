//go:build !unix

package socket

import "github.com/opendsom/dsom/transport"

// ReadChunk holds its chunk while it waits: there is no way here to wait for octets alone.
func (c *conn) ReadChunk() (*transport.Chunk, int, error) { return transport.ReadChunk(c.Stream) }

// State cannot look without waiting; a connection that the peer closed is found when it is used.
func (c *conn) State() transport.State { return transport.Quiet }

// An outgoing is what short writes need elsewhere.
type outgoing struct{}
