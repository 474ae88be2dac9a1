package portscan

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/opendsom/dsom/transport/socket"
)

// A Protocol is what a listener speaks.
type Protocol string

// The protocols that are told apart.
const (
	GIOP    Protocol = "giop"    // CORBA and DSOM
	TLSGIOP Protocol = "ssliop"  // GIOP inside TLS
	TLS     Protocol = "tls"     // TLS, and inside nothing that is known
	HTTP    Protocol = "http"    //
	HTTPS   Protocol = "https"   //
	SSH     Protocol = "ssh"     //
	SMB     Protocol = "smb"     // file sharing, over TCP or a NetBIOS session
	Mail    Protocol = "mail"    // SMTP, IMAP or POP3, or FTP, which begin alike
	NATS    Protocol = "nats"    //
	RFB     Protocol = "rfb"     // VNC
	MySQL   Protocol = "mysql"   //
	Unknown Protocol = "unknown" // it says something else
	Silent  Protocol = "silent"  // it takes connections and says nothing
	Closed  Protocol = "closed"  // nobody listens
	Lost    Protocol = "lost"    // there is no answer at all: a filter on the way, or a listener that takes no more connections
)

// An Identity is what Identify found.
type Identity struct {
	Protocol    Protocol
	Detail      string // more of it, as the listener said it: a version, a status; made safe by whoever prints it
	Naming      bool   // of GIOP: it has an object NameService
	Greedy      bool   // of GIOP: it claims to have an object that nobody has, as somdd does with all
	Ours        bool   // of GIOP: it is a daemon of this project
	Connections int    // how many were made
}

// Identify finds out what speaks at a TCP address. It fails only where it could not ask: when ctx ends, or when this
// machine has no way to the address.
func Identify(ctx context.Context, at netip.AddrPort) (Identity, error) {
	return identify(ctx, &asking{at: at, banner: bannerWait, patience: Patience})
}

func identify(ctx context.Context, a *asking) (Identity, error) {
	for _, ask := range []func(context.Context, *asking) (Identity, bool){banner, locate, hello, last} {
		found, sure := ask(ctx, a)
		if ctx.Err() != nil {
			return Identity{}, ctx.Err()
		}
		if a.err != nil {
			return Identity{}, a.err
		}
		if sure {
			found.Connections = a.made
			return found, nil
		}
		a.best = better(a.best, found)
	}
	a.best.Connections = a.made
	return a.best, nil
}

// better is the one of two guesses that says more.
func better(a, b Identity) Identity {
	if a.Protocol == "" || a.Protocol == Silent && b.Protocol != "" {
		return b
	}
	return a
}

// An asking is one Identify.
type asking struct {
	at               netip.AddrPort
	banner, patience time.Duration // for what it says first, and for all else
	made             int
	best             Identity
	err              error
}

// dial connects once more. If that fails it returns what that tells.
func (a *asking) dial(ctx context.Context) (net.Conn, Identity, bool) {
	a.made++
	d := net.Dialer{Timeout: a.patience}
	c, err := d.DialContext(ctx, "tcp", a.at.String())
	if err == nil {
		_ = c.SetDeadline(time.Now().Add(a.patience))
		return c, Identity{}, true
	}
	var timeout net.Error
	switch {
	case socket.IsRefused(err):
		return nil, Identity{Protocol: Closed, Detail: "connections are refused: nobody listens there"}, true
	case errors.As(err, &timeout) && timeout.Timeout():
		return nil, Identity{Protocol: Lost, Detail: "no answer: a filter drops what comes, or the listener takes no more connections"}, true
	case ctx.Err() == nil:
		a.err = err
	}
	return nil, Identity{}, false
}

// hear reads once what comes within a time; nothing may come.
func hear(c net.Conn, wait time.Duration) []byte {
	_ = c.SetReadDeadline(time.Now().Add(wait))
	b := make([]byte, maxAnswer)
	n, _ := c.Read(b) // silence, the end and a reset tell the same: nothing
	return b[:n]
}
