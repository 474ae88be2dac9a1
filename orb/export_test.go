package orb

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
)

// Links returns how many connections to others o keeps in mind.
func Links(o *ORB) int {
	o.links.mu.Lock()
	defer o.links.mu.Unlock()
	return len(o.links.byHop)
}

// Reader returns what is known of the peer that r leads to first.
func Reader(r *Ref) cdr.Reader { return r.route().ways[0].reader }

// ReplyReader returns what is known of a client whose request to o is in a byte order.
func ReplyReader(o *ORB, little bool) (cdr.Reader, error) {
	refs := references{orb: o}
	env, err := o.env(coding{version: cdr.V12, names: refs.names}, refs)
	if err != nil {
		return 0, err
	}
	s := &serverConn{orb: o, refs: refs, env: env}
	env, err = s.environment(giop.Header{Version: cdr.V12, Little: little}, giop.Contexts{})
	return env.Reader, err
}
