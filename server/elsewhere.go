package server

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// elsewhere answers requests for objects of other servers: a client comes here with one when
// the server that it was once sent to has ended, and this one listens where that did. He is
// sent to the daemon, which knows where the object is now.
type elsewhere struct{ orb *orb.ORB }

// Find forwards to the daemon what may be an object that it knows the way to.
func (e elsewhere) Find(_ context.Context, q orb.Query) (orb.Target, error) {
	k, ours := ior.ParseKey(q.Key)
	if !ours || k.Incarnation != 0 {
		return orb.Target{}, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "this server has no object with the key %q", q.Key)
	}
	to := e.orb.AtDaemon(append([]byte(nil), q.Key...))
	if to.IsNil() {
		return orb.Target{}, exc.New(exc.Transient, exc.MinorNoUsableProfile, exc.No, "this server has no object with the key %q, and the daemon takes no calls by TLS, by which alone clients may be sent on", q.Key)
	}
	return orb.Target{Forward: to}, nil
}
