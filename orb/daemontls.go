package orb

import (
	"errors"
	"slices"
	"strings"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/reach"
)

// A DaemonTLS says how a daemon is called by TLS.
type DaemonTLS struct {
	Publish string // where: rules, as in Config.Daemon, with the ports of TLS; "": nowhere
	Mutual  bool   // clients must show certificates there
	Require bool   // it takes nothing that is not sealed: references name port 0 for plain IIOP
}

// errOpenDaemon is why there are no persistent references.
var errOpenDaemon = exc.New(exc.InvPolicy, exc.MinorNoListener, exc.No,
	"requests are taken over TLS alone, and persistent references lead to a daemon that takes none by TLS, so that the first request by each would go to it unsealed: have the daemon take calls by TLS (tls-listen)")

// complete parses rules that have to say everything.
func complete(rules string) (*reach.Publish, error) {
	p, err := reach.ParsePublish(rules)
	if err == nil {
		err = p.Complete()
	}
	return p, err
}

// sealDaemon takes up how the daemon is called by TLS. require says that this ORB takes nothing else.
func (p *publishing) sealDaemon(at DaemonTLS, require bool) (err error) {
	p.daemonMutual, p.daemonSealed = at.Mutual, at.Require || require
	if at.Publish == "" {
		if at.Require {
			return errors.New("the daemon takes calls by TLS alone, and it is not said where")
		}
		return nil
	}
	p.daemonTLS, err = complete(at.Publish)
	return err
}

// daemonEndpoints returns what Config.DaemonNames has, and of sockets the components.
func (o *ORB) daemonEndpoints() (named []string, local []ior.Component) {
	var sockets []string
	for _, n := range o.daemonNamed {
		if network, _, _ := strings.Cut(n, ":"); localNetwork(network) {
			sockets = append(sockets, n)
			continue
		}
		named = append(named, n)
	}
	if id, ok := o.machine(); ok && len(sockets) > 0 {
		local = ior.LocalComponents(id, hostName(), sockets)
	}
	return named, local
}

// daemonPlaces returns where references lead to the daemon in the views of a client. The lock is held.
func (p *publishing) daemonPlaces(v views) (at ior.Places, err error) {
	plain, err := p.ofDaemon.Addresses(v.forDaemon, nil, reach.System())
	if err != nil {
		return at, err
	}
	at.Plain = p.note("tcp", plain, theDaemon) // by references that were given out before, it is reached there all the same
	if p.daemonTLS != nil {
		sealed, err := p.daemonTLS.Addresses(v.forDaemonTLS, nil, reach.System())
		if err != nil {
			return ior.Places{}, err
		}
		at.Sealed, at.Mutual = p.note(sealedNetwork, sealed, theDaemon), p.daemonMutual
	}
	web := slices.DeleteFunc(slices.Clone(p.daemonNamed), func(n string) bool { return !ior.IsWeb(n) })
	if p.daemonSealed {
		at.Plain = nil
		if len(at.Sealed) == 0 {
			return ior.Places{}, errOpenDaemon
		}
		at.Local = append(slices.Clip(p.daemonLocal), ior.WebComponents(slices.DeleteFunc(web, func(n string) bool { return !strings.HasPrefix(n, sealedWebNetwork+":") }))...)
		return at, nil
	}
	at.Local = append(ior.NamedComponents(p.daemonNamed), ior.WebComponents(web)...)
	return at, nil
}

// AtDaemon returns the reference by which the daemon is asked for the object with a key: where to send a client that has come here for an object which is not this
// ORB's. Without a daemon that may be named it has no profile.
func (o *ORB) AtDaemon(key []byte) *ior.IOR {
	at := o.publishing.Load().standard.daemon
	if at.None() {
		return new(ior.IOR)
	}
	return &ior.IOR{Profiles: at.Profiles(ior.IIOP{Version: cdr.V12, Key: key})}
}
