package ipx

// A Carrier carries packets of one network. It is safe for concurrent use, but Receive, which one goroutine calls.
type Carrier interface {
	// Addr returns the network and the node that this side is. Network 0: it is not known.
	Addr() Addr
	// Most returns how many octets a packet may have.
	Most() int
	// Send sends a packet, as Append makes it, to a node of the network, which is the next on the way to where the packet goes. It keeps nothing of it.
	Send(to Node, packet []byte) error
	// Receive reads a packet, not longer than b, and what may be behind it. Its error is net.ErrClosed after Close; any other is of one packet, or of a while.
	Receive(b []byte) (int, error)
	// Close ends the carrier, and wakes Receive.
	Close() error
}

// A Shared carrier is one of several programs that have the same node: what comes for a socket that is not open here may be another's.
type Shared interface{ Shared() }
