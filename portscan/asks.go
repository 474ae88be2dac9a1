package portscan

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/opendsom/dsom/transport/subject"
)

// banner waits for those who speak first, and says nothing.
func banner(ctx context.Context, a *asking) (Identity, bool) {
	c, found, done := a.dial(ctx)
	if c == nil {
		return found, done
	}
	defer c.Close()
	b := hear(c, a.banner)
	if len(b) == 0 {
		return Identity{Protocol: Silent}, false
	}
	return first(b), true
}

// locate asks a GIOP listener where an object is that nobody has, which calls nothing.
func locate(ctx context.Context, a *asking) (Identity, bool) {
	c, found, done := a.dial(ctx)
	if c == nil {
		return found, done
	}
	defer c.Close()
	return askWhere(c, a.patience)
}

// askWhere sends LocateRequests over c, for nobody's key and for that of a naming service. Some ORBs do not answer where they know of no
// object (Combat); they are asked, of the same key, whether it exists. Each answer is waited for that long, those to the first two questions half of it.
func askWhere(c net.Conn, patience time.Duration) (Identity, bool) {
	asked := locateRequest(1, nobody)
	if _, err := c.Write(asked); err != nil {
		return Identity{Protocol: Silent}, false
	}
	b := hear(c, patience/2)
	if len(b) == 0 {
		if _, err := c.Write(existRequest(2, nobody)); err == nil {
			b = hear(c, patience/2)
		}
	}
	switch {
	case len(b) == 0:
		return Identity{Protocol: Silent}, false
	case len(b) > 16 && bytes.HasPrefix(asked, b):
		return Identity{Protocol: Unknown, Detail: "it sends back what it gets"}, true
	}
	found, sure := answer(b)
	if found.Protocol != GIOP {
		return found, sure
	}
	found.Greedy = here(b)
	if !found.Greedy {
		if _, err := c.Write(locateRequest(3, naming)); err == nil {
			found.Naming = here(hear(c, patience))
		}
		if found.Naming {
			if _, err := c.Write(isARequest(4, naming, ourContexts)); err == nil {
				found.Ours = yes(hear(c, patience))
			}
		}
	}
	return found, true
}

// hello begins TLS, and if it is answered asks inside, in the same connection.
func hello(ctx context.Context, a *asking) (Identity, bool) {
	plain, found, done := a.dial(ctx)
	if plain == nil {
		return found, done
	}
	defer plain.Close()
	c := tls.Client(plain, &tls.Config{
		InsecureSkipVerify: true, // nothing is told to it, nor believed
		MinVersion:         tls.VersionTLS10,
		NextProtos:         []string{"http/1.1"},
	})
	err := c.HandshakeContext(ctx)
	s := c.ConnectionState()
	if err != nil && s.Version == 0 {
		if alert(err) {
			return Identity{Protocol: TLS, Detail: "it refuses the handshake: " + err.Error()}, true
		}
		return Identity{Protocol: Silent}, false
	}
	version := tls.VersionName(s.Version)
	if err != nil { // a certificate of ours is wanted, say
		return Identity{Protocol: TLS, Detail: version + ", " + err.Error()}, true
	}
	if len(s.PeerCertificates) > 0 {
		version += ", certificate of " + subject.Text(s.PeerCertificates[0].RawSubject)
	}
	_ = plain.SetDeadline(time.Now().Add(a.patience))
	inside, _ := askWhere(c, a.patience)
	switch {
	case inside.Protocol == GIOP:
		inside.Protocol, inside.Detail = TLSGIOP, version+"; "+inside.Detail
		return inside, true
	case inside.Protocol == HTTP || s.NegotiatedProtocol == "http/1.1":
		return Identity{Protocol: HTTPS, Detail: version}, true
	}
	return Identity{Protocol: TLS, Detail: version}, true
}

// last asks what is left: HTTP, or SMB at its ports.
func last(ctx context.Context, a *asking) (Identity, bool) {
	c, found, done := a.dial(ctx)
	if c == nil {
		return found, done
	}
	defer c.Close()
	say, is := []byte("HEAD / HTTP/1.0\r\n\r\n"), HTTP
	if p := a.at.Port(); p == 445 || p == 139 {
		say, is = negotiate, SMB
	}
	if _, err := c.Write(say); err != nil {
		return Identity{Protocol: Silent}, false
	}
	b := hear(c, a.patience)
	if len(b) == 0 {
		return Identity{Protocol: Silent, Detail: "it takes connections and answers nothing that it is asked"}, false
	}
	if found, sure := answer(b); sure || found.Protocol == is {
		return found, true
	}
	return Identity{Protocol: Unknown, Detail: shown(b)}, true
}
