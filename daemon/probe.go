package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
)

// nobodys is the incarnation in the key of an object that no server has: it answers that, if it answers.
const nobodys = 1

// probe asks a server's process whether the object exists that its record names, or, if it names none, whether it answers
// at all.
func (f *front) probe(ctx context.Context, rec implrepo.Record, at supervise.Live) error {
	key := ior.Key{Server: rec.UUID, Incarnation: nobodys, ID: []byte("health")}
	if object := rec.Health.Object; object != "" {
		adapter, id := "", object
		if i := strings.LastIndexByte(object, '/'); i >= 0 {
			adapter, id = object[:i], object[i+1:]
		}
		key = ior.Key{Server: rec.UUID, Adapter: strings.ReplaceAll(adapter, "/", "\x00"), ID: []byte(id)}
	}
	to := nearby(at.Endpoints, ior.AppendKey(nil, key))
	if len(to.Profiles) == 0 {
		sealed := near(tls.Name, at.Endpoints)
		switch {
		case len(sealed) == 0:
			return &supervise.UnaskableError{Reason: "it says nowhere that it takes calls over TCP or TLS, or at a socket of the machine"}
		case f.c.TLS == nil:
			return f.probeHandshake(ctx, rec, sealed)
		}
		to = byTLSAlone(sealed, ior.AppendKey(nil, key))
	}
	absent, err := f.orb.NewRef(to).NonExistent(ctx)
	var sys *exc.SystemException
	switch {
	case shaken(err):
		return withoutObject(rec, err)
	case rec.Health.Object == "" && errors.As(err, &sys) && sys.Remote:
		return nil // whatever it says
	case err != nil:
		return err
	case absent && rec.Health.Object != "":
		return fmt.Errorf("it has no object %s", rec.Health.Object)
	}
	return nil
}

// probeHandshake is probe of a server that takes TLS alone, by a daemon that has none: it shakes hands, with any certificate, and asks nothing.
func (f *front) probeHandshake(ctx context.Context, rec implrepo.Record, at []transport.Endpoint) error {
	by, err := tls.New(tls.Config{Limits: f.c.Limits, Logger: f.c.Log})
	if err != nil {
		return err
	}
	defer func() { _ = by.Close() }()
	for _, e := range at {
		var c transport.Conn
		if c, err = by.Dial(ctx, e); err == nil {
			err = c.Close()
		}
		if err == nil || shaken(err) {
			return withoutObject(rec, errors.New("it takes calls by TLS alone, and the daemon has none (dsom daemon --tls-certificate)"))
		}
	}
	return err
}

// withoutObject is what becomes of a probe that has seen that the process answers, and could not ask it anything for a reason.
func withoutObject(rec implrepo.Record, reason error) error {
	if rec.Health.Object == "" {
		return nil
	}
	return &supervise.UnaskableError{Reason: fmt.Sprintf("it answers, but cannot be asked for the object %s: %v", rec.Health.Object, reason)}
}

// shaken reports whether an error is of a handshake of TLS that one side has ended for what the other's certificates or versions are: the server has answered.
func shaken(err error) bool {
	var h *transport.HandshakeError
	if !errors.As(err, &h) {
		return false
	}
	switch h.Reason {
	case transport.CertificateExpired, transport.CertificateEarly, transport.WrongName, transport.UnknownAuthority, transport.BadCertificate,
		transport.NoCertificate, transport.CertificateRefused, transport.NoCommonVersion:
		return true
	}
	return false
}

// byTLSAlone returns the reference with a key of a server of this machine that takes TLS alone.
func byTLSAlone(endpoints []transport.Endpoint, key []byte) *ior.IOR {
	at := ior.Places{Host: "localhost"}
	for _, e := range endpoints {
		at.Sealed = append(at.Sealed, ior.Address{Host: e.Host, Port: e.Port})
	}
	return &ior.IOR{Profiles: at.Profiles(ior.IIOP{Version: cdr.V12, Key: key})}
}

// nearby returns the reference with a key of a server of this machine that takes calls at the given endpoints, for the daemon's own calls: they go to its sockets, if it
// has any, where a server that has to know who calls is told, and else over TCP. Without profiles there is nowhere to go.
func nearby(endpoints []string, key []byte) *ior.IOR {
	to := new(ior.IOR)
	p := ior.IIOP{Version: cdr.V10, Key: key}
	at := ior.Places{Host: "localhost"}
	for _, e := range near(tcp.Name, endpoints) {
		at.Plain = append(at.Plain, ior.Address{Host: e.Host, Port: e.Port})
	}
	if sockets := socketsOf(endpoints); len(sockets) > 0 {
		p.Version, at.Local = cdr.V12, ior.LocalComponents(unix.Machine(), "", sockets)
		to.Profiles = at.Profiles(p)
		return to
	}
	for _, a := range at.Plain { // a profile each, which every version has
		p.Host, p.Port = a.Host, a.Port
		to.Profiles = append(to.Profiles, p.Profile())
	}
	return to
}

// socketsOf returns those of a server's endpoints that are sockets of the machine.
func socketsOf(endpoints []string) (all []string) {
	for _, s := range endpoints {
		if strings.HasPrefix(s, unix.Name+":") || strings.HasPrefix(s, pipe.Name+":") {
			all = append(all, s)
		}
	}
	return all
}

// near returns where this machine reaches a server with the given endpoints by a network: what listens at all addresses, at loopback.
func near(network string, endpoints []string) (all []transport.Endpoint) {
	for _, s := range endpoints {
		e, err := transport.ParseEndpoint(s)
		if err != nil || e.Network != network {
			continue
		}
		switch ip := net.ParseIP(e.Host); {
		case ip != nil && ip.IsUnspecified() && ip.To4() == nil:
			e.Host = "::1"
		case e.Host == "" || ip != nil && ip.IsUnspecified():
			e.Host = "127.0.0.1"
		}
		all = append(all, e)
	}
	return all
}
