package server

import (
	"cmp"
	"errors"
	"log/slog"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/unix"
)

// tls returns how the daemon is called by TLS, as it has told with the lease.
func (at *registration) tls() admin.DaemonTLS {
	if at.lease == nil {
		return admin.DaemonTLS{}
	}
	return at.lease.Daemon().TLS
}

// sealed returns why a server that requires TLS, if it does, has no daemon to which clients could be sent: by a reference that names a plain port the first
// request would go there whole, with its arguments.
func (at *registration) sealed(require bool) error {
	if !require || at.lease == nil || at.tls().Publish != "" {
		return nil
	}
	return errors.New("the server takes calls by TLS alone, and its daemon takes none by TLS, so that clients' first requests would go to that in clear: start the daemon with --tls-listen and --tls-certificate, or the server without a daemon (Options.NoDaemon)")
}

// follow has references name the daemon as it says it is named now. What cannot be used of that is logged, and they stay as they are.
func (at *registration) follow(o *orb.ORB, now admin.Daemons, log *slog.Logger) {
	publish := cmp.Or(now.Publish, at.publish, at.daemon)
	at.naming.Lock()
	defer at.naming.Unlock()
	if publish == "" || at.named == now { // mostly: it has told the same when it granted the lease again
		return
	}
	at.named = now
	var err error
	if o.RequiresTLS() && now.TLS.Publish == "" {
		err = errors.New("the daemon takes no calls by TLS any more, and the server takes no others")
	} else {
		err = o.SetDaemon(publish, orb.DaemonTLS(now.TLS))
	}
	if err != nil {
		log.Warn("what the daemon says that references name cannot be used", "publish", publish, "tls", now.TLS.Publish, "error", err)
	}
}

// initial returns where the daemon's own objects are, as URLs have it: at its socket, where it is told by the system who calls, and else at its port of this machine; by
// TLS, if it takes nothing else, as references name it, which certificates are for. "": nowhere.
func (at *registration) initial() string {
	names := cmp.Or(at.local, at.daemon, at.names)
	switch {
	case names == "":
		return ""
	case at.require || at.tls().Require:
		names = "ssliop:1.2@" + cmp.Or(at.daemon, names)
	default:
		names = "iiop:1.2@" + names
	}
	switch by, socket := pipe.Local(at.socket); {
	case by == nil:
	case socket.Network == pipe.Name:
		names = ior.Address{Scheme: pipe.Name, Host: socket.Host}.String() + "," + names
	default:
		names = ior.Address{Scheme: unix.Name, Path: socket.Host}.String() + "," + names
	}
	return names
}
