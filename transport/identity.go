package transport

import (
	"crypto/x509"
	"fmt"

	"github.com/opendsom/dsom/transport/subject"
)

// An Identity is what a transport has made sure of about the peer of a connection. The zero value says nothing: what the
// peer calls itself in its messages is another matter.
type Identity struct {
	// Sealed says that nobody on the way reads or changes what is sent.
	Sealed bool

	// Plain says that the connection was to be sealed, and is not, since the peer has not even tried: nothing that it asks for is to be done.
	Plain bool

	// Certificates is the chain that the peer has shown and that was found good, its own certificate first; nil: none.
	// It must not be changed.
	Certificates []*x509.Certificate

	// Process is who has made the connection, as the system of this machine says; nil: it does not.
	Process *Process
}

// A Process is a process of this machine, as it was when the connection was made.
type Process struct {
	PID int    // 0: the system does not say
	UID uint32 // its user's number; the greatest where users have none
	GID uint32
	SID string // what Windows has for a user in the place of a number (S-1-5-21-…); "" elsewhere
}

// Name returns who the peer is in one line, for logs and for lists of who may do what: "cert:" and the subject of its certificate,
// in the form of RFC 4514 ([subject.Text]), "uid:" and a number, or on Windows "sid:" and the user's identifier; "" for nobody in particular.
func (i Identity) Name() string {
	switch {
	case len(i.Certificates) > 0:
		return "cert:" + subject.Text(i.Certificates[0].RawSubject)
	case i.Process != nil && i.Process.SID != "":
		return "sid:" + i.Process.SID
	case i.Process != nil:
		return fmt.Sprintf("uid:%d", i.Process.UID)
	}
	return ""
}

// An Identified is a [Conn] that knows who is at its other end.
type Identified interface {
	// Identity returns what is known of the peer. It may be called concurrently. Before the connection's first
	// octets were read it may be nothing.
	Identity() Identity
}

// A Refuser is a [Conn] that may refuse its peer before it has been read from: for its certificate, for instance.
type Refuser interface {
	// Refused returns why the peer was refused: a [HandshakeError], or another that the transport says; nil: it was not.
	Refused() error
}

// RefusedOf returns why c has refused its peer, nil if it has not, or cannot.
func RefusedOf(c Conn) error {
	if r, ok := c.(Refuser); ok {
		return r.Refused()
	}
	return nil
}

// IdentityOf returns what c knows of its peer: nothing, if its transport makes sure of nothing.
func IdentityOf(c Conn) Identity {
	if k, ok := c.(Identified); ok {
		return k.Identity()
	}
	return Identity{}
}
