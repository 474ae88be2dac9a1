package orb

import (
	"net"
	"time"

	"github.com/opendsom/dsom/orb/internal/conn"
)

// A Door is asked about each connection that an ORB accepts, and told what came of it: who keeps account of those that
// do not speak GIOP needs that. Its methods are called concurrently and should be quick.
type Door interface {
	// Admit returns why a connection is refused; it is closed in order then, and the reason is logged. It is asked last: a connection
	// that the limits refuse is not told of.
	Admit(peer net.Addr) error

	// Left is told of each connection that was admitted when it has ended, once.
	Left(Visit)
}

// A Knower is a [Door] that knows some of those who come. Where the limits connections and connections-per-address have no room for a connection it is asked
// whether its client is one of them: for those there are as many places more as the limit reserved-connections says.
type Knower interface {
	Door

	// Knows reports whether the client of a connection, of which both ends are given, is known. It may take its time: it is called by up to 16 goroutines at once, and
	// while they wait no further connection is accepted for which there is no room otherwise.
	Knows(peer, local net.Addr) bool
}

// A Visit is a connection that has ended.
type Visit struct {
	Peer     net.Addr
	Since    time.Time // when it was accepted
	Spoke    bool      // a whole message of GIOP has come
	First    []byte    // what came first, 64 octets of it at most, where it was no message
	Received int64     // octets
	Refused  error     // why the transport refused the peer: see [transport.Refuser]; nil: it did not
}

// left tells the door what came of a connection.
func (o *ORB) left(c *conn.Conn, since time.Time) {
	v := Visit{Peer: c.RemoteAddr(), Since: since, Spoke: c.Heard(), First: c.First(), Refused: c.Refused()}
	v.Received, _ = c.Octets()
	o.door.Left(v)
}
