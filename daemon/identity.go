package daemon

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"

	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// identity is what the references of a daemon and its servers say of it. It is chosen once
// and kept with the state.
type identity struct {
	UUID implrepo.UUID `json:"uuid"` // in the keys of the daemon's own objects
	Host string        `json:"host"` // that references name, the first of them
	Port uint16        `json:"port"` // listened at

	Publish string `json:"publish,omitempty"` // the rules that were given last

	revision uint64
}

// rules returns what is published: what was given now, or last, or else the host that was chosen for the state.
func (id identity) rules(given, listen string) string {
	return cmp.Or(given, id.Publish, id.Host, reach.PublicHost(reach.System(), listen))
}

// loopback returns by which host a client at peer reaches what listens at all addresses of this
// machine before any other: loopback, if he came by it and what references name is not this machine's (any more).
func (id identity) loopback(peer net.Addr) (host string, ok bool) {
	if at, tcp := peer.(*net.TCPAddr); tcp && at.IP.IsLoopback() && id.elsewhere() {
		return at.IP.String(), true
	}
	return "", false
}

// elsewhere reports whether references name an address that this machine is known not to have.
func (id identity) elsewhere() bool {
	ip := net.ParseIP(id.Host)
	if ip == nil || ip.IsLoopback() { // a name is for others to resolve
		return false
	}
	if at, ok := reach.Routed(); ok && at == id.Host { // one system call tells, where to look through all interfaces takes a dozen
		return false
	}
	own, known := ownAddress(ip)
	return known && !own
}

// warnIfMoved warns if references name an address that this machine does not have (any more).
func (id identity) warnIfMoved(log *slog.Logger) {
	if !id.elsewhere() {
		return
	}
	log.Warn("references name an address that this machine does not have, and clients may not reach it; "+
		"if the machine's address has changed, start the daemon with --publish and the new one (docs/operations.md says what else)",
		"address", id.Host, "now", reach.System().Outward())
}

// ownAddress reports whether an interface of this machine has an address; known is false
// where the system does not tell.
func ownAddress(ip net.IP) (own, known bool) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return false, false
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.Equal(ip) {
			return true, true
		}
	}
	return false, true
}

const identityKey = "daemon/identity"

// readIdentity returns the identity in s, a new one if there is none.
func readIdentity(ctx context.Context, s store.Store) (id identity, err error) {
	e, err := s.Get(ctx, identityKey)
	if errors.Is(err, store.ErrNotFound) {
		switch a, _, err := store.AsideOf(ctx, s, identityKey); {
		case err == nil: // another one would make all references wrong
			return id, noIdentity(errors.New(a.Why))
		case !errors.Is(err, store.ErrNotFound):
			return id, err
		}
		return identity{UUID: implrepo.NewUUID()}, nil
	}
	if err != nil {
		return id, err
	}
	if err := json.Unmarshal(e.Value, &id); err != nil {
		return id, noIdentity(err)
	}
	if id.UUID == (implrepo.UUID{}) {
		return id, noIdentity(errors.New("it has no UUID"))
	}
	id.revision = e.Revision
	return id, nil
}

// noIdentity is the error of a state that does not say any more what references name.
func noIdentity(why error) error {
	return &store.Error{
		Kind: store.ErrCorrupt, Key: identityKey, Detail: "the daemon's identity, which all references name", Err: why,
		Help: "restore the state from a backup (dsom restore), or use another state folder, in which references of this one lead nowhere",
	}
}

// writeIdentity keeps id in s.
func writeIdentity(ctx context.Context, s store.Store, id identity) error {
	b, err := json.Marshal(id)
	if err != nil {
		return err
	}
	op := store.Create(identityKey, b)
	if id.revision != 0 {
		op = store.Update(identityKey, b, id.revision)
	}
	_, err = s.Commit(ctx, op)
	return err
}
